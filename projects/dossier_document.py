"""The dossier as a document: one list of sections, which the page and the Markdown file both show; and what changed
between two revisions, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.markdown import cell
from projects import scoping
from projects.enums import (
    AssumptionState,
    DataCheck,
    Function,
    Importance,
    KillDecision,
    OptionKind,
    RegimeClass,
    SpikeState,
    SpikeZone,
)
from projects.models import DossierRevision, Project, Scope
from projects.models.dossier import OPTION_RANGES, RANGES
from projects.studio import QUADRANTS, amount

LISTS = {
    "options": "Option",
    "precedents": "Precedent",
    "assumptions": "Assumption",
    "spikes": "Spike",
    "kill_criteria": "Kill criterion",
}
OF_THEIR_OWN = ("promise", "objections", "outcome", "readiness")
READY = {"ok": "met", "bad": "not met", "open": "open"}
EMPTY: tuple[Any, ...] = (None, "", [], {})
DERIVED = ("number", "version", "digest", "reading")
"""What follows from the rest, and so is no change of its own."""


@dataclass(frozen=True)
class Section:
    """A heading with facts, or with a table below `head`."""

    title: str
    facts: Sequence[tuple[str, str]] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = field(default=())


@dataclass(frozen=True)
class Difference:
    """A field that two revisions say differently; None where one of them has no such thing."""

    where: str
    name: str
    before: Any
    after: Any

    @property
    def shown(self) -> tuple[str, str]:
        return said(self.before), said(self.after)


def sections(content: Mapping[str, Any]) -> list[Section]:
    """A revision in reading order. What it does not have yet says so."""
    studio = scoping.studio(content)
    return [
        *_promise(content),
        _stake(content),
        _today(content),
        _options(content),
        _judgement(content, studio),
        _precedents(content),
        *_sheets(content),
        _assumptions(content),
        _data(content),
        _ceiling(content),
        _spikes(content),
        _criteria(content),
        _objections(content),
        *_outcome(content),
    ]


def markdown(content: Mapping[str, Any], *, title: str, lead: str) -> str:
    """The same as Markdown, with tables; what people wrote cannot break out of a cell."""
    lines = [f"# {cell(title)}", "", cell(lead), ""]
    for section in sections(content):
        lines += [f"## {section.title}", "", *_body(section), ""]
    return "\n".join(lines)


def text_of(project: Project, revision: DossierRevision) -> str:
    """A revision as Markdown, with its number and digest."""
    by = revision.revised_by or "Throughline"
    lead = f"Revision {revision.number}, {revision.revised_at:%Y-%m-%d %H:%M} UTC, by {by}. SHA-256 {revision.digest}."
    return markdown(revision.content, title=f"{project.name}: scoping dossier", lead=lead)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Every field that changed: first of the promise, where both have kept it, and of the dossier itself, then of each
    option, precedent, spike and criterion."""
    found: list[Difference] = []
    if "promise" in before and "promise" in after:
        found += _changed("The promise", before["promise"], after["promise"])
    found += _changed("The dossier", _own(before), _own(after))
    for name, label in LISTS.items():
        old, new = ({one["number"]: one for one in content.get(name, ())} for content in (before, after))
        for number in sorted(old.keys() | new.keys()):
            found += _changed(f"{label} {number}", old.get(number, {}), new.get(number, {}))
    old, new = ({one["check"]: one for one in content.get("readiness", ())} for content in (before, after))
    for check in DataCheck:
        found += _changed(f"Data, {check.label.lower()}", _read(old.get(check)), _read(new.get(check)))
    found += _changed("What it took", before.get("outcome") or {}, after.get("outcome") or {})
    old, new = ({one["function"]: one for one in content.get("objections", ())} for content in (before, after))
    for function in Function:
        found += _changed(f"Objections, {function.label}", old.get(function, {}), new.get(function, {}))
    return found


def said(value: Any) -> str:
    """A value as a reader has it."""
    if value in EMPTY:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:,.10g}"
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {said(one)}" for name, one in value.items())
    if isinstance(value, (list, tuple)):
        return " / ".join(said(one) for one in value)
    return str(value)


def _own(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in LISTS and name not in OF_THEIR_OWN}


