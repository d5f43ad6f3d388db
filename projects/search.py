"""What of the projects can be found: themselves, their plan, their registers, the policies and the people."""

from collections.abc import Callable, Collection

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.urls import reverse

from core import search
from core.models import User
from core.search import Hit, Seen, Source
from projects.enums import FindingState, ItemState, PolicyState, RiskState, SprintState, Stage
from projects.models import Finding, Membership, PolicyVersion, Project, Risk, Sprint, WorkItem
from projects.queries import visible_projects


def seen_by(user: User, words: Collection[str]) -> Seen:
    keys = [word for word in words if word.isascii() and word.isalnum() and len(word) <= 10]
    rows = visible_projects(user)
    if user.is_superuser:
        return Seen(user, None, dict(rows.filter(key__in=keys).values_list("key", "pk")) if keys else {})
    mine = dict(rows.values_list("key", "pk"))
    return Seen(user, frozenset(mine.values()), {key: mine[key] for key in keys if key in mine})


def keys_of(projects: Collection[int]) -> dict[int, str]:
    return dict(Project.objects.filter(pk__in=projects).values_list("pk", "key"))


search.register_projects(seen_by, keys_of)


def _people(seen: Seen) -> QuerySet[User]:
    """Who is in a project with this user, and the first of those projects."""
    shared = Membership.objects.filter(seen.projects())
    first = shared.filter(user=OuterRef("pk")).order_by("project__key").values("project_id")[:1]
    return User.objects.filter(pk__in=shared.values("user"), is_active=True).annotate(shared_in=Subquery(first))


def _policies(seen: Seen) -> QuerySet[PolicyVersion]:
    """All are open to whoever is signed in, as on their page."""
    return PolicyVersion.objects.annotate(called=search.joined(F("name"), "/", F("number")))


def _below(name: str, *, numbered: bool = True) -> Callable[[Hit], str]:
    """The address of a thing in its project."""

    def url(hit: Hit) -> str:
        return reverse(f"projects:{name}", args=[hit.project, *([hit.ref] if numbered else [])])

    return url


def _policy_url(hit: Hit) -> str:
    name, _, number = hit.ref.rpartition("/")
    return reverse("projects:policy", args=[name, number])


search.register(
    Source(
        kind="project",
        group="Projects",
        icon="layout-grid",
        rows=lambda seen: Project.objects.filter(seen.projects("pk")),
        titles=("name",),
        text=("purpose",),
        note=search.said("stage", Stage),
        ref="key",
        within="pk",
        at="created_at",
        url=_below("overview", numbered=False),
    ),
    Source(
        kind="item",
        group="Items",
        icon="square-kanban",
        rows=lambda seen: WorkItem.objects.filter(seen.projects()),
        titles=("title",),
        text=("description",),
        note=search.joined("#", F("number"), " ", search.said("state", ItemState)),
        ref="number",
        number="number",
        at="created_at",
        url=_below("item"),
    ),
    Source(
        kind="risk",
        group="Risks",
        icon="triangle-alert",
        rows=lambda seen: Risk.objects.filter(seen.projects()),
        titles=("title",),
        text=("cause", "event", "consequence", "treatment"),
        note=search.joined("R", F("number"), " ", search.said("state", RiskState)),
        ref="number",
        number="number",
        letter="R",
        at="created_at",
        url=_below("risk"),
    ),
    Source(
        kind="finding",
        group="Findings",
        icon="circle-alert",
        rows=lambda seen: Finding.objects.filter(seen.projects()),
        titles=("title",),
        text=("detail",),
        note=search.joined("F", F("number"), " ", search.said("state", FindingState)),
        ref="number",
        number="number",
        letter="F",
        at="opened_at",
        url=_below("finding"),
    ),
    Source(
        kind="sprint",
        group="Sprints",
        icon="flag",
        rows=lambda seen: Sprint.objects.filter(seen.projects()),
        titles=("goal",),
        shown=search.joined("Sprint ", F("number"), ": ", F("goal")),
        note=search.said("state", SprintState),
        ref="number",
        number="number",
        url=_below("sprint-page"),
    ),
    Source(
        kind="policy",
        group="Policies",
        icon="scale",
        rows=_policies,
        titles=("title", "name"),
        shown=search.joined(F("title"), " v", F("number")),
        note=search.said("state", PolicyState),
        ref="called",
        within="",
        at="",
        url=_policy_url,
    ),
    Source(
        kind="person",
        group="People",
        icon="users",
        rows=_people,
        titles=("name", "username"),
        note=F("username"),
        ref="username",
        within="memberships__project_id",
        shown_in="shared_in",
        is_in_many=True,
        url=_below("team", numbered=False),
    ),
)
