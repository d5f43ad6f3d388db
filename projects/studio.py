"""What the scoping studio shows of a dossier, as plain values for its templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core import charts
from projects import scoping
from projects.documents import priors_json
from projects.enums import AssumptionState, Function, OptionKind, SpikeState
from projects.models import PriorsVersion
from projects.models.library import NEEDED

QUADRANTS = {
    "build": ("Build", "ok"),
    "harder_than_it_looks": ("Harder than it looks", "warn"),
    "nobody_can_pay": ("Nobody can pay", "bad"),
    "neither": ("Neither", "bad"),
}
UNITS = {"money": "", "skill": " months", "run_cost": " a year", "latency": " ms", "alerts": " alerts a year"}


@dataclass(frozen=True)
class Section:
    """A part of the dossier, with how complete it is: ok, wait or warn."""

    key: str
    label: str
    state: str
    note: str = ""


@dataclass(frozen=True)
class Assumption:
    """A bar of the tornado: `share` is its swing as a percentage of the widest."""

    key: str
    label: str
    share: int
    says: str
    decides: bool
    spike: int | None = None
    """The spike that tests it already."""


@dataclass(frozen=True)
class Shown:
    """One option's figures, for its card."""

    number: int
    title: str
    word: str
    tone: str
    verdict: scoping.Verdict
    assumptions: list[Assumption]
    open_critical: list[dict[str, Any]]
    gain: tuple[str, str, str]
    resources: list[dict[str, Any]]


def sections(content: Mapping[str, Any], found: scoping.Studio, *, is_ending: bool = False) -> list[Section]:
    """The parts of the dossier in reading order; what it took only once it is in use."""
    today = ("today_recall", "today_false_alarm_rate", "today_run_cost", "today_source", "today_measured_on")
    kinds = {option["kind"] for option in content["options"]}
    lacking = [kind.label.lower() for kind in OptionKind if kind not in kinds]
    stake = [name for name in found.missing if not name.endswith("today")]
    return [
        Section("case", "What is at stake", "wait" if stake else "ok", f"{len(stake)} missing" if stake else ""),
        Section("today", "Today, measured", "ok" if all(content[name] not in (None, "") for name in today) else "wait"),
        Section(
            "options",
            f"Options, {len(content['options'])}",
            "wait" if lacking or found.uncosted else "ok",
            f"no {lacking[0]}" if lacking else "not all costed" if found.uncosted else "",
        ),
        *_outside(content),
        *([_ending(content)] if is_ending else []),
    ]


def newer_priors(content: Mapping[str, Any], newest: PriorsVersion | None) -> str:
    """What the newest priors are based on, where the dossier is judged by older ones."""
    number = content["priors"]["number"] if content["priors"] else 0
    if newest is None or newest.number == number:
        return ""
    return str(scoping.Priors.after(priors_json(newest)))


def _ending(content: Mapping[str, Any]) -> Section:
    outcome = content["outcome"] or {}
    missing = sum(outcome.get(name) in (None, "") for name in (*NEEDED, "lessons"))
    if outcome.get("published_at"):
        return Section("outcome", "What it took", "ok", "in the library")
    return Section("outcome", "What it took", "wait" if missing else "ok", f"{missing} missing" if missing else "")


def _outside(content: Mapping[str, Any]) -> list[Section]:
    """What the outside view needs: precedents that two rated, and the ceiling."""
    waiting = sum(one["ratings"] is None for one in content["precedents"])
    state = "wait" if waiting or not content["precedents"] else "ok"
    note = "waits for a rater" if waiting else "" if content["precedents"] else "none yet"
    sealed = "sealed" if content["is_sealed"] else "not set"
    return [
        Section("precedents", f"Precedents, {len(content['precedents'])}", state, note),
        _assumptions(content),
        _data(content),
        Section("ceiling", "Ceiling", "ok" if content["ceiling"] else "wait", "" if content["ceiling"] else sealed),
        *_tested(content),
    ]


def _assumptions(content: Mapping[str, Any]) -> Section:
    found = content["assumptions"]
    refuted = sum(one["state"] == AssumptionState.REFUTED for one in found)
    waiting = sum(one["state"] == AssumptionState.OPEN for one in found)
    note = f"{refuted} refuted" if refuted else f"{waiting} open" if waiting else "" if found else "none yet"
    state = "warn" if refuted else "wait" if waiting or not found else "ok"
    return Section("assumptions", f"Assumptions, {len(found)}", state, note)


def _data(content: Mapping[str, Any]) -> Section:
    found = content["readiness"]
    bad, open_ones = (sum(one["state"] == state for one in found) for state in ("bad", "open"))
    note = f"{bad} not met" if bad else f"{open_ones} open" if open_ones else ""
    return Section("data", "Data readiness", "warn" if bad else "wait" if open_ones else "ok", note)


def _tested(content: Mapping[str, Any]) -> list[Section]:
    """What is put to the test: spikes, the criteria for ending it, and who was asked."""
    spikes, criteria, asked = content["spikes"], content["kill_criteria"], content["objections"]
    running = sum(one["state"] != SpikeState.ENDED for one in spikes)
    lacking = len(Function) - len(asked)
    return [
        Section(
            "spikes", f"Spikes, {len(spikes)}", "wait" if running else "ok", f"{running} not ended" if running else ""
        ),
        Section(
            "kill", f"Kill criteria, {len(criteria)}", "ok" if criteria else "wait", "" if criteria else "none yet"
        ),
        Section("objections", "Who was asked", "wait" if lacking else "ok", f"{lacking} missing" if lacking else ""),
    ]


