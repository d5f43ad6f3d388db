"""Roles of a project's members, and what each may do: a table."""

from enum import StrEnum

from django.db.models import TextChoices


class Role(TextChoices):
    OWNER = "owner", "Owner"
    PRODUCT_OWNER = "product_owner", "Product owner"
    DATA_SCIENTIST = "data_scientist", "Data scientist"
    ENGINEER = "engineer", "Engineer"
    VALIDATOR = "validator", "Validator"
    VIEWER = "viewer", "Viewer"


class Permission(StrEnum):
    MANAGE_TEAM = "manage_team"
    EDIT_SCOPE = "edit_scope"
    EDIT_RISKS = "edit_risks"
    PASS_GATE = "pass_gate"
    PLAN = "plan"
    ADD_DATA = "add_data"
    TRAIN = "train"
    REGISTER_MODEL = "register_model"
    REQUEST_REVIEW = "request_review"
    REVIEW = "review"
    DEPLOY = "deploy"
    PREDICT = "predict"
    MONITOR = "monitor"


_P = Permission

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.PRODUCT_OWNER: frozenset(
        {_P.EDIT_SCOPE, _P.EDIT_RISKS, _P.PASS_GATE, _P.PLAN, _P.REQUEST_REVIEW, _P.REVIEW, _P.MONITOR}
    ),
    Role.DATA_SCIENTIST: frozenset(
        {
            _P.EDIT_SCOPE,
            _P.EDIT_RISKS,
            _P.PLAN,
            _P.ADD_DATA,
            _P.TRAIN,
            _P.REGISTER_MODEL,
            _P.REQUEST_REVIEW,
            _P.PREDICT,
            _P.MONITOR,
        }
    ),
    Role.ENGINEER: frozenset(
        {
            _P.EDIT_RISKS,
            _P.PLAN,
            _P.ADD_DATA,
            _P.TRAIN,
            _P.REGISTER_MODEL,
            _P.REQUEST_REVIEW,
            _P.DEPLOY,
            _P.PREDICT,
            _P.MONITOR,
        }
    ),
    Role.VALIDATOR: frozenset({_P.EDIT_RISKS, _P.REVIEW, _P.PREDICT}),
    Role.VIEWER: frozenset(),
}


def roles_with(permission: Permission) -> list[Role]:
    """The roles that may do it, in the order of the table."""
    return [role for role, granted in PERMISSIONS.items() if permission in granted]
