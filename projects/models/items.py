"""Work items, and what a project says about its own: its statuses and its fields."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from projects.enums import (
    BlockCause,
    Discipline,
    FieldType,
    HypothesisResult,
    ItemKind,
    ItemState,
    Layout,
    Priority,
    Triage,
)
from projects.models.board import Sprint
from projects.models.project import Project


class ItemStatus(models.Model):
    """A project's name for a stage of work, in one of the fixed groups for good.

    Each group has a main status, whose key is the group's name: what an item has that names no other.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="statuses")
    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=40)
    group = models.CharField(max_length=12, choices=ItemState)
    position = models.PositiveSmallIntegerField(default=0)
    wip_limit = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="projects_status_key"),
            models.UniqueConstraint(fields=["project", "name"], name="projects_status_name"),
            # What the items' own constraint refers to: an item's status is of its project and of its state.
            models.UniqueConstraint(fields=["id", "project", "group"], name="projects_status_in_group"),
            models.CheckConstraint(condition=Q(group__in=ItemState.values), name="projects_status_group"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return self.key

    @property
    def is_main(self) -> bool:
        return self.key == self.group


def _points(discipline: str) -> "models.PositiveSmallIntegerField[int | None, int | None]":
    return models.PositiveSmallIntegerField(null=True, blank=True, help_text=f"Points of {discipline}.")


ESTIMATES = {discipline: f"points_{discipline.value}" for discipline in Discipline}
"""In which column each discipline's estimate is."""

_IS_UNSPLIT = Q(**{f"{column}__isnull": True for column in ESTIMATES.values()})
_SUM = Coalesce("points_product", 0) + Coalesce("points_data_science", 0)
_SUM = _SUM + Coalesce("points_engineering", 0) + Coalesce("points_validation", 0)

# What a backlog is read from, in its order.
_IS_LEFT = Q(sprint=None) & ~Q(state__in=["done", "dropped"])


class WorkItem(models.Model):
    """A card. `rank` orders the cards of a lane: sparse numbers, so that a move writes one row.

    `points` is the sum of what the disciplines estimate, where they do. `status` is one of the project's own within
    the group `state`; none is the group's main one.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="items")
    sprint = models.ForeignKey(Sprint, null=True, on_delete=models.SET_NULL, related_name="items")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=12, choices=ItemKind, default=ItemKind.TASK)
    state = models.CharField(max_length=12, choices=ItemState, default=ItemState.READY)
    status = models.ForeignKey(ItemStatus, null=True, blank=True, on_delete=models.PROTECT, related_name="items")
    moved_at = models.DateTimeField(null=True, help_text="When it came where it is on the board.")
    points = models.PositiveSmallIntegerField(null=True, blank=True)
    points_product = _points("product")
    points_data_science = _points("data science")
    points_engineering = _points("engineering")
    points_validation = _points("validation")
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NONE)
    labels = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children")
    block_cause = models.CharField(max_length=12, choices=BlockCause, blank=True)
    block_reason = models.CharField(max_length=200, blank=True)
    blocked_at = models.DateTimeField(null=True, blank=True)
    hypothesis = models.TextField(blank=True)
    time_box_days = models.PositiveSmallIntegerField(null=True, blank=True)
    metric = models.CharField(max_length=250, blank=True, help_text="Empty is the scope's.")
    baseline = models.FloatField(null=True, blank=True, help_text="None is the scope's.")
    result = models.CharField(max_length=12, choices=HypothesisResult, blank=True)
    result_note = models.TextField(blank=True)
    custom = models.JSONField(default=dict, blank=True, help_text="The project's own fields, by their keys.")
    triage = models.CharField(max_length=8, choices=Triage, blank=True, help_text="Empty: planned, not asked for.")
    triage_reason = models.CharField(max_length=500, blank=True)
    external_source = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    rank = models.FloatField(default=0.0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_item_number"),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="projects_item_state"),
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="projects_item_kind"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="projects_item_priority"),
            models.CheckConstraint(condition=_IS_UNSPLIT | Q(points=_SUM), name="projects_item_points_are_the_sum"),
            models.CheckConstraint(
                condition=Q(block_cause="", blocked_at=None)
                | Q(block_cause__in=BlockCause.values, blocked_at__isnull=False),
                name="projects_item_block",
            ),
            models.CheckConstraint(condition=Q(result__in=["", *HypothesisResult.values]), name="projects_item_result"),
            models.CheckConstraint(condition=Q(triage__in=["", *Triage.values]), name="projects_item_triage"),
            models.CheckConstraint(
                condition=~Q(triage="waiting") | Q(sprint=None, state="backlog"), name="projects_item_triage_waits"
            ),
            models.UniqueConstraint(
                fields=["project", "external_source", "external_id"],
                condition=~Q(external_source=""),
                name="projects_item_external",
            ),
            models.CheckConstraint(
                condition=Q(external_source="", external_id="") | ~Q(external_source="") & ~Q(external_id=""),
                name="projects_item_external_both",
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("pk")), name="projects_item_not_its_own_parent"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "sprint", "state", "rank"], name="projects_item_lane"),
            GinIndex(fields=["labels"], name="projects_item_labels"),
            models.Index(fields=["project", "rank", "id"], condition=_IS_LEFT, name="projects_item_backlog"),
            models.Index(fields=["project"], condition=Q(triage="waiting"), name="projects_item_waiting"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def public_id(self) -> str:
        return str(self.number)

    @property
    def estimates(self) -> dict[str, int]:
        """Points by discipline; who estimates nothing is left out."""
        found = {discipline.value: getattr(self, column) for discipline, column in ESTIMATES.items()}
        return {discipline: points for discipline, points in found.items() if points is not None}


class ItemBlock(models.Model):
    """`blocker` must be finished before `blocked` can be. Never in a circle: refused under the project's lock."""

    blocker = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="blocked_by")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="projects_block_once"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="projects_block_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker} blocks {self.blocked}"


class ItemLink(models.Model):
    """What an item is about: a run, a dataset, a version, a risk, a gate; whatever kind `subjects` knows."""

    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(max_length=20)
    target = models.CharField(max_length=120)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "kind", "target"], name="projects_itemlink_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.target}"


class ItemField(models.Model):
    """A field that the project gives its items. Removed, its values stay in the items, unseen."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="item_fields")
    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=40)
    type = models.CharField(max_length=8, choices=FieldType)
    choices = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="projects_itemfield_key"),
            models.CheckConstraint(condition=Q(type__in=FieldType.values), name="projects_itemfield_type"),
            models.CheckConstraint(
                condition=Q(type="choice", choices__len__gt=0) | ~Q(type="choice") & Q(choices__len=0),
                name="projects_itemfield_choices",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return self.key


class SavedView(models.Model):
    """A look at the items under a name: `query` is what stands in the address. Its owner's, or everybody's."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="views")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    layout = models.CharField(max_length=8, choices=Layout, default=Layout.TABLE)
    query = models.TextField(blank=True)
    is_shared = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "owner", "name"], name="projects_view_name"),
            models.CheckConstraint(condition=Q(layout__in=Layout.values), name="projects_view_layout"),
        ]

    def __str__(self) -> str:
        return self.name


class ItemTemplate(models.Model):
    """What an item of a sort begins with: values as `add_item` takes them."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="item_templates")
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=60)
    values = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="projects_template_name")]

    def __str__(self) -> str:
        return self.name
