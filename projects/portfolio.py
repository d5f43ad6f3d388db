"""All projects at one glance: a row and a bubble for each, now or as of a day, filtered, and as a table to take out."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.utils.http import urlencode

from core import charts
from core.errors import BadRequest, Invalid
from core.models import User
from projects import affordability, health, queries
from projects.enums import GATE_AFTER, Gate, Health, RiskLevel, RiskPhase, Stage

FIGURES = ("benefit_low", "benefit_high", "cost_low", "cost_high")
TONES = {Health.GREEN: "ok", Health.AMBER: "warn", Health.RED: "bad"}
MOST_TEXT = 100


@dataclass(frozen=True)
class Asked:
    """What was asked for; each stands in the address. `day`: as of its end."""

    text: str = ""
    stage: str = ""
    light: str = ""
    project: str = ""
    day: date | None = None

    @classmethod
    def of(cls, given: Mapping[str, str], *, today: date) -> "Asked":
        """Raises Invalid, naming what it cannot read, and BadRequest for a day that nobody has seen."""
        return cls(
            text=_text(given.get("q", "").strip()),
            stage=_choice(given, "stage", Stage.values),
            light=_choice(given, "light", Health.values),
            project=given.get("project", ""),
            day=_day(given.get("as_of", ""), today),
        )

    def query(self, **changed: str) -> str:
        """The address's query with these changed; what is empty is left out."""
        said = {
            "q": self.text,
            "stage": self.stage,
            "light": self.light,
            "project": self.project,
            "as_of": self.day.isoformat() if self.day else "",
        } | changed
        return urlencode({name: value for name, value in said.items() if value})

    def takes(self, row: "Row") -> bool:
        text = self.text.casefold()
        return (
            (not text or text in row.name.casefold() or text in row.key.casefold())
            and self.stage in ("", row.stage)
            and self.light in ("", row.light)
            and self.project in ("", row.key)
        )


@dataclass(frozen=True)
class Row:
    """One project. Money is a year's. As of a past day, what no record tells of that day is None or empty."""

    key: str
    name: str
    stage: str
    stage_label: str
    days_in_stage: int
    next_gate: str
    tier: int | None
    light: str
    said: str
    said_note: str
    computed: str
    reasons: tuple[str, ...]
    waits: tuple[str, ...]
    risk: str
    risk_number: int | None
    risk_phase: str
    risk_level: str
    risk_weight: int | None
    value_low: Decimal | None
    value_high: Decimal | None
    cost_high: Decimal | None
    value_realised: float | None
    sank: tuple[str, ...]

    @property
    def value(self) -> affordability.Value | None:
        if self.value_low is None or self.value_high is None:
            return None
        return affordability.Value(low=self.value_low, high=self.value_high)


def rows(user: User, asked: Asked, *, now: datetime, only: int | None = None) -> list[Row]:
    """The projects that the user may see, by name, as they were asked for. `only`: a token's project."""
    end = datetime.combine(asked.day, time.max, UTC) if asked.day else None
    at = min(end, now) if end else now
    projects = queries.portfolio(user, until=at, only=only)
    ids = [one["pk"] for one in projects]
    facts = _Facts(ids, at=at, is_past=end is not None and end < now)
    found = (_row(one, facts, at) for one in projects)
    return [row for row in found if asked.takes(row)]


class _Facts:
    """What is known of all of them, by project."""

    def __init__(self, ids: Sequence[int], *, at: datetime, is_past: bool) -> None:
        self.notes = queries.last_health_notes(ids, until=at)
        self.tiers = queries.last_tiers(ids, until=at)
        self.gates = queries.last_gates(ids, until=at)
        self.figures = queries.figures_before(ids, after=at) if is_past else {}
        self.realised = queries.values_realised(ids, until=at if is_past else None)
        self.sank = {} if is_past else queries.sunk_by(ids)
        self.risks = {} if is_past else queries.worst_risks(ids)
        self.computed = {} if is_past else health.computed(ids, now=at)


def _row(project: dict[str, Any], facts: _Facts, at: datetime) -> Row:
    pk = project["pk"]
    gate, passed_at = facts.gates.get(pk, ("", project["created_at"]))
    stage = _stage_after(gate)
    next_gate = GATE_AFTER.get(stage)
    said, note = facts.notes.get(pk, ("", ""))
    computed = facts.computed.get(pk)
    findings = computed.findings if computed else ()
    more: dict[str, Any] = _risk(facts.risks.get(pk)) | _money(facts.figures.get(pk, {}), project)
    return Row(
        key=project["key"],
        name=project["name"],
        stage=stage,
        stage_label=stage.label,
        days_in_stage=health.days(passed_at, at),
        next_gate=next_gate.label if next_gate else "",
        tier=facts.tiers.get(pk),
        light=_worse(said, computed.light if computed else ""),
        said=said,
        said_note=note,
        computed=computed.light if computed else "",
        reasons=tuple(one.reason for one in findings if one.light != Health.GREEN),
        waits=tuple(_wait(one, at) for one in findings if one.waits_for),
        value_realised=facts.realised.get(pk),
        sank=tuple(facts.sank.get(pk, ())),
        **more,
    )


