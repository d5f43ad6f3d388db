"""The values of a work item, read and checked; and which columns they are kept in."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.errors import Invalid
from core.models import User
from projects.enums import Discipline, FieldType, HypothesisResult, ItemKind, Priority, SprintState
from projects.models import ItemField, Membership, Project, Sprint, WorkItem
from projects.models.items import ESTIMATES
from projects.operations import fields
from projects.operations.values import Values

MOST_TEXT = 8000
MOST_POINTS = 100
MOST_LABELS = 20
MOST_DAYS = 365
MOST_NUMBER = 1e12


def read_values(project: Project, given: Mapping[str, Any], *, item: WorkItem | None = None) -> dict[str, Any]:
    """The given values as the columns of an item, `item` being what it was: it may stay in the sprint that it is in,
    though that is closed. Raises Invalid with all that is wrong."""
    if item and item.sprint and given.get("sprint") == item.sprint:
        given = {name: value for name, value in given.items() if name != "sprint"}
    read = fields.checked(given, _READERS | _of_project(project))
    if "custom" in read:
        read["custom"] = _merged(item.custom if item else {}, read["custom"])
    return _with_points(read, item)


def _with_points(read: dict[str, Any], item: WorkItem | None) -> dict[str, Any]:
    """Points are the sum of the estimates where there are any; else what was said."""
    was = item.estimates if item else {}
    given = read.pop("estimates", {})
    now = _merged(was, given)
    if now and read.get("points", sum(now.values())) not in (None, sum(now.values())):
        said = f"Points are the sum of the estimates, {sum(now.values())}: got {read['points']}. Change the estimates."
        raise Invalid(said, field="points", code="not_the_sum")
    for discipline in given:
        read[ESTIMATES[Discipline(discipline)]] = now.get(discipline)
    if now:
        read["points"] = sum(now.values())
    return read


def _merged(was: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What was, with what is given in its place; None takes away."""
    return {key: value for key, value in {**was, **given}.items() if value is not None}


def _estimates(values: Values, field: str, given: Any) -> dict[str, int | None]:
    if not isinstance(given, Mapping):
        values.wrong(field, f"Estimates are points by discipline: got {given!r}.")
        return {}
    read: dict[str, int | None] = {}
    for name, points in given.items():
        if name not in Discipline.values:
            values.wrong(f"{field}.{name}", f"A discipline is one of {', '.join(Discipline.values)}: got {name!r}.")
        else:
            is_given = points is not None
            read[name] = values.whole(f"{field}.{name}", points, low=0, high=MOST_POINTS) if is_given else None
    return read


def _points(values: Values, field: str, given: Any) -> int | None:
    return None if given is None else values.whole(field, given, low=0, high=MOST_POINTS)


def labels(values: Values, field: str, given: Any) -> list[str]:
    """Small letters, each once, in order: so that a filter finds them."""
    if not isinstance(given, (list, tuple)) or len(given) > MOST_LABELS:
        values.wrong(field, f"Labels are a list of at most {MOST_LABELS}: got {given!r}.", code="length")
        return []
    read = {values.text(field, one, least=1, most=40).lower() for one in given}
    for one in read:
        if any(character in one for character in ",;#"):
            values.wrong(field, f"A label has no comma, semicolon or #: got {one!r}.")
    return sorted(read)


def _time_box(values: Values, field: str, given: Any) -> int | None:
    return None if given is None else values.whole(field, given, low=1, high=MOST_DAYS)


def _result(values: Values, field: str, given: Any) -> str:
    return "" if given in ("", None) else values.choice(field, given, HypothesisResult.values)


def _priority(values: Values, field: str, given: Any) -> int:
    return values.whole(field, given, low=min(Priority.values), high=max(Priority.values))


_READERS: dict[str, fields.Reader] = {
    "title": fields.text(least=1, most=200),
    "description": fields.text(most=MOST_TEXT),
    "kind": fields.choice(ItemKind.values),
    "points": _points,
    "estimates": _estimates,
    "priority": _priority,
    "labels": labels,
    "hypothesis": fields.text(most=MOST_TEXT),
    "time_box_days": _time_box,
    "metric": fields.text(most=250),
    "baseline": fields.number(-MOST_NUMBER, MOST_NUMBER),
    "result": _result,
    "result_note": fields.text(most=MOST_TEXT),
}


def _of_project(project: Project) -> dict[str, fields.Reader]:
    """What only makes sense within the project: its people, sprints, items and fields."""

    def assignee(values: Values, field: str, given: User | None) -> User | None:
        if given and not Membership.objects.filter(project=project, user=given).exists():
            values.wrong(field, f"{given} is not in the project.", code="not_a_member")
        return given

    def sprint(values: Values, field: str, given: Sprint | None) -> Sprint | None:
        return _open_sprint(project, given, values) if given else None

    def parent(values: Values, field: str, given: WorkItem | None) -> WorkItem | None:
        if given and given.project_id != project.pk:
            values.wrong(field, f"There is no item {given.number} in this project.", code="unknown")
        return given

    def custom(values: Values, field: str, given: Any) -> dict[str, Any]:
        return _custom(values, field, given, {one.key: one for one in ItemField.objects.filter(project=project)})

    return {"assignee": assignee, "sprint": sprint, "parent": parent, "custom": custom}


def _open_sprint(project: Project, sprint: Sprint, values: Values) -> Sprint | None:
    current = Sprint.objects.filter(project=project, pk=sprint.pk).first()
    if current is None:
        values.wrong("sprint", f"{sprint} is not a sprint of this project.")
    elif current.state == SprintState.CLOSED:
        values.wrong("sprint", f"{sprint} is closed.", code="sprint_closed")
    return current


def _custom(values: Values, field: str, given: Any, known: Mapping[str, ItemField]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        values.wrong(field, f"Custom fields are values by key: got {given!r}.")
        return {}
    read: dict[str, Any] = {}
    for key, value in given.items():
        at = f"{field}.{key}"
        if key not in known:
            there = ", ".join(known) or "none"
            values.wrong(at, f"There is no field {key!r} of items; there is {there}.", code="unknown_field")
        else:
            read[key] = None if value in (None, "") else custom_value(values, at, value, known[key])
    return read


def custom_value(values: Values, at: str, value: Any, field: ItemField) -> Any:
    """A value of a project's own field, as JSON keeps it."""
    if field.type == FieldType.NUMBER:
        return values.between(at, value, low=-MOST_NUMBER, high=MOST_NUMBER)
    if field.type == FieldType.CHOICE:
        return values.choice(at, value, field.choices)
    if field.type == FieldType.DATE:
        return _date(values, at, value)
    return values.text(at, value, most=500)


def _date(values: Values, at: str, value: Any) -> str:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        values.wrong(at, f"A date is written as 2026-12-31: got {value!r}.")
        return ""
    return values.day(at, day).isoformat()
