"""What moved in a sprint besides its items: models, risks, gates. All of it is in the log; the apps above say which of
their events count, and under which words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from core.models import Event
from projects import events as names
from projects import queries
from projects.enums import Gate
from projects.health import LONG_D
from projects.models import GateWaiver, Project, Sprint
from projects.queries import Span

MOST_ROWS = 100
"""Of each count the newest of these are named."""
EXPIRES_SOON = timedelta(days=30)

_models: dict[str, str] = {}
_risks: dict[str, str] = {
    names.RISK_ADDED: "Risks raised",
    names.RISK_REVISED: "Risks rated again",
    names.RISK_TREATED: "Risks treated",
    names.RISK_ACCEPTED: "Risks accepted",
    names.RISK_REOPENED: "Risks reopened",
    names.FINDING_OPENED: "Findings opened",
    names.FINDING_CLOSED: "Findings closed",
    names.GATE_DECIDED: "Verdicts on gates",
    names.GATE_PASSED: "Gates passed",
    names.GATE_WAIVED: "Checks waived",
}


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a decision: which of its kind it is, in words, since when."""

    id: str
    label: str
    since: datetime


Waiters = Callable[[Project], Iterable[Waiting]]
_waiters: dict[str, Waiters] = {}
_addresses: dict[str, Callable[[str, str], str]] = {}


def waits(kind: str, *, address: Callable[[str, str], str]) -> Callable[[Waiters], Waiters]:
    """Register what waits for decisions: of this kind, and where one of them is found by the project's key and id."""

    def register(waiters: Waiters) -> Waiters:
        _waiters[kind], _addresses[kind] = waiters, address
        return waiters

    return register


def address_of(key: str, kind: str, id: str) -> str:
    """Where that which waits is decided; empty for a kind that nobody registers any more."""
    return _addresses[kind](key, id) if kind in _addresses else ""


@waits("gate", address=lambda key, id: reverse("projects:gate", args=[key]))
def _gate_that_waits(project: Project) -> list[Waiting]:
    request = queries.open_request(project)
    if request is None:
        return []
    return [Waiting(str(request.gate), f"The decision on the {Gate(request.gate).label.lower()}", request.requested_at)]


def count(words: str, *types: str) -> None:
    """Events of these types count in the review's part about models, under these words."""
    _models.update(dict.fromkeys(types, words))


def models(sprint: Sprint, span: Span | None) -> dict[str, Any]:
    """How many of each, and the events themselves."""
    return _told(sprint, span, _models)


def risks(sprint: Sprint, span: Span | None, *, now: datetime) -> dict[str, Any]:
    """What moved in the register and at the gates, what waits for a decision too long, which waivers run out."""
    return _told(sprint, span, _risks) | {
        "waiting": _waiting(sprint, now),
        "expiring": [
            {"check": one.check_id, "gate": str(one.gate), "on": one.expires_at.date().isoformat()}
            for one in _expiring(sprint, now)
        ],
    }


def _told(sprint: Sprint, span: Span | None, words: dict[str, str]) -> dict[str, Any]:
    counts = dict.fromkeys(words.values(), 0)
    if span is None:
        return {"counts": _listed(counts), "rows": [], "left_out": 0}
    found = queries.events_between(sprint.project_id, span.start_seq, span.end_seq, list(words))
    rows = []
    for event in found.order_by("-seq"):
        what = words[event.type]
        counts[what] += 1
        if counts[what] <= MOST_ROWS:
            rows.append(_row(event, what))
    return {"counts": _listed(counts), "rows": rows, "left_out": sum(counts.values()) - len(rows)}


def _listed(counts: dict[str, int]) -> list[dict[str, Any]]:
    """As a list: the database keeps the order of no other JSON."""
    return [{"what": words, "count": number} for words, number in counts.items()]


def _row(event: Event, words: str) -> dict[str, Any]:
    return {"seq": event.seq, "what": words, "label": event.subject_label, "on": event.at[:10]}


def _waiting(sprint: Sprint, now: datetime) -> list[dict[str, Any]]:
    """What waits longer than a decision may, what waits longest first."""
    found = [(one, kind) for kind, waiters in _waiters.items() for one in waiters(sprint.project)]
    late = [(one, kind) for one, kind in found if now - one.since > timedelta(days=LONG_D)]
    return [
        {"kind": kind, "id": one.id, "label": one.label, "days": (now - one.since).days}
        for one, kind in sorted(late, key=lambda pair: (pair[0].since, pair[1], pair[0].id))
    ]


def _expiring(sprint: Sprint, now: datetime) -> list[GateWaiver]:
    open_ones = queries.gate_waivers(sprint.project).filter(ended_at=None)
    return list(open_ones.filter(expires_at__gt=now, expires_at__lte=now + EXPIRES_SOON))
