"""Links by which somebody outside reads a review: made, opened, taken back."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Conflict, DomainError, NotFound
from core.models import User
from core.rules import require
from core.tokens import digest_of
from projects import queries, rules
from projects.events import REVIEW_LINK_REVOKED, REVIEW_SHARED
from projects.models import ReviewLink, Sprint
from projects.operations.locking import locked_open
from projects.operations.reviews import open_review
from projects.operations.values import Values
from projects.roles import Permission

MOST_DAYS = 90
MOST_LINKS = 50
MOST_OPENINGS = 30
"""A minute and link."""

MINUTE = timedelta(minutes=1)


class TooManyOpenings(DomainError):
    status = 429
    default_code = "too_many"


@dataclass(frozen=True)
class SharedLink:
    """The secret is known only now."""

    link: ReviewLink
    secret: str


@transaction.atomic
def share_review(*, sprint: Sprint, label: str, days: int, by: User, now: datetime) -> SharedLink:
    """Make a link that shows the business's part of the review for so many days.

    Raises NotAllowed, Invalid, Conflict before the sprint has started.
    """
    review = open_review(sprint)
    require(rules.why_not(by, Permission.PLAN, sprint.project_id))
    values = Values()
    label = values.text("label", label, least=1, most=80)
    days = values.whole("days", days, low=1, high=MOST_DAYS)
    values.refuse_if_wrong()
    last = review.links.aggregate(last=Max("number"))["last"] or 0
    if last >= MOST_LINKS:
        raise Conflict(f"A review has at most {MOST_LINKS} links.", code="too_many")
    secret = secrets.token_urlsafe(32)
    link = ReviewLink.objects.create(
        project=review.project,
        review=review,
        number=last + 1,
        label=label,
        digest=digest_of(secret),
        created_by=by,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    events.record(REVIEW_SHARED, link, by=by, expires_at=link.expires_at.isoformat())
    return SharedLink(link, secret)


@transaction.atomic
def revoke_review_link(*, link: ReviewLink, by: User | None, now: datetime) -> ReviewLink:
    """It opens nothing from now on. The same again changes nothing. Raises NotAllowed."""
    locked_open(link.project_id)
    link = (
        ReviewLink.objects.select_for_update(no_key=True, of=("self",)).select_related("review__sprint").get(pk=link.pk)
    )
    require(rules.why_not(by, Permission.PLAN, link.project_id))
    if link.revoked_at is None:
        link.revoked_at = now
        link.save(update_fields=["revoked_at"])
        events.record(REVIEW_LINK_REVOKED, link, by=by)
    return link


@transaction.atomic
def open_review_link(*, secret: str, now: datetime) -> ReviewLink:
    """The link of this secret, with the opening counted: thirty a minute.

    Raises NotFound for a link that is wrong, expired or taken back; it does not say which. TooManyOpenings.
    """
    found = queries.link_with_digest(digest_of(secret), now=now)
    if found is None:
        raise NotFound("This link does not open anything: it is wrong, has expired, or was taken back.")
    link = ReviewLink.objects.select_for_update(no_key=True).get(pk=found.pk)
    if link.counted_from is None or now - link.counted_from >= MINUTE:
        link.counted_from, link.opened = now, 0
    if link.opened >= MOST_OPENINGS:
        raise TooManyOpenings(f"This link was opened {MOST_OPENINGS} times in a minute. Try again in a minute.")
    link.opened, link.last_opened_at = link.opened + 1, now
    link.save(update_fields=["counted_from", "opened", "last_opened_at"])
    return found
