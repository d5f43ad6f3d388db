"""The review of a sprint as plain JSON: its seven parts, and the items that they name.

People are not named in it: it is kept for good.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from projects import delivery, queries
from projects.delivery import Account, BurnUp, History
from projects.enums import CardKind
from projects.models import Sprint, SprintReview, WorkItem
from projects.models.items import ESTIMATES
from projects.queries import Span
from projects.reviewing import movement, research

DIGITS = 4


def review_of(sprint: Sprint, *, now: datetime) -> dict[str, Any]:
    """The frozen snapshot of a closed sprint, else the review as it stands."""
    review = queries.sprint_review(sprint)
    if review and review.snapshot is not None:
        return dict(review.snapshot)
    return content_of(sprint, now=now)


def content_of(sprint: Sprint, *, now: datetime) -> dict[str, Any]:
    """Everything, computed from the records as they are now."""
    span, known = queries.sprint_story(sprint)
    counted = _account(sprint, known, span)
    at = span.ended_at or now if span else now
    named = _numbers(counted)
    rows = {item.number: item for item in WorkItem.objects.filter(project_id=sprint.project_id, number__in=named)}
    return {
        "sprint": _sprint(sprint),
        "as_of": at.isoformat(timespec="seconds"),
        "last_seq": sprint.project.stream.last_seq,
        "verdict": _verdict(queries.sprint_review(sprint)),
        "scope": scope_json(counted),
        "burn_up": burn_up_json(_burn_up(sprint, known, span, at)),
        "research": research.track(sprint, known, span, now=at),
        "engineering": _engineering(sprint, known, counted, rows, span, at),
        "models": movement.models(sprint, span),
        "risks": movement.risks(sprint, span, now=at),
        **_cards(sprint),
        "items": {str(number): _item(rows[number], counted) for number in sorted(rows)},
    }


def _account(sprint: Sprint, known: Mapping[int, History], span: Span | None) -> Account:
    if span is None:
        planned = sorted(number for number, each in known.items() if each[-1].sprint == sprint.number)
        return Account(open=planned)
    end = span.end_seq if span.end_seq is not None else sprint.project.stream.last_seq
    return delivery.account(
        known, sprint=sprint.number, committed=span.committed, start_seq=span.start_seq, end_seq=end
    )


def _burn_up(sprint: Sprint, known: Mapping[int, History], span: Span | None, at: datetime) -> BurnUp:
    return delivery.burn_up(
        known,
        sprint=sprint.number,
        start=sprint.start_date,
        end=sprint.end_date,
        today=at.date(),
        started=span.started_at.date() if span else None,
        start_seq=span.start_seq if span else 0,
        end_seq=span.end_seq if span else None,
    )


def _sprint(sprint: Sprint) -> dict[str, Any]:
    return {
        "number": sprint.number,
        "goal": sprint.goal,
        "start_date": sprint.start_date.isoformat(),
        "end_date": sprint.end_date.isoformat(),
    }


def _verdict(review: SprintReview | None) -> dict[str, str]:
    return {"verdict": str(review.verdict) if review else "", "note": review.verdict_note if review else ""}


def scope_json(counted: Account) -> dict[str, Any]:
    """Numbers of items by what became of them; "open" is carried over once the sprint closes."""
    share = delivery.predictability(counted.kept, len(counted.committed))
    churn = delivery.churn(counted)
    return {
        "committed": counted.committed,
        "added": counted.added,
        "removed": counted.removed,
        "dropped": counted.dropped,
        "completed": counted.completed,
        "open": counted.open,
        "re_estimated": [asdict(one) for one in counted.re_estimated],
        "points_committed": counted.points_committed,
        "points_completed": counted.points_completed,
        "predictability": dict(zip(("share", "low", "high"), map(_round, share), strict=True)) if share else None,
        "churn": _round(churn) if churn is not None else None,
    }


def burn_up_json(burn: BurnUp) -> dict[str, Any]:
    return {
        "days": [day.isoformat() for day in burn.days],
        "done": burn.done,
        "scope": burn.scope,
        "target": [_round(one) for one in burn.target],
        "marks": [asdict(one) | {"day": one.day.isoformat()} for one in burn.marks],
    }


def _engineering(
    sprint: Sprint,
    known: Mapping[int, History],
    counted: Account,
    rows: Mapping[int, WorkItem],
    span: Span | None,
    at: datetime,
) -> dict[str, Any]:
    """What the measures say of the team's flow: of this sprint, of the last twelve weeks, of the last six sprints."""
    project = sprint.project
    end = span.end_seq if span and span.end_seq is not None else None
    mine = {item: tuple(one for one in each if end is None or one.seq <= end) for item, each in known.items()}
    inside = [mine[item] for item in (*counted.completed, *counted.open) if mine.get(item)]
    lately = queries.finished_lately(project, now=at)
    cycles = [one for one in map(delivery.cycle, lately.values()) if one and _is_lately(one.completed_at, at)]
    weeks = delivery.throughput(
        (one.completed_at.date() for one in cycles), today=at.date(), since=project.created_at.date()
    )
    started = span.started_at if span else at
    velocity = delivery.velocity(queries.points_done(project))
    ages = delivery.ages(queries.in_progress(project).values(), now=at)
    titles = queries.titles(project, {one.item for one in ages} | {one.item for one in cycles})
    efficient = delivery.efficiency(delivery.times(each, until=at) for each in inside)
    return {
        "points_by_discipline": _by_discipline(rows[item] for item in counted.completed if item in rows),
        "velocity": _rounded(asdict(velocity)) if velocity else None,
        "throughput": weeks,
        "cycle_times": {kind: _rounded(asdict(one)) for kind, one in delivery.cycles_by_kind(cycles).items()},
        "cycles": [_cycle(one, titles) for one in sorted(cycles, key=lambda one: one.completed_at)],
        "efficiency": _round(efficient) if efficient is not None else None,
        "ages": [_rounded(asdict(one)) | {"title": titles.get(one.item, "")} for one in ages],
        "blocked_days": _rounded(delivery.blocked_by_cause(inside, since=started, until=at)),
        "forecast": {
            "sprint": _forecast(weeks, len(counted.open), at),
            "project": _forecast(weeks, queries.left_open(project), at),
        },
    }


