"""What the pages of sprints and their reviews show, from the review's content: plain values for the components."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from core import charts
from projects import feed, reviewing
from projects.attained import MEASURED_LIVE
from projects.enums import CardKind, Discipline, Gate, HypothesisResult, ItemKind, ItemState, SprintVerdict
from projects.models import Project

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
MOST_HAPPENED = 100
NO_DAY = "beyond five years"


@dataclass(frozen=True)
class Counted:
    """A number that opens what it counts. Each row: title, and perhaps key, url, note. `earlier` are not listed."""

    id: str
    label: str
    value: Any
    rows: Sequence[Mapping[str, Any]]
    note: str = ""
    earlier: int = 0


def shown(content: Mapping[str, Any], *, project: Project, is_closed: bool) -> dict[str, Any]:
    """The whole review, part by part."""
    key = project.key
    moved = {name: content[name] for name in ("models", "risks")}
    urls = feed.urls(project, (row["seq"] for part in moved.values() for row in part["rows"]))
    return {
        "content": content,
        "research_live": RESEARCH_LIVE,
        "as_of": datetime.fromisoformat(content["as_of"]),
        "verdict": verdict(content),
        "sets": [*sets(content, key=key, is_closed=is_closed), *shares(content, key=key)],
        "burn": burn_up(content, key=key),
        "hypotheses": hypotheses(content, key=key),
        "criteria": [one | {"due": _date(one["due"])} for one in content["research"]["kill_criteria"]],
        "engineering": engineering(content, key=key),
        **{name: _moved(name, part, urls) for name, part in moved.items()},
        "waiting": waiting(content, key=key),
    }


def waiting(content: Mapping[str, Any], *, key: str) -> list[dict[str, Any]]:
    """What waits too long for a decision. Reviews that were frozen when only gates were told, say the gate alone."""
    return [
        {
            "label": one.get("label") or f"The decision on the {Gate(one['gate']).label.lower()}",
            "url": reviewing.address_of(key, one.get("kind", "gate"), one.get("id", "")),
            "days": one["days"],
        }
        for one in content["risks"]["waiting"]
    ]


def outside(content: Mapping[str, Any]) -> dict[str, Any]:
    """The same of what somebody outside may read."""
    return {
        "verdict": verdict(content),
        "sets": _sets_outside(content),
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


def sets(content: Mapping[str, Any], *, key: str, is_closed: bool) -> list[Counted]:
    """Each number with the items behind it."""
    labels = SETS | ({"open": "Carried over"} if is_closed else {})
    found = []
    for name, label in labels.items():
        rows = _items(content, content["scope"][name], key)
        found.append(Counted(f"set-{name}", label, len(rows), rows))
    again = {
        one["item"]: f"{_points(one['before'])} to {_points(one['after'])} points"
        for one in content["scope"]["re_estimated"]
    }
    rows = [row | {"note": again[row["number"]]} for row in _items(content, again, key)]
    return [*found, Counted("set-re_estimated", "Estimated anew", len(rows), rows)]


def shares(content: Mapping[str, Any], *, key: str) -> list[Counted]:
    """The numbers that are made of those, with the items that they are made of."""
    scope, said = content["scope"], said_of_shares(content)
    completed, committed = set(scope["completed"]), set(scope["committed"])
    kept = [
        row | {"note": "completed" if row["number"] in completed else "not completed"}
        for row in _items(content, scope["committed"], key)
    ]
    done = [
        row if row["number"] in committed else row | {"note": f"{row['note']}, not committed"}
        for row in _items(content, scope["completed"], key)
    ]
    churned = [row | {"note": name} for name in ("added", "removed") for row in _items(content, scope[name], key)]
    return [
        Counted("share-points", "Points completed", said["points"], done),
        Counted("share-predictability", "Predictability", said["predictability"], kept, said["interval"]),
        Counted("share-churn", "Scope churn", said["churn"], churned, "added and removed, of committed"),
    ]


def said_of_shares(content: Mapping[str, Any]) -> dict[str, str]:
    scope = content["scope"]
    share = scope["predictability"]
    return {
        "predictability": f"{share['share']:.0%}" if share else "–",
        "interval": f"95% interval {share['low']:.0%} to {share['high']:.0%}" if share else "nothing was committed",
        "churn": f"{scope['churn']:.0%}" if scope["churn"] is not None else "–",
        "points": f"{scope['points_completed']} of {scope['points_committed']}",
    }


def _sets_outside(content: Mapping[str, Any]) -> list[Counted]:
    """Numbers of which the reader may know the items open them, by their titles alone."""
    scope, said = content["scope"], said_of_shares(content)
    done = [
        {"title": one["title"], "note": _kind_and_points(one["kind"], one["points"])} for one in content["completed"]
    ]
    return [
        Counted("set-committed", "Committed", scope["committed"], ()),
        Counted("set-completed", "Completed", scope["completed"], done),
        Counted("set-added", "Added", scope["added"], ()),
        Counted("set-removed", "Removed", scope["removed"], ()),
        Counted("share-points", "Points completed", said["points"], done),
        Counted("share-predictability", "Predictability", said["predictability"], (), said["interval"]),
    ]


def _moved(name: str, part: Mapping[str, Any], urls: Mapping[int, str]) -> dict[str, Any]:
    """Counts with what they count; and everything in the order in which it happened, the newest first."""
    rows = [
        {"title": row["label"], "note": row["on"], "what": row["what"], "url": urls.get(row["seq"], "")}
        for row in part["rows"]
    ]
    counts = []
    for place, one in enumerate(part["counts"]):
        mine = [row for row in rows if row["what"] == one["what"]]
        counts.append(Counted(f"{name}-{place}", one["what"], one["count"], mine, earlier=one["count"] - len(mine)))
    return {
        "counts": counts,
        "rows": rows[:MOST_HAPPENED],
        "left_out": sum(c.value for c in counts) - len(rows[:MOST_HAPPENED]),
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
            (Discipline(name).label if name else "Not split", points, _of_discipline(content, name, key))
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
        "finished": [_named(one, content, key) for one in found["cycles"]],
        "ages": [_named(one, content, key) for one in found["ages"]],
        "blocked": sorted(found["blocked_days"].items(), key=lambda pair: -pair[1]),
        "forecasts": forecasts(found["forecast"]),
    }


def _named(one: Mapping[str, Any], content: Mapping[str, Any], key: str) -> dict[str, Any]:
    """With its item. Reviews that were frozen before they kept the title have it of the sprint's own items."""
    known = content["items"].get(str(one["item"]), {})
    return {
        **one,
        "key": f"{key}-{one['item']}",
        "url": item_url(key, one["item"]),
        "kind": kind_label(one["kind"]),
        "title": one.get("title") or known.get("title", ""),
    }


def _of_discipline(content: Mapping[str, Any], name: str, key: str) -> list[dict[str, Any]]:
    """The completed items of which this discipline has points; without one, those that nobody split. Reviews that were
    frozen before they kept the split name none."""
    found = []
    for row in _items(content, content["scope"]["completed"], key):
        split = content["items"][str(row["number"])].get("estimates")
        if split is not None and (split.get(name) if name else not any(split.values())):
            found.append(row | ({"note": f"{split[name]} points"} if name else {}))
    return found


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
            "note": _kind_and_points(one["kind"], one["points"]),
        }
        for number in numbers
        if (one := content["items"].get(str(number)))
    ]


def _kind_and_points(kind: str, points: int | None) -> str:
    if points is None:
        return kind_label(kind)
    return f"{kind_label(kind)}, {points} point{'' if points == 1 else 's'}"


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
