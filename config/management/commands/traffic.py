"""Send the demo's deployment simulated transactions whose mix shifts."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.demo.traffic import Course, Door, Refused, send
from core.models import User
from core.operations import create_token
from core.pages import now
from core.roles import Scope
from projects.models import Project

SAY_EVERY_S = 5


class Command(BaseCommand):
    help = "Send a deployment simulated card transactions over HTTP, and their truth a little later."

    def add_arguments(self, parser: ArgumentParser) -> None:
        course = Course()
        parser.add_argument("--url", default="http://localhost:8000")
        parser.add_argument("--project", default="FRD")
        parser.add_argument("--deployment", default="fraud-scorer")
        parser.add_argument("--rate", type=int, default=course.rate, help="Transactions a second.")
        parser.add_argument("--seconds", type=int, default=course.seconds)
        parser.add_argument("--shift-from", type=float, default=course.shift_from, help="The mix at the start, 0 to 1.")
        parser.add_argument("--shift-to", type=float, default=course.shift_to, help="The mix it moves to.")
        parser.add_argument("--label-after", type=float, default=course.label_after, help="Seconds until the truth.")
        parser.add_argument("--seed", type=int, default=None, help="The same seed sends the same transactions.")
        parser.add_argument("--token", help="Else THROUGHLINE_TOKEN, else one is made for the demo's engineer.")

    def handle(self, *args: Any, **options: Any) -> None:
        course, door = _course(options), _door(options)
        self.stdout.write(
            f"Sending {course.rate} transactions a second to {door.key}/{door.deployment} for {course.seconds} s. "
            f"Watch it at {door.url}/p/{door.key}/monitoring/"
        )
        try:
            for number, sent in enumerate(send(door, course)):
                if number % SAY_EVERY_S == 0 or number == course.seconds:
                    self.stdout.write(
                        f"{sent.predictions:6,} predicted, {sent.labels:6,} labelled, mix shifted by {sent.shift:.0%}"
                    )
                    self.stdout.flush()
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")


def _course(options: dict[str, Any]) -> Course:
    for name, low, high in (("rate", 1, 5000), ("seconds", 1, 86_400), ("shift_from", 0, 1), ("shift_to", 0, 1)):
        if not low <= options[name] <= high:
            raise CommandError(f"--{name.replace('_', '-')} is {low} to {high}: got {options[name]}.")
    return Course(
        rate=options["rate"],
        seconds=options["seconds"],
        shift_from=options["shift_from"],
        shift_to=options["shift_to"],
        label_after=options["label_after"],
        seed=options["seed"] if options["seed"] is not None else int(now().timestamp()) % 100_000,
    )


def _door(options: dict[str, Any]) -> Door:
    token = options["token"] or os.environ.get("THROUGHLINE_TOKEN") or _demo_token(options["project"])
    return Door(url=options["url"], key=options["project"], deployment=options["deployment"], token=token)


def _demo_token(key: str) -> str:
    """A token for a day that may only predict, and only in this project."""
    engineer = User.objects.filter(username="demo-engineer").first()
    project = Project.objects.filter(key=key).first()
    if engineer is None or project is None:
        raise CommandError(
            "The demo is not in this data directory: start it with `make run`, or name a --token and a --project."
        )
    made = create_token(
        user=engineer,
        label="Demo traffic",
        scopes=[Scope.PREDICT],
        stream_id=project.pk,
        days=1,
        by=engineer,
        now=now(),
    )
    return made.text
