"""What the pages of sprints and their reviews show, from the review's content: plain values for the components."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from core import charts
from projects.attained import MEASURED_LIVE
from projects.enums import CardKind, Discipline, Gate, HypothesisResult, ItemKind, ItemState, SprintVerdict

VERDICT_TONES = {SprintVerdict.MET: "ok", SprintVerdict.PARTLY: "warn", SprintVerdict.MISSED: "bad"}
RESULT_TONES = {
    HypothesisResult.CONFIRMED: "ok",
    HypothesisResult.REFUTED: "bad",
    HypothesisResult.INCONCLUSIVE: "warn",
}
SETS = {
    "committed": "Committed",
    "added": "Added",
    "removed": "Removed",
    "completed": "Completed",
    "dropped": "Dropped",
    "open": "Open",
}
RESEARCH_LIVE = f"run.linked run.unlinked scope. {MEASURED_LIVE}"
"""What may change how far an experiment of the sprint came."""
FIELDS = {"item": "became an item", "estimates": "points by discipline", "box_days": "time box in days"}
"""What an amendment calls a field, where that is not its name."""
NO_DAY = "beyond five years"


def shown(content: Mapping[str, Any], *, key: str, is_closed: bool) -> dict[str, Any]:
    """The whole review, part by part."""
    return {
        "content": content,
        "research_live": RESEARCH_LIVE,
        "as_of": datetime.fromisoformat(content["as_of"]),
        "verdict": verdict(content),
        "sets": sets(content, key=key, is_closed=is_closed),
        "shares": shares(content),
        "burn": burn_up(content, key=key),
        "hypotheses": hypotheses(content, key=key),
        "criteria": [one | {"due": _date(one["due"])} for one in content["research"]["kill_criteria"]],
        "engineering": engineering(content, key=key),
        "waiting": [{"gate": Gate(one["gate"]).label, "days": one["days"]} for one in content["risks"]["waiting"]],
    }


def outside(content: Mapping[str, Any]) -> dict[str, Any]:
    """The same of what somebody outside may read."""
    return {
        "verdict": verdict(content),
        "shares": shares(content),
        "burn": burn_up(content),
        "as_of": datetime.fromisoformat(content["as_of"]),
        "hypotheses": [one | _found(one) for one in content["hypotheses"]],
        "completed": [one | {"kind": kind_label(one["kind"])} for one in content["completed"]],
        "forecasts": forecasts({"sprint": content["forecast"]}),
        "moved": [one for one in (*content["models"], *content["risks"]) if one["count"]],
        "amendments": [one | _corrected(one["field"], one["before"], one["after"]) for one in content["amendments"]],
    }


def verdict(content: Mapping[str, Any]) -> dict[str, str]:
    said = content["verdict"]["verdict"]
    if not said:
        return {"word": "No verdict yet", "tone": "", "note": ""}
    found = SprintVerdict(said)
    return {"word": str(found.label), "tone": VERDICT_TONES[found], "note": content["verdict"]["note"]}


def sets(content: Mapping[str, Any], *, key: str, is_closed: bool) -> list[dict[str, Any]]:
    """Each number with the items behind it."""
    labels = SETS | ({"open": "Carried over"} if is_closed else {})
    found = [
        {"name": name, "label": label, "items": _items(content, content["scope"][name], key)}
        for name, label in labels.items()
    ]
    again = {
        one["item"]: f"{_points(one['before'])} to {_points(one['after'])}" for one in content["scope"]["re_estimated"]
    }
    rows = [row | {"note": again[row["number"]]} for row in _items(content, again, key)]
    return [*found, {"name": "re_estimated", "label": "Estimated anew", "items": rows}]


def shares(content: Mapping[str, Any]) -> dict[str, str]:
    scope = content["scope"]
    share = scope["predictability"]
    return {
        "predictability": f"{share['share']:.0%}" if share else "–",
        "interval": f"95% interval {share['low']:.0%} to {share['high']:.0%}" if share else "nothing was committed",
        "churn": f"{scope['churn']:.0%}" if scope["churn"] is not None else "–",
        "points": f"{scope['points_completed']} of {scope['points_committed']}",
    }


def burn_up(content: Mapping[str, Any], *, key: str = "") -> charts.Chart:
    """Without a key the marks do not name the items."""
    burn = content["burn_up"]
    place = {day: index for index, day in enumerate(burn["days"])}
    return charts.burn_up(
        days=[_day(day) for day in burn["days"]],
        done=burn["done"],
        scope=burn["scope"],
        target=burn["target"],
        marks=[(place[one["day"]], _mark(one, key)) for one in burn["marks"]],
    )


def hypotheses(content: Mapping[str, Any], *, key: str) -> list[dict[str, Any]]:
    return [
        one
        | {
            "key": f"{key}-{one['item']}",
            "url": item_url(key, one["item"]),
            **_found(one),
            "is_over": bool(one["box_days"]) and one["days"] > one["box_days"],
        }
        for one in content["research"]["hypotheses"]
    ]


def engineering(content: Mapping[str, Any], *, key: str) -> dict[str, Any]:
    found = content["engineering"]
    weeks = found["throughput"]
    labels = [f"{len(weeks) - 1 - n} wk ago" if n < len(weeks) - 1 else "this week" for n in range(len(weeks))]
    return {
        "disciplines": [
            (Discipline(name).label if name else "Not split", points)
            for name, points in found["points_by_discipline"].items()
        ],
        "velocity": found["velocity"],
        "efficiency": f"{found['efficiency']:.0%}" if found["efficiency"] is not None else "–",
        "throughput": charts.curve(
            [charts.Series("Items finished", weeks)],
            x_labels=labels,
            from_zero=True,
            x_name="Week",
            summary=f"{sum(weeks)} items finished in {len(weeks)} weeks",
        ),
        "cycles": [
            (kind_label(kind), one)
            for kind, one in sorted(found["cycle_times"].items(), key=lambda pair: (-pair[1]["count"], pair[0]))
        ],
        "finished": [
            one | {"key": f"{key}-{one['item']}", "url": item_url(key, one["item"]), "kind": kind_label(one["kind"])}
            for one in found["cycles"]
        ],
        "ages": [
            one | {"key": f"{key}-{one['item']}", "url": item_url(key, one["item"]), "kind": kind_label(one["kind"])}
            for one in found["ages"]
        ],
        "blocked": sorted(found["blocked_days"].items(), key=lambda pair: -pair[1]),
        "forecasts": forecasts(found["forecast"]),
    }


def forecasts(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    labels = {"sprint": "What is open in the sprint", "project": "Everything open in the project"}
    return [
        {
            "label": labels[name],
            "remaining": one["remaining"],
            "p50": _date(one["p50"]),
            "p85": _date(one["p85"]),
            "weeks": one["weeks"],
            "is_thin": one["is_thin"],
        }
        for name, one in found.items()
        if one
    ]


def amendments(rows: Iterable[Any], *, key: str) -> list[dict[str, Any]]:
    return [
        {
            "where": f"{key}-{one.number}" if one.kind == "item" else f"Decision {one.number}",
            "url": item_url(key, one.number) if one.kind == "item" else "",
            **_corrected(one.field, one.before, one.after),
            "by": one.by,
            "at": one.at,
        }
        for one in rows
    ]


def columns(cards: Iterable[Any], *, key: str) -> list[dict[str, Any]]:
    """The cards by what they are, those with the most votes first."""
    found: dict[str, list[Any]] = {kind: [] for kind in CardKind.values}
    for card in sorted(cards, key=lambda one: (-one.total, one.number)):
        url = item_url(key, card.item.number) if card.item else ""
        found[card.kind].append({"card": card, "item": f"{key}-{card.item.number}" if card.item else "", "url": url})
    return [{"kind": kind, "label": kind.label, "cards": found[kind]} for kind in CardKind]


def item_url(key: str, number: int) -> str:
    return reverse("projects:item", args=[key, number])


def kind_label(kind: str) -> str:
    return str(ItemKind(kind).label) if kind in ItemKind.values else kind or "–"


def _items(content: Mapping[str, Any], numbers: Iterable[int], key: str) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "key": f"{key}-{number}",
            "url": item_url(key, number),
            "title": one["title"],
            "kind": kind_label(one["kind"]),
            "points": one["points"],
        }
        for number in numbers
        if (one := content["items"].get(str(number)))
    ]


def _points(value: int | None) -> str:
    return "none" if value is None else str(value)


def _mark(one: Mapping[str, Any], key: str) -> str:
    named = f"{key}-{one['item']} " if key else ""
    return f"{named}{one['what']} ({one['points']:+d})"


def _result(one: Mapping[str, Any]) -> str:
    if one["result"]:
        return str(HypothesisResult(one["result"]).label)
    return "Open" if one["is_open"] else "No result"


def _found(one: Mapping[str, Any]) -> dict[str, str]:
    return {
        "word": _result(one),
        "tone": RESULT_TONES.get(one["result"], ""),
        "bar": _bar(one),
        "rests_on": rests_on(one),
    }


def rests_on(one: Mapping[str, Any]) -> str:
    """What the interval is of. Reviews that were frozen before it was told say nothing of it."""
    runs = one.get("runs", 0)
    if runs > 1 and one["mean"] is not None:
        return f"mean {charts.number(one['mean'])} of {runs} runs"
    return "of the best run" if runs == 1 else ""


def _bar(one: Mapping[str, Any]) -> str:
    """The interval against the baseline, with the value that it is of."""
    value = one["value"] if one.get("mean") is None else one["mean"]
    if one["low"] is None or one["high"] is None or value is None:
        return ""
    return charts.interval(one["low"], value, one["high"], zero=one["baseline"] or 0.0)


def _corrected(field: str, before: Any, after: Any) -> dict[str, str]:
    return {"field": FIELDS.get(field, field), "before": _word(field, before), "after": _word(field, after)}


def _word(field: str, value: Any) -> str:
    if value in (None, "", {}):
        return "none"
    if field == "estimates":
        return ", ".join(f"{Discipline(name).label} {points}" for name, points in value.items())
    if field == "result":
        return str(HypothesisResult(value).label)
    if field == "kind":
        return kind_label(value)
    return str(ItemState(value).label) if field == "state" else str(value)


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%b}"


def _date(text: str | None) -> str:
    if text is None:
        return NO_DAY
    day = date.fromisoformat(text)
    return f"{day.day} {day:%b %Y}"
