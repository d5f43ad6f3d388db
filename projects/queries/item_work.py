"""What stands around the items: views, templates, requests, labels; and a board's cards by lane."""

from django.db.models import Count, F, Func, Q, QuerySet, Sum, TextField, Window
from django.db.models.functions import Collate, RowNumber

from core.errors import NotFound
from core.models import User
from projects.enums import Triage
from projects.models import ItemTemplate, Project, SavedView, WorkItem


def lane_tops(rows: QuerySet[WorkItem], *, at_most: int) -> QuerySet[WorkItem]:
    """The first cards of each lane, from the top down. Two queries for all lanes: of thousands of items only ids are
    sorted, and by bytes, which is many times faster than by words."""
    place = Window(
        RowNumber(),
        partition_by=[Collate(F("state"), "C"), F("status_id")],
        order_by=[F("rank").asc(), F("pk").asc()],
    )
    tops = rows.order_by().annotate(place=place).filter(place__lte=at_most).values_list("pk", flat=True)
    return rows.filter(pk__in=list(tops)).order_by("rank", "pk")


def lane_totals(rows: QuerySet[WorkItem]) -> dict[tuple[str, int | None], tuple[int, int]]:
    """How many cards and points each lane has, by state and status."""
    found = rows.order_by().values_list("state", "status_id").annotate(cards=Count("pk"), points=Sum("points"))
    return {(state, status): (cards, points or 0) for state, status, cards, points in found}


def items_by_status(project: Project) -> dict[tuple[str, int | None], int]:
    """How many items each status has, by state and status: a main one has those that name none."""
    rows = WorkItem.objects.filter(project=project).values_list("state", "status_id")
    return {(state, status): count for state, status, count in rows.order_by().annotate(count=Count("pk"))}


def saved_views(project: Project, user: User) -> QuerySet[SavedView]:
    """One's own, and what others share."""
    mine = Q(owner=user) | Q(is_shared=True)
    return SavedView.objects.filter(mine, project=project).select_related("owner").order_by("name", "pk")


def saved_view(project: Project, user: User, view_id: int) -> SavedView:
    """Raises NotFound."""
    found = saved_views(project, user).filter(pk=view_id).first() if view_id < 2**63 else None
    if found is None:
        raise NotFound(f"There is no view {view_id} in this project.")
    return found


def item_templates(project: Project) -> QuerySet[ItemTemplate]:
    return ItemTemplate.objects.filter(project=project).order_by("name")


def item_template(project: Project, template_id: int) -> ItemTemplate:
    """Raises NotFound."""
    found = item_templates(project).filter(pk=template_id).first() if template_id < 2**63 else None
    if found is None:
        raise NotFound(f"There is no template {template_id} in this project.")
    return found


def requests(project: Project) -> QuerySet[WorkItem]:
    """What waits for triage, the oldest first."""
    waiting = WorkItem.objects.filter(project=project, triage=Triage.WAITING)
    return waiting.select_related("created_by").order_by("pk")


def labels(project: Project, *, at_most: int = 100) -> list[str]:
    """The labels that the project's items have, the most used first."""
    used = WorkItem.objects.filter(project=project).exclude(labels=[])
    each = used.annotate(label=Func(F("labels"), function="unnest", output_field=TextField()))
    rows = each.values("label").annotate(count=Count("pk")).order_by("-count", "label")
    return [row["label"] for row in rows[:at_most]]
