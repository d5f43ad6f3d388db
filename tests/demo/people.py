"""The demo's people in a project of a test."""

from config.demo.stage import Cast
from projects.models import Project
from projects.roles import Role
from tests.factories import make_member

ROLES = {
    "product": Role.PRODUCT_OWNER,
    "scientist": Role.DATA_SCIENTIST,
    "engineer": Role.ENGINEER,
    "validator": Role.VALIDATOR,
    "viewer": Role.VIEWER,
    "sponsor": Role.SPONSOR,
    "risk": Role.RISK,
}


def make_cast(project: Project) -> Cast:
    """Its owner, and a member for each role."""
    return Cast(owner=project.created_by, **{name: make_member(project, role) for name, role in ROLES.items()})
