"""Writes about saved views and templates of items."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from core import events
from core.errors import Invalid
from core.models import User
from core.rules import require
from projects import rules
from projects.enums import Layout
from projects.events import TEMPLATE_REMOVED, TEMPLATE_SAVED, VIEW_REMOVED, VIEW_SAVED
from projects.models import ItemTemplate, Project, SavedView
from projects.operations import fields
from projects.operations.item_values import read_values
from projects.operations.locking import locked_open
from projects.roles import Permission

MOST_VIEWS = 50
MOST_TEMPLATES = 30
MOST_QUERY = 2000
NOT_OF_A_TEMPLATE = ("assignee", "sprint", "parent", "result", "result_note")


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
def remove_view(*, view: SavedView, by: User) -> None:
    """Raises NotAllowed for another's."""
    locked_open(view.project_id)
    require(rules.why_not_remove_view(by, view))
    events.record(VIEW_REMOVED, view, by=by)
    SavedView.objects.filter(pk=view.pk).delete()


@transaction.atomic
def save_template(*, project: Project, name: str, values: Mapping[str, Any], by: User) -> ItemTemplate:
    """Keep values under a name, in the place of what has it. Raises NotAllowed, Invalid as `add_item` does."""
    project = locked_open(project.pk)
    require(rules.why_not(by, Permission.PLAN, project.pk))
    name = fields.checked({"name": name}, {"name": fields.text(least=1, most=60)})["name"]
    kept = {key: value for key, value in values.items() if key not in NOT_OF_A_TEMPLATE}
    read_values(project, kept)
    if ItemTemplate.objects.filter(project=project).exclude(name=name).count() >= MOST_TEMPLATES:
        raise Invalid(f"A project has {MOST_TEMPLATES} templates at most.", field="name", code="length")
    template, _ = ItemTemplate.objects.update_or_create(project=project, name=name, defaults={"values": kept})
    events.record(TEMPLATE_SAVED, template, by=by)
    return template


@transaction.atomic
def remove_template(*, template: ItemTemplate, by: User) -> None:
    """Raises NotAllowed."""
    locked_open(template.project_id)
    require(rules.why_not(by, Permission.PLAN, template.project_id))
    events.record(TEMPLATE_REMOVED, template, by=by)
    ItemTemplate.objects.filter(pk=template.pk).delete()


_VIEW: dict[str, fields.Reader] = {
    "name": fields.text(least=1, most=60),
    "layout": fields.choice(Layout.values),
    "query": fields.text(most=MOST_QUERY),
    "is_shared": fields.flag,
}
