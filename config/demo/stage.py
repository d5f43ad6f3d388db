"""What the demo's chapters are told with: the people, the clock, and waiting for workers."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from config.demo import accounts
from core import operations
from core.enums import JobState
from core.models import Job, User
from core.pages import now
from projects.models import Membership, Project
from projects.operations import add_member, create_project

PATIENCE_S = 180
LOOK_EVERY_S = 0.3

Say = Callable[[str], None]


class DemoStuck(Exception):
    """Something that the demo waits for did not happen."""


@dataclass(frozen=True)
class Cast:
    """The demo's people."""

    owner: User
    product: User
    scientist: User
    engineer: User
    validator: User
    viewer: User
    sponsor: User
    risk: User


def cast() -> Cast:
    """The demo's people, made on the first call."""
    return Cast(*(_person(person) for person in accounts.PEOPLE))


def project_with_everybody(*, key: str, name: str, purpose: str, people: Cast) -> Project:
    """The project with this key, made on the first call, with every role filled."""
    project = Project.objects.filter(key=key).first()
    if project is None:
        project = create_project(key=key, name=name, purpose=purpose, by=people.owner, now=now())
    for person in accounts.PEOPLE:
        user = User.objects.get(username=person.username)
        if not Membership.objects.filter(project=project, user=user).exists():
            add_member(project=project, user=user, role=person.role, by=people.owner, now=now())
    return project


def wait_for(job: Job, *, say: Say, what: str) -> Job:
    """Wait until a worker has ended the job. Raises DemoStuck if it fails, or nothing happens for three minutes."""
    deadline, told = time.monotonic() + PATIENCE_S, -1
    while job.state in JobState.open():
        if time.monotonic() > deadline:
            raise DemoStuck(f"{what} is still {job.state} after {PATIENCE_S} s: is a worker running?")
        time.sleep(LOOK_EVERY_S)
        job.refresh_from_db()
        if job.percent // 25 > told:
            told = job.percent // 25
            say(f"{what}: {job.percent} %")
    if job.state != JobState.SUCCEEDED:
        raise DemoStuck(f"{what} {job.state}: {(job.error or {}).get('message')}")
    return job


def wait_until(condition: Callable[[], bool], *, what: str) -> None:
    """Wait until the condition holds. Raises DemoStuck after three minutes."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise DemoStuck(f"{what} did not happen within {PATIENCE_S} s: is a worker running?")
        time.sleep(LOOK_EVERY_S)


@transaction.atomic
def _person(person: accounts.Person) -> User:
    user = User.objects.filter(username=person.username).first()
    return user or operations.create_user(
        username=person.username, password=accounts.password(), name=person.name, by=None
    )
