"""Lists of items as an address asks for them: filters, order, page."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import urlencode

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from core.errors import FieldError, Invalid
from core.models import User
from core.numbers import whole_of, wholes_of
from projects.enums import PRIORITIES, FieldType, ItemKind, ItemState, SprintState, Triage
from projects.models import ItemField, ItemStatus, Project, WorkItem

MOST_TEXT = 200
MOST_PAGE = 100_000
OWN = "f."
"""Before the key of a field of the project's own."""

_MAIN = ItemStatus.objects.filter(project=OuterRef("project"), key=OuterRef("state"))
_LANES = Case(*(When(state=state, then=place) for place, state in enumerate(ItemState)), default=0)
_SINCE = Coalesce("moved_at", "created_at")

ORDERS: dict[str, tuple[str | Combinable, ...]] = {
    "rank": ("rank",),
    "board": (
        _LANES,
        Coalesce("status__position", Subquery(_MAIN.values("position"))),
        Coalesce("status_id", Subquery(_MAIN.values("pk"))),
        "rank",
    ),
    "number": ("number",),
    "-number": ("-number",),
    "title": ("title",),
    "-title": ("-title",),
    "priority": ("priority",),
    "-priority": ("-priority",),
    "points": (F("points").asc(nulls_last=True),),
    "-points": (F("points").desc(nulls_last=True),),
    "moved": (_SINCE.asc(),),
    "-moved": (_SINCE.desc(),),
}
"""What has no points is last, either way. `board` is lane by lane, each from the top down."""

FILTERS = ("q", "state", "kind", "assignee", "label", "priority", "sprint", "blocked", "triage")


class Parameters(Protocol):
    """What Django's QueryDict is."""

    def getlist(self, key: str) -> list[str]: ...

    def __iter__(self) -> Any: ...


@dataclass(frozen=True)
class ItemLook:
    """What an address asks for. A filter given several times takes any of its values."""

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    order: str = "-number"
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        return bool(self.text or self.filters or self.own)

    def get(self, name: str) -> tuple[str, ...]:
        return self.filters.get(name, ())

    def pairs(self) -> list[tuple[str, str]]:
        """As an address has them, without the page."""
        found = [("q", self.text)] if self.text else []
        found += [(name, value) for name in FILTERS for value in self.filters.get(name, ())]
        found += [(OWN + key, value) for key, value in self.own.items()]
        return found + ([("sort", self.order)] if self.order != "-number" else [])

    @property
    def query_string(self) -> str:
        return urlencode(self.pairs())

    def ordered(self, order: str) -> "ItemLook":
        return replace(self, order=order, page=1)


def read_look(project: Project, given: Parameters, *, order: str = "-number") -> ItemLook:
    """Read an address. Raises Invalid with one entry for each parameter that names nothing."""
    wrong: list[FieldError] = []
    known = _known(project)
    filters: dict[str, tuple[str, ...]] = {}
    for name in FILTERS[1:]:
        values = tuple(dict.fromkeys(value for value in given.getlist(name) if value))
        filters |= {name: values} if values else {}
        wrong += [_wrong(name, value, known[name]) for value in values if name in known and value not in known[name]]
    wrong += [
        FieldError("sprint", "invalid", f"Sprint is a number, active, or none: got {value[:40]!r}.")
        for value in filters.get("sprint", ())
        if value not in ("none", "active") and whole_of(value) is None
    ]
    text, own = _one(given, "q"), _own(project, given, wrong)
    if len(text) > MOST_TEXT:
        wrong.append(FieldError("q", "length", f"q has at most {MOST_TEXT} characters: got {len(text)}."))
    sort = _one(given, "sort") or order
    if sort not in ORDERS:
        wrong.append(_wrong("sort", sort, ORDERS))
    if wrong:
        raise Invalid(" ".join(one.message for one in wrong), code=wrong[0].code, errors=wrong)
    return ItemLook(text=text, filters=filters, own=own, order=sort, page=_page(_one(given, "page")))