def _stage_after(gate: str) -> Stage:
    stages = list(Stage)
    return stages[list(Gate).index(Gate(gate)) + 1] if gate else stages[0]


def _worse(said: str, computed: str) -> str:
    """What the owner says cannot make what was found look better, nor the other way round."""
    known = [Health(one) for one in (said, computed) if one]
    return max(known, key=health.ORDER.__getitem__, default="")


def _wait(finding: health.Finding, at: datetime) -> str:
    assert finding.since is not None
    return f"{health.days(finding.since, at)} d for {finding.waits_for}"


def _risk(worst: tuple[int, str, str, int, int] | None) -> dict[str, Any]:
    if worst is None:
        return {"risk": "", "risk_number": None, "risk_phase": "", "risk_level": "", "risk_weight": None}
    number, title, phase, level, weight = worst
    return {
        "risk": title,
        "risk_number": number,
        "risk_phase": RiskPhase(phase).label,
        "risk_level": RiskLevel(level).label,
        "risk_weight": weight,
    }


def _money(before: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    """`before`: what the figures that were revised since said then."""
    figures = {name: _amount(before.get(name, one[f"scope__{name}"])) for name in FIGURES}
    value = affordability.net_value(**figures)
    return {
        "value_low": value.low if value else None,
        "value_high": value.high if value else None,
        "cost_high": figures["cost_high"],
    }


def _amount(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def bubbles(found: Iterable[Row], asked: Asked) -> charts.Chart:
    """Value to the right, risk upwards, cost as size; each leads to the portfolio of that one."""
    among_all = asked.query(project="")
    alone = f"?{among_all}&project=" if among_all else "?project="
    spots = [
        charts.Bubble(
            key=row.key,
            label=f"{row.name}: {row.value} a year, {row.risk_level.lower() or 'no open'} risk",
            x=float(row.value.middle),
            y=float(row.risk_weight or 0),
            size=float(row.cost_high or 0),
            tone=TONES[Health(row.light)] if row.light else "",
            url=f"?{among_all}" if asked.project == row.key else f"{alone}{row.key}",
        )
        for row in found
        if row.value is not None
    ]
    return charts.bubbles(spots, x_label="Value a year", y_label="Risk", y_most=25)


COLUMNS = [name for name in Row.__dataclass_fields__ if name != "stage_label"]


def plain(row: Row) -> dict[str, Any]:
    """The row as JSON; money as text, so that no digit is lost."""
    said = asdict(row)
    return {name: str(said[name]) if isinstance(said[name], Decimal) else said[name] for name in COLUMNS}


def as_csv(found: Iterable[Row]) -> str:
    sink = io.StringIO()
    writer = csv.DictWriter(sink, COLUMNS)
    writer.writeheader()
    for row in found:
        writer.writerow({name: _cell(value) for name, value in plain(row).items()})
    return sink.getvalue()


def _cell(value: Any) -> Any:
    """A cell that a spreadsheet would take for a formula is told to be text; numbers stay numbers."""
    if isinstance(value, (list, tuple)):
        value = "; ".join(value)
    is_number = isinstance(value, str) and value.lstrip("-").replace(".", "", 1).isdecimal()
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") and not is_number else value


def _text(text: str) -> str:
    if len(text) > MOST_TEXT:
        raise Invalid(f"q has at most {MOST_TEXT} characters: got {len(text)}.", field="q", code="length")
    return text


def _choice(given: Mapping[str, str], field: str, known: Sequence[str]) -> str:
    value = given.get(field, "")
    if value and value not in known:
        raise Invalid(f"{field} is one of {', '.join(known)}: got {value[:40]!r}.", field=field, code="choice")
    return value


def _day(text: str, today: date) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"as_of is a day such as 2026-01-31: got {text[:40]!r}.", field="as_of") from None
    if day > today:
        said = f"as_of is a day up to today, {today.isoformat()} in UTC: got {day.isoformat()}."
        raise BadRequest(said, field="as_of", code="in_the_future")
    return day
