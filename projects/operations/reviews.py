"""Writes about sprint reviews: the verdict, cards, votes, and the freezing of all of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Conflict
from core.models import Stream, User
from core.rules import require
from projects import documents, queries, reviewing, rules
from projects.enums import CardKind, ItemKind, SprintState, SprintVerdict
from projects.events import (
    REVIEW_CARD_ADDED,
    REVIEW_CARD_BECAME_ITEM,
    REVIEW_CARD_REMOVED,
    REVIEW_CARD_REVISED,
    REVIEW_CARD_UNVOTED,
    REVIEW_CARD_VOTED,
    SPRINT_JUDGED,
)
from projects.models import ReviewCard, ReviewVote, Sprint, SprintReview, WorkItem
from projects.operations.items import add_item
from projects.operations.locking import locked_open, require_version
from projects.operations.values import Values, refuse_unknown
from projects.roles import Permission

MOST_CARDS = 200
MOST_TEXT = 500
BECOME_ITEMS = (CardKind.DECISION, CardKind.ACTION)


@transaction.atomic
def judge_sprint(
    *, sprint: Sprint, verdict: str, note: str, by: User | None, now: datetime, expected_version: int | None = None
) -> SprintReview:
    """Say whether the goal was reached. Raises NotAllowed, Invalid, PreconditionFailed, Conflict once it is frozen."""
    review = open_review(sprint)
    require(rules.why_not(by, Permission.PLAN, sprint.project_id))
    _refuse_frozen(review)
    require_version(review, review.version, expected_version)
    values = Values()
    review.verdict = values.choice("verdict", verdict, SprintVerdict.values)
    review.verdict_note = values.text("note", note, most=2000)
    values.refuse_if_wrong()
    review.version += 1
    review.save(update_fields=["verdict", "verdict_note", "version"])
    events.record(SPRINT_JUDGED, review, by=by, verdict=review.verdict, note=review.verdict_note)
    return review


@transaction.atomic
def add_review_card(*, sprint: Sprint, kind: str, text: str, by: User, now: datetime) -> ReviewCard:
    """Put down a note, a decision or an action. Raises NotAllowed, Invalid, Conflict once it is frozen."""
    review = open_review(sprint)
    require(rules.why_not_write_card(by, sprint.project_id, kind))
    _refuse_frozen(review)
    read = _checked({"kind": kind, "text": text})
    last = review.cards.aggregate(last=Max("number"))["last"] or 0
    if last >= MOST_CARDS:
        raise Conflict(f"A review has at most {MOST_CARDS} cards.", code="too_many")
    card = ReviewCard.objects.create(
        project=review.project, review=review, number=last + 1, written_by=by, written_at=now, **read
    )
    events.record(REVIEW_CARD_ADDED, card, by=by, **read)
    return card


@transaction.atomic
def revise_review_card(
    *, card: ReviewCard, values: Mapping[str, Any], by: User, expected_version: int | None = None
) -> ReviewCard:
    """Change its text or what it is: whoever wrote it may, and whoever plans. Raises NotAllowed, Invalid,
    PreconditionFailed, Conflict once it is frozen or has become an item."""
    card = _locked(card)
    require(rules.why_not_change_card(by, card))
    _refuse_frozen(card.review)
    require_version(f"Card {card.number}", card.version, expected_version)
    refuse_unknown(values, ("kind", "text"))
    after = _checked({"kind": str(card.kind), "text": card.text} | dict(values))
    require(rules.why_not_write_card(by, card.project_id, after["kind"]))
    _refuse_item(card)
    card.kind, card.text, card.version = after["kind"], after["text"], card.version + 1
    card.save(update_fields=["kind", "text", "version"])
    events.record(REVIEW_CARD_REVISED, card, by=by, **after)
    return card


@transaction.atomic
def remove_review_card(*, card: ReviewCard, by: User) -> None:
    """With its votes. Raises NotAllowed, Conflict once it is frozen or has become an item."""
    card = _locked(card)
    require(rules.why_not_change_card(by, card))
    _refuse_frozen(card.review)
    _refuse_item(card)
    events.record(REVIEW_CARD_REMOVED, card, by=by, kind=str(card.kind), text=card.text)
    card.delete()


@transaction.atomic
def vote_for_card(*, card: ReviewCard, by: User, now: datetime) -> bool:
    """One vote a person and card. False if it was given before. Raises NotAllowed, Conflict once it is frozen."""
    card = _locked(card)
    require(rules.why_not(by, Permission.TAKE_PART, card.project_id))
    _refuse_frozen(card.review)
    _, is_new = ReviewVote.objects.get_or_create(card=card, user=by, defaults={"at": now})
    if is_new:
        events.record(REVIEW_CARD_VOTED, card, by=by)
    return is_new


@transaction.atomic
def withdraw_vote(*, card: ReviewCard, by: User) -> bool:
    """False if there was none. Raises NotAllowed, Conflict once it is frozen."""
    card = _locked(card)
    require(rules.why_not(by, Permission.TAKE_PART, card.project_id))
    _refuse_frozen(card.review)
    gone, _ = ReviewVote.objects.filter(card=card, user=by).delete()
    if gone:
        events.record(REVIEW_CARD_UNVOTED, card, by=by)
    return bool(gone)


@transaction.atomic
def make_item_of_card(*, card: ReviewCard, by: User, now: datetime) -> WorkItem:
    """A decision or an action becomes an item of the next planned sprint, or of the backlog where none is planned.

    It may after the review is frozen: then it is an amendment. Raises NotAllowed, Conflict for a note, and for a card
    that has become one.
    """
    card = _locked(card)
    require(rules.why_not(by, Permission.PLAN, card.project_id))
    if card.kind not in BECOME_ITEMS:
        raise Conflict("Only a decision or an action becomes an item.", code="only_decisions")
    _refuse_item(card)
    following = queries.planned_sprints(card.project).filter(number__gt=card.review.sprint.number).first()
    said = f"{card.get_kind_display()} of the review of sprint {card.review.sprint.number}."
    item = add_item(
        project=card.project,
        title=card.text[:200],
        kind=ItemKind.TASK,
        description=f"{said}\n\n{card.text}",
        sprint=following,
        by=by,
        now=now,
    )
    card.item, card.version = item, card.version + 1
    card.save(update_fields=["item", "version"])
    events.record(REVIEW_CARD_BECAME_ITEM, card, by=by, item=item.number, sprint=following and following.number)
    return item


def freeze_review(sprint: Sprint, *, by: User | None, now: datetime) -> SprintReview:
    """Keep the review as it stands, under its digest. The caller holds the project's lock, and tells of it.

    The log is locked first: what the snapshot counts is everything before the sprint closes.
    """
    stream = Stream.objects.select_for_update(no_key=True).get(pk=sprint.project_id)
    sprint.project.stream = stream
    review, _ = SprintReview.objects.get_or_create(sprint=sprint, defaults={"project_id": sprint.project_id})
    review.snapshot = reviewing.content_of(sprint, now=now)
    review.digest = documents.digest_of(review.snapshot)
    review.closed_by, review.closed_at, review.version = by, now, review.version + 1
    review.save(update_fields=["snapshot", "digest", "closed_by", "closed_at", "version"])
    return review


def open_review(sprint: Sprint) -> SprintReview:
    """The sprint's review, made with the first thing that is written into it, under its project's lock.

    Raises Conflict before the sprint has started.
    """
    project = locked_open(sprint.project_id)
    sprint = Sprint.objects.get(pk=sprint.pk)
    if sprint.state == SprintState.PLANNED:
        raise Conflict(f"{sprint} has not started: there is nothing to review.", code="not_started")
    review, _ = SprintReview.objects.get_or_create(sprint=sprint, defaults={"project": project})
    review.project, review.sprint = project, sprint
    return review


def _locked(card: ReviewCard) -> ReviewCard:
    project = locked_open(card.project_id)
    rows = ReviewCard.objects.select_for_update(no_key=True, of=("self",)).select_related("review__sprint", "item")
    found = rows.filter(pk=card.pk).first()
    if found is None:
        raise Conflict(f"Card {card.number} was removed meanwhile.", code="removed")
    found.project = project
    return found


def _refuse_frozen(review: SprintReview) -> None:
    if review.closed_at is not None or review.sprint.state == SprintState.CLOSED:
        raise Conflict(f"{review.sprint} is closed: its review is its record.", code="frozen")


def _refuse_item(card: ReviewCard) -> None:
    if card.item is not None:
        raise Conflict(f"Card {card.number} has become item {card.item.number}.", code="became_item")


def _checked(given: Mapping[str, Any]) -> dict[str, str]:
    values = Values()
    read = {
        "kind": values.choice("kind", given["kind"], CardKind.values),
        "text": values.text("text", given["text"], least=1, most=MOST_TEXT),
    }
    values.refuse_if_wrong()
    return read
