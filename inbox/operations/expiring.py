"""Telling, once, that something ends within a week."""

from datetime import datetime, timedelta

from django.urls import reverse

from core.models import Token, User
from inbox.enums import Kind
from inbox.operations.notifications import News, notify
from projects.models import GateWaiver, RiskAcceptance

AHEAD = timedelta(days=7)


def note_expiring(*, now: datetime) -> int:
    """May run as often as one likes. Returns how many were told."""
    return _waivers(now) + _acceptances(now) + _tokens(now)


def _waivers(now: datetime) -> int:
    found = GateWaiver.objects.filter(ended_at=None, expires_at__gt=now, expires_at__lte=now + AHEAD)
    return sum(
        notify(
            news=News(
                kind=Kind.EXPIRING,
                source=f"waiver:{one.pk}",
                text=f"the waiver of {one.check_id} ends on {one.expires_at:%Y-%m-%d}",
                url=reverse("projects:gate", args=[one.project.key]),
                project=one.project,
            ),
            people=[one.granted_by, *_whose_gate(one)],
            now=now,
        )
        for one in found.select_related("project", "granted_by")
    )


def _whose_gate(waiver: GateWaiver) -> list[User]:
    """Whoever asked for the decision on the gate, the last time."""
    asked = waiver.project.gate_requests.filter(gate=waiver.gate).select_related("requested_by").order_by("-pk").first()
    return [asked.requested_by] if asked and asked.requested_by_id != waiver.granted_by_id else []


def _acceptances(now: datetime) -> int:
    found = RiskAcceptance.objects.filter(ended_because="", until__gte=now.date(), until__lte=(now + AHEAD).date())
    found = found.select_related("risk__project", "risk__owner", "signed_by", "countersigned_by")
    return sum(
        notify(
            news=News(
                kind=Kind.EXPIRING,
                source=f"acceptance:{one.pk}",
                text=f"the acceptance of the risk {one.risk.title} ends on {one.until}",
                url=reverse("projects:risk", args=[one.risk.project.key, one.risk.number]),
                project=one.risk.project,
            ),
            people={user for user in (one.risk.owner, one.signed_by, one.countersigned_by) if user},
            now=now,
        )
        for one in found
    )


def _tokens(now: datetime) -> int:
    found = Token.objects.filter(revoked_at=None, expires_at__gt=now, expires_at__lte=now + AHEAD)
    return sum(
        notify(
            news=News(
                kind=Kind.EXPIRING,
                source=f"token:{one.pk}",
                text=f"your token {one.label} ends on {one.expires_at:%Y-%m-%d}",
                url=reverse("core:account"),
            ),
            people=[one.user],
            now=now,
        )
        for one in found.select_related("user")
    )
