"""The demo's people. They are called by their roles, and exist only in the demo's own data directory."""

from dataclasses import dataclass

from django.conf import settings

from core.embedded import secret
from core.models import User
from projects.roles import Role


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    role: Role


PEOPLE = (
    Person("demo-owner", "Project owner", Role.OWNER),
    Person("demo-product", "Product owner", Role.PRODUCT_OWNER),
    Person("demo-scientist", "Data scientist", Role.DATA_SCIENTIST),
    Person("demo-engineer", "Engineer", Role.ENGINEER),
    Person("demo-validator", "Validator", Role.VALIDATOR),
    Person("demo-viewer", "Viewer", Role.VIEWER),
    Person("demo-sponsor", "Sponsor", Role.SPONSOR),
    Person("demo-risk", "Risk officer", Role.RISK),
)


def password() -> str:
    """The one password of the demo's accounts, made for this data directory and kept in it."""
    return f"demo-{secret(settings.DATA_DIR, 'demo_password')[:16]}"


def existing() -> list[tuple[str, str, str]]:
    """User name, password and name of the demo people that exist here."""
    known = set(User.objects.filter(username__startswith="demo-").values_list("username", flat=True))
    return [(person.username, password(), person.name) for person in PEOPLE if person.username in known]