def found_items(look: ItemLook, project: Project, *, by: User) -> QuerySet[WorkItem]:
    """The items that the look takes, in its order. What waits for triage is only there when asked for."""
    rows = WorkItem.objects.filter(project=project)
    rows = rows.filter(triage__in=look.get("triage")) if look.get("triage") else rows.exclude(triage=Triage.WAITING)
    rows = rows.filter(*(_condition(name, values, by) for name, values in look.filters.items() if name != "triage"))
    if look.text:
        rows = rows.filter(_text(look.text, project))
    for key, value in look.own.items():
        rows = rows.filter(custom__contains={key: _typed(project, key, value)})
    rows = rows.select_related("assignee", "sprint", "status", "parent")
    return rows.order_by(*ORDERS[look.order], "-pk" if look.order.startswith("-") else "pk")


def _condition(name: str, values: tuple[str, ...], by: User) -> Q:
    if name == "state":
        return Q(state__in=values, status=None) | Q(status__key__in=values) | Q(state__in=_groups(values))
    if name == "kind":
        return Q(kind__in=values)
    if name == "priority":
        return Q(priority__in=[PRIORITIES[value].value for value in values])
    if name == "label":
        return Q(labels__overlap=[value.lower() for value in values])
    if name == "blocked":
        return Q(blocked_at__isnull="yes" not in values)
    return _assignee(values, by) if name == "assignee" else _sprint(values)


def _groups(values: tuple[str, ...]) -> list[str]:
    """A state takes all the statuses in it."""
    return [value for value in values if value in ItemState.values]


def _assignee(values: tuple[str, ...], by: User) -> Q:
    names = [by.username if value == "me" else value for value in values if value != "none"]
    return Q(assignee__username__in=names) | (Q(assignee=None) if "none" in values else Q(pk__in=[]))


def _sprint(values: tuple[str, ...]) -> Q:
    wanted = Q(sprint__number__in=wholes_of(values))
    if "active" in values:
        wanted |= Q(sprint__state=SprintState.ACTIVE)
    return wanted | Q(sprint=None) if "none" in values else wanted


def _text(text: str, project: Project) -> Q:
    """In the title or the description; FRD-12 and 12 are also the number."""
    wanted = Q(title__icontains=text) | Q(description__icontains=text)
    number = whole_of(text.upper().removeprefix(f"{project.key}-"))
    return wanted if number is None else wanted | Q(number=number)


def _known(project: Project) -> dict[str, list[str]]:
    statuses = list(ItemStatus.objects.filter(project=project).values_list("key", flat=True))
    return {
        "state": list(dict.fromkeys([*ItemState.values, *statuses])),
        "kind": list(ItemKind.values),
        "priority": list(PRIORITIES),
        "blocked": ["yes", "no"],
        "triage": list(Triage.values),
    }


def _own(project: Project, given: Parameters, wrong: list[FieldError]) -> dict[str, str]:
    asked = {name.removeprefix(OWN): _one(given, name) for name in given if name.startswith(OWN)}
    asked = {key: value for key, value in asked.items() if value}
    if not asked:
        return {}
    known = {one.key: one for one in ItemField.objects.filter(project=project)}
    for key, value in asked.items():
        if key not in known:
            wrong.append(_wrong(OWN + key, value, list(known)))
        elif known[key].type == FieldType.NUMBER and _number(value) is None:
            wrong.append(FieldError(OWN + key, "invalid", f"{known[key]} is a number: got {value[:40]!r}."))
    return asked


def _typed(project: Project, key: str, value: str) -> Any:
    is_number = ItemField.objects.filter(project=project, key=key, type=FieldType.NUMBER).exists()
    return _number(value) if is_number else value


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _wrong(name: str, value: str, known: Any) -> FieldError:
    return FieldError(name, "choice", f"{name} is one of {', '.join(known) or 'none'}: got {value[:40]!r}.")


def _one(given: Parameters, name: str) -> str:
    return next((value.strip() for value in given.getlist(name) if value.strip()), "").replace("\0", "")


def _page(text: str) -> int:
    return max(1, min(whole_of(text) or 1, MOST_PAGE))
