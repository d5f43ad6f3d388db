"""The review of a sprint as a document: the frozen snapshot once it is closed, with what was corrected since."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from core.errors import NotFound
from documents import paper
from documents.files import DOCX, File
from documents.paper import Fact, Facts, Paper, Paragraph, Table, Text
from documents.paper.blocks import Block
from projects import queries, reviewing, sprintsheet
from projects.enums import CardKind, Discipline, Gate, HypothesisResult, ItemKind, SprintVerdict
from projects.models import Project, Sprint
from projects.roles import Role

FORMS: dict[str, tuple[str, Callable[[Paper], bytes]]] = {
    "pdf": ("application/pdf", paper.printed),
    "docx": (DOCX, paper.for_word),
    "md": ("text/markdown", lambda made: paper.written(made).encode()),
}
SETS = ("committed", "added", "removed", "completed", "dropped", "open")


def file_of(sprint: Sprint, form: str, *, now: datetime) -> File:
    """Raises NotFound for a form that there is not."""
    if form not in FORMS:
        raise NotFound(f"There is no {form[:20]!r} of a review: choose of {', '.join(FORMS)}.")
    media_type, write = FORMS[form]
    name = f"{sprint.project.key}-sprint-{sprint.number}-review.{form}"
    return File(name, media_type, write(paper_of(sprint, now=now)))


def paper_of(sprint: Sprint, *, now: datetime) -> Paper:
    """The seven parts in reading order, then the amendments."""
    review = queries.sprint_review(sprint)
    content = reviewing.review_of(sprint, now=now)
    people: dict[str, list[str]] = {}
    for one in queries.members(sprint.project):
        people.setdefault(one.role, []).append(str(one.user))
    owners = people.get(Role.PRODUCT_OWNER, [])
    parts = [
        ("Goal and verdict", _verdict(content, sprint.project), [] if content["verdict"]["verdict"] else ["a verdict"]),
        ("Burn-up", _burn_up(content, sprint.project), []),
        ("Research track", _research(content, sprint.project), []),
        ("Engineering track", _engineering(content), []),
        ("Models", _moved(content["models"]), []),
        ("Risks and gates", _risks(content, sprint.project), []),
        ("Decisions and actions", _decisions(content, sprint.project), []),
    ]
    if review and review.closed_at:
        parts.append(("Amendments", _amendments(review), []))
    frozen = f"SHA-256 {review.digest}" if review and review.digest else "not frozen yet"
    return Paper(
        kind="sprint_review",
        title=f"Sprint {sprint.number}: review",
        subject=sprint.project.name,
        revision=frozen,
        made_at=content["as_of"],
        note=f"{content['sprint']['goal']}, {content['sprint']['start_date']} to {content['sprint']['end_date']}.",
        source="the project's event log",
        paragraphs=[
            Paragraph(str(number), title, "", list(blocks), missing, Role.PRODUCT_OWNER.label, owners, ["event log"])
            for number, (title, blocks, missing) in enumerate(parts, start=1)
        ],
    )


def _verdict(content: Mapping[str, Any], project: Project) -> Iterable[Block]:
    said, scope = content["verdict"], content["scope"]
    if said["verdict"]:
        yield Text(f"{SprintVerdict(said['verdict']).label}. {said['note']}".strip())
    share = scope["predictability"]
    rows = [Fact(name.capitalize(), _named(scope[name], project) or "none") for name in SETS]
    rows.append(Fact("Points", f"{scope['points_completed']} completed, {scope['points_committed']} committed"))
    if share:
        rows.append(
            Fact("Predictability", f"{share['share']:.0%} (95% interval {share['low']:.0%} to {share['high']:.0%})")
        )
    if scope["churn"] is not None:
        rows.append(Fact("Scope churn", f"{scope['churn']:.0%}"))
    yield Facts(rows)
    titles = [[f"{project.key}-{number}", one["title"], _kind(one["kind"])] for number, one in content["items"].items()]
    yield from _table(["Item", "Title", "Kind"], titles, none="No items.")


def _burn_up(content: Mapping[str, Any], project: Project) -> Iterable[Block]:
    burn = content["burn_up"]
    rows = [
        [day, str(done), str(scope)]
        for day, done, scope in zip(burn["days"], burn["done"], burn["scope"], strict=False)
    ]
    yield from _table(["Day", "Points done", "Points agreed"], rows, none="It has not begun.")
    marks = [[one["day"], f"{project.key}-{one['item']}", one["what"], f"{one['points']:+d}"] for one in burn["marks"]]
    yield from _table(["Day", "Item", "Scope", "Points"], marks, none="The scope did not change.")


def _research(content: Mapping[str, Any], project: Project) -> Iterable[Block]:
    rows = [
        [
            f"{project.key}-{one['item']}",
            one["hypothesis"],
            HypothesisResult(one["result"]).label if one["result"] else "open" if one["is_open"] else "no result",
            f"{one['days']:g} of {one['box_days']}" if one["box_days"] else f"{one['days']:g}",
            _interval(one),
        ]
        for one in content["research"]["hypotheses"]
    ]
    yield from _table(["Item", "Hypothesis", "Result", "Days", "Metric"], rows, none="No hypothesis in this sprint.")
    kills = [[one["due"], one["text"], one["state"]] for one in content["research"]["kill_criteria"]]
    if kills:
        yield Table(["Due", "Kill criterion", "State"], kills)


def _engineering(content: Mapping[str, Any]) -> Iterable[Block]:
    found = content["engineering"]
    rows = [
        Fact(f"Points, {Discipline(name).label.lower() if name else 'not split'}", str(points))
        for name, points in found["points_by_discipline"].items()
    ]
    if found["velocity"]:
        speed = found["velocity"]
        rows.append(Fact("Velocity, P20 to P80", f"{speed['low']:g} to {speed['high']:g} points a sprint"))
    rows.append(Fact("Items finished a week", ", ".join(map(str, found["throughput"]))))
    if found["efficiency"] is not None:
        rows.append(Fact("Flow efficiency", f"{found['efficiency']:.0%}"))
    rows += [Fact(f"Blocked, {cause}", f"{days:.1f} days") for cause, days in found["blocked_days"].items()]
    for name, forecast in found["forecast"].items():
        if forecast:
            rows.append(Fact(f"Forecast of the {name}", f"P50 {forecast['p50'] or '–'}, P85 {forecast['p85'] or '–'}"))
    yield Facts(rows)
    cycles = [
        [_kind(kind), str(one["count"]), f"{one['p50']:.1f}", f"{one['p85']:.1f}"]
        for kind, one in sorted(found["cycle_times"].items())
    ]
    yield from _table(["Cycle time", "Items", "P50 days", "P85 days"], cycles, none="Nothing was finished lately.")


def _moved(part: Mapping[str, Any]) -> Iterable[Block]:
    counted = [Fact(one["what"], str(one["count"])) for one in part["counts"] if one["count"]]
    if not counted:
        yield Text("Nothing moved.")
        return
    yield Facts(counted)
    yield Table(["Day", "What", "Of"], [[one["on"], one["what"], one["label"]] for one in part["rows"]])


def _risks(content: Mapping[str, Any], project: Project) -> Iterable[Block]:
    yield from _moved(content["risks"])
    late = [[one["label"], f"{one['days']} days"] for one in sprintsheet.waiting(content, key=project.key)]
    if late:
        yield Table(["Waits for a decision", "Since"], late)
    expiring = [[one["check"], Gate(one["gate"]).label, one["on"]] for one in content["risks"]["expiring"]]
    if expiring:
        yield Table(["Waiver that runs out", "Gate", "On"], expiring)


def _decisions(content: Mapping[str, Any], project: Project) -> Iterable[Block]:
    rows = [
        [CardKind(one["kind"]).label, one["text"], f"{project.key}-{one['item']}" if one["item"] else "–"]
        for one in content["decisions"]
    ]
    yield from _table(["Kind", "Text", "Item"], rows, none="None.")
    notes = [[CardKind(one["kind"]).label, one["text"], str(one["votes"])] for one in content["notes"]]
    if notes:
        yield Table(["Note", "Text", "Votes"], notes)


def _amendments(review: Any) -> Iterable[Block]:
    listed = sprintsheet.amendments(reviewing.amendments(review), key=review.project.key)
    rows = [
        [
            *(one[name] for name in ("where", "field", "before", "after")),
            one["by"] or "–",
            one["at"].date().isoformat() if one["at"] else "–",
        ]
        for one in listed
    ]
    yield from _table(["Where", "Field", "In the review", "Now", "By", "On"], rows, none="None.")


def _table(head: list[str], rows: list[list[str]], *, none: str) -> Iterable[Block]:
    yield Table(head, rows) if rows else Text(none)


def _named(numbers: Iterable[int], project: Project) -> str:
    listed = [f"{project.key}-{number}" for number in numbers]
    return f"{len(listed)}: {', '.join(listed)}" if listed else ""


def _interval(one: Mapping[str, Any]) -> str:
    """Its metric, how it moved against the baseline, and the interval with what that rests on."""
    against = f", baseline {one['baseline']:.4g}" if one["baseline"] is not None else ""
    if one["value"] is None:
        return f"{one['metric'] or '–'}{against}"
    change, low, high = one.get("change"), one["low"], one["high"]
    moved = f", {change:+.4g}" if change is not None else ""
    has_interval = low is not None and high is not None
    reach = f" [{low:.4g}, {high:.4g}] {sprintsheet.rests_on(one)}".rstrip() if has_interval else ""
    return f"{one['metric']} {one['value']:.4g}{moved}{reach}{against}"


def _kind(kind: str) -> str:
    return str(ItemKind(kind).label) if kind in ItemKind.values else kind
