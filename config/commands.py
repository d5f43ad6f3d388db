"""What the palette offers beside what it finds: the pages of the rail, and what can be begun from anywhere."""

from django.urls import reverse

from config.navigation import PLACES
from core import search
from core.models import User
from core.search import Command
from projects import rules
from projects.models import Project
from projects.queries import visible_projects
from projects.roles import Permission

# label, icon, address below the project's, what it needs, other words for it
BEGINNINGS: list[tuple[str, str, str, Permission, str]] = [
    ("New item", "plus", "board/#new-item", Permission.PLAN, "add create task story card"),
    ("New risk", "plus", "risks/#new-risk", Permission.EDIT_RISKS, "add create register"),
    ("New finding", "plus", "findings/", Permission.EDIT_RISKS, "add create open"),
    ("Plan a sprint", "calendar-days", "board/#plan-sprint", Permission.PLAN, "new create"),
    ("Start or close a sprint", "calendar-days", "board/", Permission.PLAN, "begin end roll over"),
    ("Import items", "upload", "board/import/", Permission.PLAN, "csv jira github"),
    ("Statuses, fields and templates", "settings", "board/settings/", Permission.PLAN, "workflow columns own custom"),
    ("Add data", "upload", "data/", Permission.ADD_DATA, "new upload dataset"),
    ("Train", "play", "train/", Permission.TRAIN, "new run start model"),
    ("Add a person", "user-plus", "team/", Permission.MANAGE_TEAM, "invite new member team"),
]
# Pages below a project's that the rail does not name.
MORE: list[tuple[str, str, str, str]] = [
    ("Findings", "circle-alert", "findings/", "wrong"),
    ("Gate", "shield-check", "gates/", "gates approval policy request decide waive scope feasibility release"),
    ("All items", "list", "board/all/", "list table filter assign priority label bulk export csv json"),
    ("Backlog", "list-ordered", "board/backlog/", "rank order"),
    ("Requests", "inbox", "board/requests/", "intake triage"),
    ("Scoping studio", "crosshair", "scope/studio/", "dossier options"),
    ("Connect a notebook", "terminal", "experiments/connect", "mlflow client token"),
    ("Health", "heart-pulse", "health/", "light"),
    ("Tier", "scale", "tier/", "classify regime"),
]


@search.offer
def commands(user: User, near: str) -> list[Command]:
    project = visible_projects(user).filter(key=near).first() if near else None
    return [*(_of_project(user, project) if project else []), *_everywhere()]


def _everywhere() -> list[Command]:
    return [
        Command("Go to the portfolio", "/", "layout-grid", "g p", "projects home"),
        Command("Go to my inbox", reverse("inbox:inbox"), "inbox", "g i", "reviews waiting"),
        Command("New project", reverse("projects:create"), "plus", "", "create add"),
        Command("Policies", reverse("projects:policies"), "scale", "", "gates packs"),
        Command("Regimes", reverse("projects:regimes"), "landmark", "", "law tiers"),
        Command("Account and tokens", reverse("core:account"), "key-round", "", "settings keys password"),
    ]


def _of_project(user: User, project: Project) -> list[Command]:
    """One question for the role: what each beginning needs is in the table of roles."""
    base = reverse("projects:overview", args=[project.key])
    granted = rules.granted(user, project.pk)
    return [
        *(Command(f"{one[0]}", base + one[2], one[1], "", one[4]) for one in BEGINNINGS if one[3] in granted),
        *(Command(f"Go to {p[0].lower()}", base + p[2], p[1], f"g {p[3]}", project.name) for p in PLACES),
        *(Command(f"Go to {m[0].lower()}", base + m[2], m[1], "", f"{m[3]} {project.name}") for m in MORE),
    ]
