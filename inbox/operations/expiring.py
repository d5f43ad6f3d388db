"""Telling, once, that something ends within a week."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from django.urls import reverse

from core.models import Token, User
from inbox.enums import Kind
from inbox.operations.notifications import News, notify
from projects.models import GateWaiver, Project, RiskAcceptance

AHEAD = timedelta(days=7)


Told = tuple[News, Iterable[User]]


def note_expiring(*, now: datetime) -> int:
    """May run as often as one likes. Returns how many were told."""
    ending = chain(_waivers(now), _acceptances(now), _tokens(now))
    return sum(notify(news=news, people=people, now=now) for news, people in ending)


def _waivers(now: datetime) -> Iterator[Told]:
    found = GateWaiver.objects.filter(ended_at=None, expires_at__gt=now, expires_at__lte=now + AHEAD)
    for one in found.select_related("project", "granted_by"):
        text = f"the waiver of {one.check_id} ends on {one.expires_at:%Y-%m-%d}"
        url = reverse("projects:gate", args=[one.project.key])
        yield _news(f"waiver:{one.pk}", text, url, one.project), [one.granted_by, *_whose_gate(one)]


def _whose_gate(waiver: GateWaiver) -> list[User]:
    """Whoever asked for the decision on the gate, the last time."""
    asked = waiver.project.gate_requests.filter(gate=waiver.gate).select_related("requested_by").order_by("-pk").first()
    return [asked.requested_by] if asked and asked.requested_by_id != waiver.granted_by_id else []


def _acceptances(now: datetime) -> Iterator[Told]:
    found = RiskAcceptance.objects.filter(ended_because="", until__gte=now.date(), until__lte=(now + AHEAD).date())
    for one in found.select_related("risk__project", "risk__owner", "signed_by", "countersigned_by"):
        text = f"the acceptance of the risk {one.risk.title} ends on {one.until}"
        url = reverse("projects:risk", args=[one.risk.project.key, one.risk.number])
        people = {user for user in (one.risk.owner, one.signed_by, one.countersigned_by) if user}
        yield _news(f"acceptance:{one.pk}", text, url, one.risk.project), people


def _tokens(now: datetime) -> Iterator[Told]:
    found = Token.objects.filter(revoked_at=None, expires_at__gt=now, expires_at__lte=now + AHEAD)
    for one in found.select_related("user"):
        text = f"your token {one.label} ends on {one.expires_at:%Y-%m-%d}"
        yield _news(f"token:{one.pk}", text, reverse("core:account"), None), [one.user]


def _news(source: str, text: str, url: str, project: Project | None) -> News:
    return News(kind=Kind.EXPIRING, source=source, text=text, url=url, project=project)
