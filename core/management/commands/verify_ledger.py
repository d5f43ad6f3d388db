"""Walks every chain of events and holds it against its checkpoints."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import ledger
from core.ledger import Verdict
from core.models import Stream


class Command(BaseCommand):
    help = "Verify the chains of events; exit status 1 names the first event that does not hold, and why."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--chain", metavar="NAME", help="Only this one: a project's key, or `instance`.")
        parser.add_argument("--json", action="store_true", help="One object, with the verdict of each chain.")

    def handle(self, *args: Any, **options: Any) -> None:
        found: list[Verdict] = []

        def tell(one: Verdict) -> None:
            found.append(one)
            if not options["json"]:
                self.stdout.write(_line(one))

        if options["chain"]:
            tell(ledger.verify(_chain(options["chain"])))
        else:
            ledger.verify_all(tell=tell)
        broken = [one.stream for one in found if not one.is_intact]
        if options["json"]:
            chains = [asdict(one) | {"is_intact": one.is_intact} for one in found]
            answer = {"is_intact": not broken, "key": ledger.public_key(), "chains": chains}
            self.stdout.write(json.dumps(answer, indent=1))
        if broken:
            raise CommandError(f"The chain does not hold in: {', '.join(broken)}")


def _chain(name: str) -> Stream:
    found = Stream.objects.filter(name=name).first()
    if found is None:
        raise CommandError(f"There is no chain {name!r}: give a project's key, or `{Stream.INSTANCE}`.")
    return found


def _line(one: Verdict) -> str:
    anchor = f"checkpoint at {one.anchored_seq} of {one.anchored_at}" if one.anchored_seq else "no checkpoint"
    if one.is_intact:
        return f"{one.stream}: {one.checked} events, intact, {anchor}"
    detail = f" ({one.detail})" if one.detail else ""
    return f"{one.stream}: {one.checked} events, {one.reason} at {one.first_bad_seq}{detail}, {anchor}"
