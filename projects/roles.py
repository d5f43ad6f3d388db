"""Roles of a project's members, and what each may do: a table."""

from enum import StrEnum

from django.db.models import TextChoices


class Role(TextChoices):
    OWNER = "owner", "Owner"
    PRODUCT_OWNER = "product_owner", "Product owner"
    DATA_SCIENTIST = "data_scientist", "Data scientist"
    ENGINEER = "engineer", "Engineer"
    VALIDATOR = "validator", "Validator"
    SPONSOR = "sponsor", "Sponsor"
    RISK = "risk", "Risk and compliance"
    AUDITOR = "auditor", "Auditor"
    VIEWER = "viewer", "Viewer"


class Permission(StrEnum):
    MANAGE_TEAM = "manage_team"
    EDIT_SCOPE = "edit_scope"
    EDIT_RISKS = "edit_risks"
    PASS_GATE = "pass_gate"
    PLAN = "plan"
    TAKE_PART = "take_part"
    ADD_DATA = "add_data"
    TRAIN = "train"
    REGISTER_MODEL = "register_model"
    REQUEST_REVIEW = "request_review"
    REVIEW = "review"
    DEPLOY = "deploy"
    PREDICT = "predict"
    MONITOR = "monitor"
    CLASSIFY = "classify"
    ACCEPT_RISK = "accept_risk"
    ACCEPT_FOR_THE_SPONSOR = "accept_for_the_sponsor"
    ACCEPT_FOR_RISK = "accept_for_risk"


# What each permission is, in the words of the matrix on the team's page.
SAYS: dict[Permission, str] = {
    Permission.MANAGE_TEAM: "Add people, change roles",
    Permission.EDIT_SCOPE: "Write the scope and the dossier",
    Permission.EDIT_RISKS: "Keep the risk register and its findings",
    Permission.PASS_GATE: "Pass gates",
    Permission.PLAN: "Plan sprints, move items",
    Permission.TAKE_PART: "Write and vote in sprint reviews",
    Permission.ADD_DATA: "Add data",
    Permission.TRAIN: "Log runs and train",
    Permission.REGISTER_MODEL: "Register models",
    Permission.REQUEST_REVIEW: "Ask for reviews",
    Permission.REVIEW: "Decide reviews",
    Permission.DEPLOY: "Deploy",
    Permission.PREDICT: "Ask for predictions",
    Permission.MONITOR: "Set up monitoring, answer alerts",
    Permission.CLASSIFY: "Classify the project into its tier",
    Permission.ACCEPT_RISK: "Accept medium risks",
    Permission.ACCEPT_FOR_THE_SPONSOR: "Sign a high risk, for the money",
    Permission.ACCEPT_FOR_RISK: "Sign a high risk, as second line",
}


_P = Permission

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    # The owner answers for the money where there is no sponsor, and never for the second line.
    Role.OWNER: frozenset(Permission) - {_P.ACCEPT_FOR_RISK},
    Role.PRODUCT_OWNER: frozenset(
        {
            _P.EDIT_SCOPE,
            _P.EDIT_RISKS,
            _P.PASS_GATE,
            _P.PLAN,
            _P.TAKE_PART,
            _P.REQUEST_REVIEW,
            _P.REVIEW,
            _P.MONITOR,
            _P.CLASSIFY,
            _P.ACCEPT_RISK,
        }
    ),
    Role.DATA_SCIENTIST: frozenset(
        {
            _P.EDIT_SCOPE,
            _P.EDIT_RISKS,
            _P.PLAN,
            _P.TAKE_PART,
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
            _P.TAKE_PART,
            _P.ADD_DATA,
            _P.TRAIN,
            _P.REGISTER_MODEL,
            _P.REQUEST_REVIEW,
            _P.DEPLOY,
            _P.PREDICT,
            _P.MONITOR,
        }
    ),
    Role.VALIDATOR: frozenset({_P.EDIT_RISKS, _P.REVIEW, _P.PREDICT, _P.ACCEPT_FOR_RISK, _P.TAKE_PART}),
    Role.SPONSOR: frozenset({_P.PASS_GATE, _P.ACCEPT_FOR_THE_SPONSOR, _P.TAKE_PART}),
    Role.RISK: frozenset({_P.EDIT_RISKS, _P.CLASSIFY, _P.ACCEPT_FOR_RISK, _P.TAKE_PART}),
    Role.AUDITOR: frozenset(),
    Role.VIEWER: frozenset(),
}


# Who looks on: they read what is said to everyone, comment and ask, and plan nothing.
STAKEHOLDERS = (Role.SPONSOR, Role.VIEWER)

# Who works on a project; a validator or a viewer does, once they contributed.
TEAM = frozenset({Role.OWNER, Role.PRODUCT_OWNER, Role.DATA_SCIENTIST, Role.ENGINEER})
# Who looks at the team's work from outside.
SECOND_LINE = (Role.VALIDATOR, Role.RISK)

# Roles that somebody has to fill; the others are company, or needed from a tier on.
SEATS = (Role.OWNER, Role.PRODUCT_OWNER, Role.DATA_SCIENTIST, Role.ENGINEER, Role.VALIDATOR)
SEATS_FROM_TIER_3 = (Role.SPONSOR, Role.RISK)


def seats(tier: int | None) -> tuple[Role, ...]:
    """The roles that a project of this tier cannot do without."""
    return SEATS + SEATS_FROM_TIER_3 if (tier or 0) >= 3 else SEATS


def roles_with(permission: Permission) -> list[Role]:
    """The roles that may do it, in the order of the table."""
    return [role for role, granted in PERMISSIONS.items() if permission in granted]
