"""A dossier, as plain JSON, read into what is judged; and what is still missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from projects.scoping.affordability import Case, Ceiling, Plan, StatusQuo, status_quo_value
from projects.scoping.draws import DRAWS, SEED, Range
from projects.scoping.priors import DEFAULT, Priors
from projects.scoping.realism import CRITICAL
from projects.scoping.spikes import TESTED
from projects.scoping.verdict import Option, Precedent, Verdict, judge

CASE = {
    "volume": "volume a year",
    "base_rate": "base rate",
    "benefit": "worth of a caught case",
    "review_cost": "cost of a review",
    "false_alarm_cost": "cost of a false alarm",
    "month_price": "price of a person-month",
}
TODAY = {
    "today_recall": "recall today",
    "today_false_alarm_rate": "false alarm rate today",
    "today_run_cost": "running cost today",
}
PLAN = {
    "effort": "effort",
    "recall": "recall",
    "false_alarm_rate": "false alarm rate",
    "run_cost": "running cost",
}
_OF_EFFORT = frozenset({"effort", "harder"})
"""Tested in a spike, either says anew how long it takes."""


@dataclass(frozen=True)
class Studio:
    """What can be said of a dossier now. `missing` names what its case lacks, `uncosted` what each option lacks."""

    missing: tuple[str, ...]
    uncosted: Mapping[int, tuple[str, ...]]
    verdicts: tuple[Verdict, ...] = ()
    today_value: float | None = None
    priors: Priors = field(default=DEFAULT)

    def verdict(self, number: int) -> Verdict | None:
        """Of the option with this number; None if it cannot be judged yet."""
        return next((one for one in self.verdicts if one.key == str(number)), None)

    @property
    def best(self) -> Verdict | None:
        """Of the option that lacks least, and of those of the one that gains most; None while none can be judged."""
        return min(self.verdicts, key=lambda one: (len(one.reasons), -one.money.gain[1]), default=None)


def studio(content: Mapping[str, Any], priors: Priors | None = None, *, draws: int = DRAWS, seed: int = SEED) -> Studio:
    """Judge every option that has its figures. Doing nothing needs none: it is today's way. Without `priors` by those
    that the dossier keeps."""
    priors = priors or Priors.after(content.get("priors"))
    missing = _lacking(content, CASE) + _lacking(content, TODAY)
    options = [one for one in content.get("options", ()) if _is_costed_way(one)]
    uncosted = {one["number"]: lacking for one in options if (lacking := _lacking(one, PLAN))}
    if missing:
        return Studio(missing=missing, uncosted=uncosted, priors=priors)
    case, today = _case(content), _today(content)
    known = {one["number"]: one for one in content.get("precedents", ()) if one["ratings"] is not None}
    judged = [
        _option(one, known.get(one.get("precedent")), _spikes_of(content, one["number"]))
        for one in options
        if one["number"] not in uncosted
    ]
    verdicts = judge(case, today, _ceiling(content), judged, priors, draws=draws, seed=seed)
    return Studio((), uncosted, verdicts, status_quo_value(case, today), priors)


def _is_costed_way(option: Mapping[str, Any]) -> bool:
    """Doing nothing has no figures of its own unless somebody gave some (new rules, say)."""
    return option["kind"] != "none" or any(option.get(name) is not None for name in PLAN)


def _lacking(given: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(label for name, label in names.items() if given.get(name) is None)


def _case(content: Mapping[str, Any]) -> Case:
    ranges = {name: Range(*content[name]) for name in CASE if name != "month_price"}
    return Case(**ranges, month_price=content["month_price"], years=content.get("years") or 3.0)


def _today(content: Mapping[str, Any]) -> StatusQuo:
    return StatusQuo(
        recall=content["today_recall"],
        false_alarm_rate=content["today_false_alarm_rate"],
        run_cost=content["today_run_cost"],
    )


def _ceiling(content: Mapping[str, Any]) -> Ceiling:
    return Ceiling(**content["ceiling"]) if content.get("ceiling") else Ceiling()


def _spikes_of(content: Mapping[str, Any], option: int) -> dict[str, set[str]]:
    """What the option's spikes tested, by the zone that they ended in."""
    found: dict[str, set[str]] = {"proceed": set(), "kill": set()}
    for spike in content.get("spikes", ()):
        if spike["option"] == option and spike["zone"] in found:
            found[spike["zone"]].add(spike["tests"])
    return found


def _option(given: Mapping[str, Any], compared: Mapping[str, Any] | None, spikes: Mapping[str, set[str]]) -> Option:
    plan = Plan(
        effort=Range(*given["effort"]),
        recall=Range(*given["recall"]),
        false_alarm_rate=Range(*given["false_alarm_rate"]),
        run_cost=Range(*given["run_cost"]),
        skills={name: Range(*value) for name, value in (given.get("skills") or {}).items()},
        latency_ms=Range(*given["latency_ms"]) if given.get("latency_ms") else None,
    )
    return Option(
        key=str(given["number"]),
        plan=plan,
        estimate=given.get("estimate") or plan.effort.likely,
        precedent=Precedent(compared["actual_effort"], compared["ratings"]) if compared else None,
        spiked=frozenset(spikes["proceed"] & CRITICAL),
        is_re_estimated=not spikes["proceed"].isdisjoint(_OF_EFFORT),
        killed=tuple(TESTED[key].lower() for key in sorted(spikes["kill"])),
    )