def compared(content: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A precedent with its sheet, the hardest dimension first; without rows until both have rated."""
    found = next(one for one in content["precedents"] if one["number"] == number)
    if found["ratings"] is None:
        return found | {"rows": []}
    disputed = scoping.disputes(found["team"], found["second"])
    rows: list[dict[str, Any]] = [
        {
            "label": one.label,
            "is_critical": one.is_critical,
            "team": scoping.RATINGS[found["team"][one.key]],
            "second": scoping.RATINGS[found["second"][one.key]],
            "counts": scoping.counted(found["ratings"][one.key]),
            "is_disputed": one.key in disputed,
            "evidence": "; ".join(said[one.key] for said in found["evidence"] if one.key in said),
        }
        for one in scoping.DIMENSIONS
    ]
    harder = scoping.factor(found["ratings"])
    return found | {"rows": sorted(rows, key=lambda row: -row["counts"]), "harder": harder}


def shown(content: Mapping[str, Any], found: scoping.Studio, number: int | None) -> Shown | None:
    """The option asked for, else the first that can be judged."""
    titles = {option["number"]: option["title"] for option in content["options"]}
    verdict = found.verdict(number) if number is not None else next(iter(found.verdicts), None)
    if verdict is None:
        return None
    word, tone = QUADRANTS[verdict.quadrant]
    widest = max((bar.swing for bar in verdict.tornado), default=0.0) or 1.0
    low, middle, high = verdict.money.gain
    tested = {one["tests"]: one["number"] for one in content.get("spikes", ()) if str(one["option"]) == verdict.key}
    return Shown(
        number=int(verdict.key),
        title=titles[int(verdict.key)],
        word=word,
        tone=tone,
        verdict=verdict,
        assumptions=[_assumption(bar, widest, tested.get(bar.key)) for bar in verdict.tornado],
        open_critical=[
            {"key": key, "label": scoping.TESTED[key], "spike": tested.get(key)} for key in verdict.open_critical
        ],
        gain=(amount(low), amount(middle), amount(high)),
        resources=[_resource(one) for one in verdict.money.resources],
    )


def drawn(content: Mapping[str, Any], found: scoping.Studio, here: int | None) -> charts.Chart:
    """The quadrants. A half says the verdict; how far within it, how clearly. Without a precedent a dot is hollow."""
    titles = {str(option["number"]): option["title"] for option in content["options"]}
    spots = [
        charts.Spot(
            label=titles[one.key],
            x=_half(one.is_realistic, _realism(one)),
            y=_half(one.is_affordable, _affordability(one, found.priors)),
            tone=QUADRANTS[one.quadrant][1],
            is_here=one.key == str(here),
            is_hollow=one.ratio is None,
        )
        for one in found.verdicts
    ]
    names = ("build", "harder than it looks", "nobody can pay", "neither")
    return charts.quadrants(spots, x_label="realistic", y_label="affordable", names=names)


def options(content: Mapping[str, Any], found: scoping.Studio) -> list[dict[str, Any]]:
    """The list of options: each with its verdict in a word, or with what it lacks."""
    rows = []
    for option in content["options"]:
        verdict = found.verdict(option["number"])
        word, tone = QUADRANTS[verdict.quadrant] if verdict else ("", "")
        rows.append(
            {
                "number": option["number"],
                "title": option["title"],
                "kind": OptionKind(option["kind"]).label,
                "verdict": verdict,
                "word": word,
                "tone": tone,
                "lacks": ", ".join(found.uncosted.get(option["number"], ())),
                "gain": amount(verdict.money.gain[1]) if verdict else "",
            }
        )
    return rows


def amount(value: float) -> str:
    """1,400,000 is "1.4 M", -12,500 is "−12.5 k"."""
    size, sign = abs(value), "−" if value <= -0.5 else ""
    for unit, name in ((1e9, " bn"), (1e6, " M"), (1e3, " k")):
        if size >= unit:
            return f"{sign}{size / unit:.3g}{name}" if size < unit * 1000 else f"{sign}{size / unit:,.0f}{name}"
    return f"{sign}{size:,.0f}"


def _assumption(bar: scoping.Bar, widest: float, spike: int | None) -> Assumption:
    says = f"{amount(bar.at_low)} to {amount(bar.at_high)} a year" + (", decides" if bar.decides else "")
    return Assumption(bar.key, bar.label, round(100 * bar.swing / widest), says, bar.decides, spike)


def _resource(one: scoping.Resource) -> dict[str, Any]:
    unit = UNITS[one.kind]
    return {
        "name": one.name.capitalize(),
        "probability": one.probability,
        "as_submitted": one.as_submitted,
        "says": f"P80 {amount(one.p80)} of {amount(one.ceiling)}{unit}",
        "tone": "ok" if one.suffices else "bad",
    }


def _half(is_good: bool, share: float) -> float:
    return (0.6 if is_good else 0.26) + 0.22 * min(1.0, max(0.0, share))


def _realism(verdict: scoping.Verdict) -> float:
    if verdict.ratio is None:
        return 0.0
    return min(1.0, 1.0 / verdict.ratio.central) if verdict.ratio.central > 0 else 1.0


def _affordability(verdict: scoping.Verdict, priors: scoping.Priors) -> float:
    each = [one.probability for one in verdict.money.resources]
    return min([verdict.money.p_pays, *each], default=0.0)
