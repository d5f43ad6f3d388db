"""What a person was told, what they answer for in production, and what soon ends."""

from datetime import UTC, datetime, time, timedelta

from django.db.models import Q
from django.urls import reverse

from core.models import Token
from inbox.enums import Group, Kind
from inbox.models import Notification
from inbox.queries.person import Person
from inbox.rows import Row
from monitoring.enums import AlertState
from monitoring.models import Alert
from projects.models import GateWaiver, RiskAcceptance
from projects.roles import Permission

MOST = 200
AHEAD = timedelta(days=14)


def mentions(person: Person) -> list[Row]:
    """The last 200, of projects that the person is still in."""
    found = Notification.objects.filter(user=person.user, kind=Kind.MENTION, project__in=person.ids)
    return [
        person.row(
            Group.MENTIONS,
            one.project_id or 0,
            key=f"note:{one.pk}",
            what="Mention",
            title=str(one),
            by=one.actor.name if one.actor else "",
            url=one.url,
            since=one.at,
        )
        for one in found.select_related("actor").order_by("-at", "-pk")[:MOST]
    ]


def alerts(person: Person) -> list[Row]:
    """Open alerts of projects in which the person's role answers to alerts, unless somebody else took them."""
    found = Alert.objects.filter(project__in=person.ids_with(Permission.MONITOR)).exclude(state=AlertState.RESOLVED)
    found = found.filter(Q(acknowledged_by=None) | Q(acknowledged_by=person.user))
    return [
        person.row(
            Group.ALERTS,
            one.project_id,
            key=f"alert:{one.pk}",
            what="Alert" if one.acknowledged_by_id is None else "Alert that you took",
            title=one.summary,
            detail=one.monitor.deployment.name,
            url=reverse("monitoring:monitor", args=[person.projects[one.project_id].key, one.monitor.deployment.name]),
            since=one.opened_at,
            print=str(one.version),
        )
        for one in found.select_related("monitor__deployment").order_by("opened_at", "pk")[:MOST]
    ]


def expiring(person: Person) -> list[Row]:
    """Within a fortnight."""
    found = [*_gates(person), *_waivers(person), *_acceptances(person), *_tokens(person)]
    return sorted(found, key=lambda row: (row.due_at, row.key))


def _gates(person: Person) -> list[Row]:
    """Gates that were passed for a time, and still hold: what no longer does is to be decided."""
    now = person.now
    soon = [one for one in person.passed if one.holds_until <= now + AHEAD and not one.fallen_because(now)]
    return [
        person.row(
            Group.EXPIRING,
            one.project_id,
            key=f"gate-ends:{one.project_id}:{one.gate}:{one.round}",
            what="Gate",
            title=one.gate.label,
            detail="It is decided anew, or the next gate is passed before that.",
            url=reverse("projects:gate", args=[person.projects[one.project_id].key]),
            since=one.passed_at,
            due_at=one.holds_until,
        )
        for one in soon
    ]


def _waivers(person: Person) -> list[Row]:
    soon = Q(ended_at=None, expires_at__gt=person.now, expires_at__lte=person.now + AHEAD)
    mine = Q(granted_by=person.user) | Q(project__in=person.ids_with(Permission.PASS_GATE))
    return [
        person.row(
            Group.EXPIRING,
            one.project_id,
            key=f"waiver:{one.pk}",
            what="Waiver",
            title=f"{one.get_gate_display()}: {one.check_id}",
            detail=one.reason,
            url=reverse("projects:gate", args=[person.projects[one.project_id].key]),
            since=one.granted_at,
            due_at=one.expires_at,
        )
        for one in GateWaiver.objects.filter(soon, mine, project__in=person.ids).order_by("expires_at", "pk")
    ]


def _acceptances(person: Person) -> list[Row]:
    soon = Q(ended_because="", until__lte=(person.now + AHEAD).date(), until__gte=person.now.date())
    user = person.user
    mine = Q(risk__owner=user) | Q(signed_by=user) | Q(countersigned_by=user)
    found = RiskAcceptance.objects.filter(soon, mine, risk__project__in=person.ids).select_related("risk")
    return [
        person.row(
            Group.EXPIRING,
            one.risk.project_id,
            key=f"ending:{one.pk}",
            what="Acceptance of a risk",
            title=one.risk.title,
            url=reverse("projects:risk", args=[person.projects[one.risk.project_id].key, one.risk.number]),
            since=one.signed_at,
            due_at=datetime.combine(one.until, time.max, tzinfo=UTC),
        )
        for one in found.order_by("until", "pk")
    ]


def _tokens(person: Person) -> list[Row]:
    soon = Q(revoked_at=None, expires_at__gt=person.now, expires_at__lte=person.now + AHEAD)
    return [
        Row(
            key=f"token:{one.pk}",
            group=Group.EXPIRING,
            what="Token",
            title=one.label,
            detail=f"{one.prefix}…",
            url=reverse("core:account"),
            since=one.created_at,
            due_at=one.expires_at,
        )
        for one in Token.objects.filter(soon, user=person.user).order_by("expires_at", "pk")
    ]
