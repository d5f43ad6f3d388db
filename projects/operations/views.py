"""Writes about saved views and templates of items."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from core import events
from core.errors import Conflict, Invalid
from core.models import User
from core.rules import require
from projects import rules
from projects.enums import Layout
from projects.events import TEMPLATE_REMOVED, TEMPLATE_SAVED, VIEW_REMOVED, VIEW_SAVED
from projects.models import ItemField, ItemTemplate, Project, SavedView, WorkItem
from projects.operations import fields
from projects.operations.item_values import read_values
from projects.operations.locking import locked_open, require_version
from projects.roles import Permission

MOST_VIEWS = 50
MOST_TEMPLATES = 30
MOST_QUERY = 2000
NOT_OF_A_TEMPLATE = ("assignee", "sprint", "parent", "result", "result_note")
OF_AN_ITEM = (
    "title",
    "kind",
    "description",
    "priority",
    "labels",
    "hypothesis",
    "metric",
    "baseline",
    "time_box_days",
)
"""What a template takes from an item, besides its size and the project's own fields."""


@transaction.atomic
def save_view(
    *, project: Project, name: str, layout: str = Layout.TABLE, query: str = "", is_shared: bool = False, by: User
) -> SavedView:
    """Keep a look at the items under a name, in the place of one's own of that name.

    Raises NotAllowed (to share it needs a planner), Invalid.
    """
    project = locked_open(project.pk)
    require(rules.why_not_save_view(by, project.pk, is_shared=is_shared))
    given = {"name": name, "layout": layout, "query": query, "is_shared": is_shared}
    read = fields.checked(given, _VIEW)
    mine = SavedView.objects.filter(project=project, owner=by)
    if mine.exclude(name=read["name"]).count() >= MOST_VIEWS:
        raise Invalid(f"You have {MOST_VIEWS} views here, the most there can be.", field="name", code="length")
    name = read.pop("name")
    view, _ = SavedView.objects.update_or_create(project=project, owner=by, name=name, defaults=read)
    events.record(VIEW_SAVED, view, by=by, is_shared=view.is_shared, layout=view.layout)
    return view


@transaction.atomic
def revise_view(*, view: SavedView, name: str, is_shared: bool, by: User) -> SavedView:
    """Rename it, share it or share it no more. Raises NotAllowed for another's, Invalid, Conflict for a taken name."""
    locked_open(view.project_id)
    require(rules.why_not_revise_view(by, view, is_shared=is_shared))
    view = SavedView.objects.select_for_update(no_key=True).get(pk=view.pk)
    changes = fields.to_change(view, {"name": name, "is_shared": is_shared}, _VIEW)
    if not changes:
        return view
    others = SavedView.objects.filter(project=view.project_id, owner=by).exclude(pk=view.pk)
    if others.filter(name=changes.get("name", view.name)).exists():
        raise Conflict(f"You have a view {changes['name']} already.", field="name", code="taken")
    for field, value in changes.items():
        setattr(view, field, value)
    view.save(update_fields=list(changes))
    events.record(VIEW_SAVED, view, by=by, is_shared=view.is_shared, layout=view.layout)
    return view


@transaction.atomic
def remove_view(*, view: SavedView, by: User) -> None:
    """Raises NotAllowed for another's."""
    locked_open(view.project_id)
    require(rules.why_not_remove_view(by, view))
    events.record(VIEW_REMOVED, view, by=by)
    SavedView.objects.filter(pk=view.pk).delete()


@transaction.atomic
def save_template(
    *,
    project: Project,
    name: str,
    values: Mapping[str, Any],
    replaces: bool = True,
    by: User,
    expected_version: int | None = None,
) -> ItemTemplate:
    """Keep values under a name, in the place of what has it unless nothing is to be replaced.

    Raises NotAllowed, Invalid as `add_item` does, Conflict for a name that is taken, PreconditionFailed.
    """
    project = locked_open(project.pk)
    require(rules.why_not(by, Permission.PLAN, project.pk))
    name, kept = _template(project, name, values)
    found = ItemTemplate.objects.filter(project=project)
    if not replaces:
        _refuse_taken(found, name)
    if found.exclude(name=name).count() >= MOST_TEMPLATES:
        raise Invalid(f"A project has {MOST_TEMPLATES} templates at most.", field="name", code="length")
    template = found.filter(name=name).first() or ItemTemplate(project=project, name=name, version=0)
    require_version(f"The template {name}", template.version, expected_version)
    template.values, template.version = kept, template.version + 1
    template.save(update_fields=["values", "version"] if template.pk else None)
    events.record(TEMPLATE_SAVED, template, by=by)
    return template


@transaction.atomic
def revise_template(
    *, template: ItemTemplate, name: str, values: Mapping[str, Any], by: User, expected_version: int | None = None
) -> ItemTemplate:
    """Change its name and what items begin with; a revision that changes nothing is none.

    Raises NotAllowed, Invalid, Conflict for a name that is taken, PreconditionFailed.
    """
    project = locked_open(template.project_id)
    require(rules.why_not(by, Permission.PLAN, project.pk))
    template = ItemTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    require_version(f"The template {template}", template.version, expected_version)
    name, kept = _template(project, name, values)
    _refuse_taken(ItemTemplate.objects.filter(project=project).exclude(pk=template.pk), name)
    if (template.name, template.values) == (name, kept):
        return template
    template.name, template.values, template.version = name, kept, template.version + 1
    template.save(update_fields=["name", "values", "version"])
    events.record(TEMPLATE_SAVED, template, by=by)
    return template


@transaction.atomic
def template_from_item(*, item: WorkItem, name: str, by: User) -> ItemTemplate:
    """Keep under a name what an item says, without its plan and what came of it.

    Raises NotAllowed, Invalid, Conflict for a name that is taken.
    """
    known = set(ItemField.objects.filter(project=item.project_id).values_list("key", flat=True))
    values: dict[str, Any] = {name: getattr(item, name) for name in OF_AN_ITEM}
    values |= {"estimates": item.estimates} if item.estimates else {"points": item.points}
    values |= {"custom": {key: value for key, value in item.custom.items() if key in known}}
    given = {key: value for key, value in values.items() if value not in (None, "", [], {})}
    return save_template(project=item.project, name=name, values=given, replaces=False, by=by)


@transaction.atomic
def remove_template(*, template: ItemTemplate, by: User) -> None:
    """Raises NotAllowed."""
    locked_open(template.project_id)
    require(rules.why_not(by, Permission.PLAN, template.project_id))
    events.record(TEMPLATE_REMOVED, template, by=by)
    ItemTemplate.objects.filter(pk=template.pk).delete()


def _refuse_taken(templates: "QuerySet[ItemTemplate]", name: str) -> None:
    if templates.filter(name=name).exists():
        raise Conflict(f"The name {name} is taken.", field="name", code="taken")


def _template(project: Project, name: str, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Name and values as they are kept. Raises Invalid."""
    read = fields.checked({"name": name}, {"name": fields.text(least=1, most=60)})
    kept = {key: value for key, value in values.items() if key not in NOT_OF_A_TEMPLATE}
    read_values(project, kept)
    return read["name"], kept


_VIEW: dict[str, fields.Reader] = {
    "name": fields.text(least=1, most=60),
    "layout": fields.choice(Layout.values),
    "query": fields.text(most=MOST_QUERY),
    "is_shared": fields.flag,
}