def _changed(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys([*old, *new]):
        is_empty = old.get(name) in EMPTY and new.get(name) in EMPTY
        if name not in DERIVED and not is_empty and old.get(name) != new.get(name):
            yield Difference(where, name.replace("_", " "), old.get(name), new.get(name))


def _read(check: Mapping[str, Any] | None) -> dict[str, Any]:
    """What of a check of the data is worth comparing."""
    measured, answer = (check or {}).get("measured") or {}, (check or {}).get("answer") or {}
    state = READY[check["state"]] if check and check["state"] != "open" else None
    return {"state": state, "measured": measured.get("value"), "answer": answer.get("reason")}


def _body(section: Section) -> list[str]:
    if section.facts:
        return [f"- **{label}**: {cell(value)}" for label, value in section.facts]
    if not section.rows:
        return ["None yet."]
    rule = ["---"] * len(section.head)
    return [f"| {' | '.join(map(cell, row))} |" for row in (section.head, rule, *section.rows)]


def _named(content: Mapping[str, Any], names: Sequence[str]) -> list[tuple[str, str]]:
    return [(name.replace("_", " ").capitalize(), said(content.get(name))) for name in names]


def _promise(content: Mapping[str, Any]) -> list[Section]:
    """Revisions from before it was part of them are shown without."""
    found = content.get("promise")
    if found is None:
        return []
    known = RegimeClass(found["class"]).label if found["class"] else None
    tier = f"T{found['tier']}" if found["tier"] else None
    plain = [
        "decision",
        "metric",
        "baseline",
        "baseline_source",
        "minimal_useful",
        "benefit_low",
        "benefit_high",
        "cost_low",
        "cost_high",
        "precedent",
        "precedent_difference",
    ]
    better = [("Better", str(Scope.Direction(found["direction"]).label))] if found["metric"] else []
    facts = [*_named(found, plain), *better, ("Class", said(known)), ("Tier", said(tier))]
    return [Section("What is promised", facts=facts)]


def _stake(content: Mapping[str, Any]) -> Section:
    return Section("What is at stake", facts=_named(content, (*RANGES, "month_price", "years", "currency")))


def _today(content: Mapping[str, Any]) -> Section:
    names = ("today_recall", "today_false_alarm_rate", "today_run_cost", "today_source", "today_measured_on")
    return Section("Today, measured", facts=_named(content, names))


def _options(content: Mapping[str, Any]) -> Section:
    head = [
        "Option",
        "Kind",
        "In a sentence",
        "Estimate",
        *(name.replace("_", " ").capitalize() for name in OPTION_RANGES),
    ]
    rows = [
        [
            f"{one['number']}. {one['title']}",
            str(OptionKind(one["kind"]).label),
            said(one.get("summary")),
            said(one.get("estimate")),
            *(said(one.get(name)) for name in OPTION_RANGES),
        ]
        for one in content["options"]
    ]
    return Section("Options", head=head, rows=rows)


def _judgement(content: Mapping[str, Any], studio: scoping.Studio) -> Section:
    titles = {str(one["number"]): one["title"] for one in content["options"]}
    head = ["Option", "Where it stands", "Recall needed", "Times the estimate", "Beats today", "Gain a year", "Reasons"]
    rows = [
        [
            titles[one.key],
            QUADRANTS[one.quadrant][0],
            f"{one.money.needed.recall:.3g}",
            f"{one.ratio.central:.3g}" if one.ratio else "–",
            f"{one.money.p_pays:.0%}",
            " / ".join(amount(value) for value in one.money.gain),
            " ".join(one.reasons) or "–",
        ]
        for one in studio.verdicts
    ]
    return Section("Where the options stand", head=head, rows=rows)


def _precedents(content: Mapping[str, Any]) -> Section:
    rows = [
        [one["title"], said(one["planned_effort"]), said(one["actual_effort"]), _source(one), f"{one['rated']} of 2"]
        for one in content["precedents"]
    ]
    return Section("Precedents", head=["Project", "Months planned", "Months taken", "Source", "Rated"], rows=rows)


def _source(precedent: Mapping[str, Any]) -> str:
    """Where it can be looked up; of one of the library also what came of it."""
    found = precedent.get("library")
    if not found:
        return str(precedent["source"])
    reached = f"{found['metric'] or 'metric'} {said(found['metric_reached'])}"
    return (
        f"{precedent['source']} {said(found['months'])} months; {reached}; runs for {said(found['run_cost'])} a year, "
        f"brings {said(found['value_realised'])}. {found['lessons']}"
    )


def _assumptions(content: Mapping[str, Any]) -> Section:
    rows = [
        [
            f"A{one['number']}. {one['text']}",
            str(Importance(one["importance"]).label),
            one["owner"] or "nobody yet",
            _tested_by(one),
            f"{AssumptionState(one['state']).label}{': ' if one['finding'] else ''}{one['finding']}",
        ]
        for one in content.get("assumptions", ())
    ]
    head = ["Assumption", "If it is wrong", "Owner", "How it is tested", "Found"]
    return Section("Assumptions", head=head, rows=rows)


def _data(content: Mapping[str, Any]) -> Section:
    """Each check with what was measured and what a person said of it, with their days."""
    rows = []
    for one in content.get("readiness", ()):
        measured, answer = one["measured"], one["answer"]
        rows.append(
            [
                str(DataCheck(one["check"]).label),
                READY[one["state"]],
                f"{measured['value']} ({measured['source']}, {measured['at'][:10]})" if measured else "–",
                f"{answer['reason']} ({answer['by']}, {answer['at'][:10]})" if answer else "–",
            ]
        )
    return Section("Data readiness", head=["Check", "State", "Measured", "Answered"], rows=rows)


def _tested_by(assumption: Mapping[str, Any]) -> str:
    with_ = [f"{name} {assumption[name]}" for name in ("spike", "item", "experiment") if assumption[name]]
    return "; ".join(filter(None, [assumption["test"], *with_])) or "–"


def _outcome(content: Mapping[str, Any]) -> list[Section]:
    """Only of a project that has told it."""
    names = ("actual_effort", "months", "run_cost", "metric", "metric_reached", "value_realised", "lessons")
    found = content.get("outcome")
    return [Section("What it took and brought", facts=_named(found, names))] if found else []


def _sheets(content: Mapping[str, Any]) -> list[Section]:
    """The comparison of each precedent that both have rated."""
    return [
        Section(
            f"Compared with {one['title']}",
            head=["Dimension", "Team", "Second rater", "Evidence"],
            rows=[
                [
                    f"{dimension.label}{' ★' if dimension.is_critical else ''}",
                    scoping.RATINGS[one["team"][dimension.key]],
                    scoping.RATINGS[one["second"][dimension.key]],
                    "; ".join(told[dimension.key] for told in one["evidence"] if dimension.key in told) or "–",
                ]
                for dimension in scoping.DIMENSIONS
            ],
        )
        for one in content["precedents"]
        if one["ratings"] is not None
    ]


def _ceiling(content: Mapping[str, Any]) -> Section:
    if not content.get("ceiling"):
        return Section("Ceiling", facts=[("State", "sealed" if content.get("is_sealed") else "not set")])
    return Section("Ceiling", facts=_named(content["ceiling"], ("money", "skills", "run_cost", "latency_ms", "alerts")))


def _spikes(content: Mapping[str, Any]) -> Section:
    rows = [
        [
            one["title"],
            scoping.TESTED[one["tests"]],
            one["hypothesis"],
            f"{one['metric']}: proceed {said(one['proceed_at'])}, kill {said(one['kill_at'])}",
            str(SpikeZone(one["zone"]).label if one["zone"] else SpikeState(one["state"]).label),
            one["digest"][:12] or "–",
        ]
        for one in content.get("spikes", ())
    ]
    return Section("Spikes", head=["Spike", "Tests", "Hypothesis", "Zones", "Result", "Plan"], rows=rows)


def _criteria(content: Mapping[str, Any]) -> Section:
    rows = [
        [
            one["text"],
            one["due_date"],
            f"{one['metric']} {said(one['threshold'])}" if one["metric"] else "–",
            one["decider"],
            "reached"
            if one["reached_at"]
            else str(KillDecision(one["decision"]).label)
            if one["decision"]
            else "open; else stop",
        ]
        for one in content.get("kill_criteria", ())
    ]
    return Section("What would end it", head=["What has to be so", "By", "Metric", "Decides", "State"], rows=rows)


def _objections(content: Mapping[str, Any]) -> Section:
    """What they say only once all are in: before that the content does not hold it."""
    rows = [
        [
            str(Function(one["function"]).label),
            one["author"],
            "handed in, not open yet" if one["text"] is None else f"{'None: ' if one['has_none'] else ''}{one['text']}",
        ]
        for one in content.get("objections", ())
    ]
    return Section("Who was asked", head=["Function", "By", "Objections"], rows=rows)