def _is_lately(completed: datetime, at: datetime) -> bool:
    return at - timedelta(weeks=delivery.MOST_WEEKS) < completed <= at


def _forecast(weeks: list[int], remaining: int, at: datetime) -> dict[str, Any] | None:
    found = delivery.forecast(weeks, remaining=remaining, today=at.date())
    if found is None:
        return None
    p50, p85 = (day.isoformat() if day else None for day in (found.p50, found.p85))
    return {"remaining": remaining, "weeks": found.weeks, "is_thin": found.is_thin, "p50": p50, "p85": p85}


def _cycle(one: delivery.Cycle, titles: Mapping[int, str]) -> dict[str, Any]:
    said = {"item": one.item, "title": titles.get(one.item, "")}
    return said | {"kind": one.kind, "days": _round(one.days), "on": one.completed_at.date().isoformat()}


def _by_discipline(items: Iterable[WorkItem]) -> dict[str, int]:
    """Points completed; what nobody split among the disciplines stands under an empty name."""
    found: dict[str, int] = {}
    for item in items:
        split = {discipline.value: getattr(item, column) for discipline, column in ESTIMATES.items()}
        given = {name: points for name, points in split.items() if points}
        for name, points in (given or {"": item.points or 0}).items():
            found[name] = found.get(name, 0) + points
    return found


def _cards(sprint: Sprint) -> dict[str, Any]:
    """What was put down: notes with their votes; decisions and actions with the item that each became."""
    rows = [
        {
            "number": card.number,
            "kind": str(card.kind),
            "text": card.text,
            "votes": card.total,  # type: ignore[attr-defined]  # annotated
            "item": card.item.number if card.item else None,
        }
        for card in queries.review_cards(sprint)
    ]
    kept = (CardKind.DECISION, CardKind.ACTION)
    return {
        "decisions": [row for row in rows if row["kind"] in kept],
        "notes": [row for row in rows if row["kind"] not in kept],
    }


def _numbers(counted: Account) -> set[int]:
    listed = (counted.committed, counted.added, counted.removed, counted.dropped, counted.completed, counted.open)
    return {number for each in listed for number in each}


def _item(item: WorkItem, counted: Account) -> dict[str, Any]:
    """What the review says of an item. `sprint` is only said of what stays here for good."""
    stays = item.number in counted.completed or item.number in counted.dropped
    return {
        "title": item.title,
        "kind": str(item.kind),
        "points": item.points,
        "estimates": item.estimates,
        "state": str(item.state),
        "stays": stays,
    }


def _round(value: float) -> float:
    return round(float(value), DIGITS) + 0.0  # no minus nought: the database has none


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _round(value) if isinstance(value, float) else value for name, value in values.items()}
