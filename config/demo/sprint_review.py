"""The fraud project's first sprint, reviewed and closed, and the review of its second one under way."""

from config.demo.stage import Cast
from core.pages import now
from projects import queries
from projects.enums import CardKind, Discipline
from projects.models import Project, Sprint
from projects.operations import (
    add_item,
    add_review_card,
    close_sprint,
    judge_sprint,
    make_item_of_card,
    move_item,
    revise_item,
    set_capacity,
    start_sprint,
    vote_for_card,
)

# Title, kind, points, who does it, how far it came.
FIRST_ITEMS = (
    ("Measure the rules in force on September", "experiment", 3, "scientist", "done"),
    ("Ask Operations what a missed fraud costs", "story", 2, "product", "done"),
    ("Get at the log of authorisations", "data", 5, "engineer", "done"),
    ("Merchant names as they are written", "data", 3, "engineer", "dropped"),
)

FIRST_CARDS = (
    (CardKind.WENT_WELL, "Operations answered within a day", "scientist", ("product", "engineer")),
    (CardKind.TO_IMPROVE, "Access to the log took a week of the two", "engineer", ("scientist", "product", "owner")),
    (CardKind.DECISION, "Go on: the signal is worth a first model", "product", ()),
)
SECOND_CARDS = (
    (CardKind.WENT_WELL, "The holdout was frozen before the first run", "validator", ("scientist", "owner")),
    (CardKind.TO_IMPROVE, "Two experiments at once left none finished", "scientist", ("engineer", "product", "owner")),
    (CardKind.QUESTION, "Who answers when a blocked customer calls?", "sponsor", ("product",)),
    (CardKind.ACTION, "Ask for access a sprint ahead", "product", ()),
)
CAPACITY = (
    ("product", Discipline.PRODUCT, 6, 0),
    ("scientist", Discipline.DATA_SCIENCE, 16, 2),
    ("engineer", Discipline.ENGINEERING, 10, 0),
    ("validator", Discipline.VALIDATION, 4, 1),
)


def first(project: Project, sprint: Sprint, following: Sprint, people: Cast) -> None:
    """Work it, judge it, close it; then one estimate is put right, which the review lists as an amendment."""
    items = []
    for title, kind, points, who, _ in FIRST_ITEMS:
        person = getattr(people, who)
        items.append(
            add_item(
                project=project,
                title=title,
                kind=kind,
                points=points,
                assignee=person,
                sprint=sprint,
                by=people.product,
                now=now(),
            )
        )
    start_sprint(sprint=sprint, by=people.product, now=now())
    for item, (*_, state) in zip(items, FIRST_ITEMS, strict=True):
        for step in ("in_progress", state):
            move_item(item=item, state=step, by=people.product, now=now())
    judge_sprint(
        sprint=sprint,
        verdict="met",
        note="The rules in force reach an average precision of 0.31; there is more in the data.",
        by=people.product,
        now=now(),
    )
    _cards(sprint, people, FIRST_CARDS)
    decision = queries.review_cards(sprint).filter(kind=CardKind.DECISION).get()
    make_item_of_card(card=decision, by=people.product, now=now())
    close_sprint(sprint=sprint, carry_to=following, by=people.product, now=now())
    revise_item(item=queries.item(project, items[2].number), values={"points": 8}, by=people.engineer)


def second(sprint: Sprint, people: Cast) -> None:
    """Who is there, and what was put down so far."""
    if queries.review_cards(sprint).exists():
        return
    rows = [
        {"user": getattr(people, who), "discipline": discipline, "points": points, "days_off": days_off}
        for who, discipline, points, days_off in CAPACITY
    ]
    set_capacity(sprint=sprint, rows=rows, by=people.product, now=now())
    _cards(sprint, people, SECOND_CARDS)


def _cards(sprint: Sprint, people: Cast, cards: tuple[tuple[CardKind, str, str, tuple[str, ...]], ...]) -> None:
    for kind, text, who, voters in cards:
        card = add_review_card(sprint=sprint, kind=kind, text=text, by=getattr(people, who), now=now())
        for voter in voters:
            vote_for_card(card=card, by=getattr(people, voter), now=now())
