"""Writes of many items at once, and of one in a line."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from core.errors import DomainError, Invalid, LedgerClosed
from core.models import User
from core.rules import require
from projects import quickline, rules
from projects.enums import PRIORITIES, ItemKind
from projects.models import ItemTemplate, Membership, Project, Sprint, WorkItem
from projects.operations import fields, item_values
from projects.operations.items import add_item, locked_item, move_item, revise_item
from projects.operations.values import refuse_unknown
from projects.roles import Permission

MOST_AT_ONCE = 200
BULK = ("state", "priority", "assignee", "sprint", "kind", "parent", "add_labels", "remove_labels")


def add_quickly(*, project: Project, line: str, sprint: Sprint | None = None, by: User, now: datetime) -> WorkItem:
    """Add the item that a quick line says. Raises NotAllowed, Invalid for a word that names nothing."""
    said = quickline.parse(line, kinds=ItemKind.values)
    more = {
        "kind": said.kind or ItemKind.TASK,
        "labels": said.labels,
        "time_box_days": said.days,
        "points": said.points,
        "assignee": _named(project, said.assignee),
        "priority": _priority(said.priority),
    }
    return add_item(project=project, title=said.title, sprint=sprint, more=more, by=by, now=now)


def _named(project: Project, name: str | None) -> User | None:
    if name is None:
        return None
    found = Membership.objects.select_related("user").filter(project=project, user__username__iexact=name).first()
    if found is None:
        raise Invalid(f"@{name[:40]} is nobody in this project.", field="line", code="not_a_member")
    return found.user


def _priority(word: str | None) -> int:
    if word is None:
        return 0
    if word not in PRIORITIES:
        raise Invalid(f"A priority is one of {', '.join(PRIORITIES)}: got !{word[:40]}.", field="line", code="choice")
    return PRIORITIES[word].value


def add_from_template(
    *, template: ItemTemplate, title: str, more: Mapping[str, Any] | None = None, by: User, now: datetime
) -> WorkItem:
    """Add an item that begins as the template has it; `more` counts before it. Raises NotAllowed, Invalid."""
    values = {**template.values, **(more or {})}
    begin = values.pop("title", "")
    return add_item(project=template.project, title=title or begin, more=values, by=by, now=now)


@dataclass
class Outcome:
    """What came of a change to many: the numbers of those that changed, and of the others why not."""

    changed: list[int] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)


def change_items(
    *, project: Project, items: Collection[WorkItem], values: Mapping[str, Any], by: User, now: datetime
) -> Outcome:
    """Change the same in many items, each in a transaction of its own: one that is refused holds up no other.

    `values` are of `BULK`. Raises NotAllowed, Invalid for more than 200, a field that cannot be changed so or what is
    no label: then none is changed.
    """
    require(rules.why_not(by, Permission.PLAN, project.pk))
    refuse_unknown(values, BULK)
    fields.checked({"add_labels": values.get("add_labels", [])}, {"add_labels": item_values.labels})
    if not 1 <= len(items) <= MOST_AT_ONCE:
        raise Invalid(f"Choose 1 to {MOST_AT_ONCE} items: got {len(items)}.", field="items", code="length")
    outcome = Outcome()
    for item in items:
        try:
            _change(item, values, by=by, now=now)
            outcome.changed.append(item.number)
        except LedgerClosed:
            if not outcome.changed:
                raise
            outcome.refused.append((item.number, "The ledger could not be written."))
        except DomainError as exc:
            outcome.refused.append((item.number, exc.message))
    return outcome


@transaction.atomic
def _change(item: WorkItem, values: Mapping[str, Any], *, by: User, now: datetime) -> None:
    """Labels are added to those that stand there now, not to those that the caller has read."""
    item = locked_item(item)
    plain = {name: value for name, value in values.items() if name not in ("state", "add_labels", "remove_labels")}
    if "add_labels" in values or "remove_labels" in values:
        kept = [*item.labels, *values.get("add_labels", [])]
        taken = {label.lower() for label in values.get("remove_labels", [])}
        plain["labels"] = [label for label in kept if label.lower() not in taken]
    if plain:
        item = revise_item(item=item, values=plain, by=by, now=now)
    if "state" in values:
        move_item(item=item, state=values["state"], by=by, now=now)
