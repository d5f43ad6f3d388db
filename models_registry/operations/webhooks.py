"""Writes about webhooks, and telling them."""

import re
import secrets
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction

from core import events, jobs, outbound
from core.addresses import why_not_url
from core.errors import Conflict, Invalid, NotFound
from core.models import Event, User
from core.rules import require
from core.sealing import Unsealable, seal, unseal
from models_registry import hooks, rules
from models_registry.enums import WebhookStatus
from models_registry.events import WEBHOOK_CREATED, WEBHOOK_DELETED, WEBHOOK_UPDATED
from models_registry.models import Webhook
from projects.models import Project

MAX_WEBHOOKS = 50
MAX_SECRET = 500
MAX_DESCRIPTION = 1000
DELIVER_WEBHOOK = "deliver_webhook"
SEALED_FOR = "webhooks"

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")


@dataclass(frozen=True)
class Change:
    """What is to be of a webhook; None leaves it as it is."""

    name: str | None = None
    url: str | None = None
    events: list[str] | None = None
    description: str | None = None
    secret: str | None = None
    status: str | None = None


@transaction.atomic
def create_webhook(*, project: Project, change: Change, by: User, now: datetime) -> Webhook:
    """Raises NotAllowed, Invalid (`url_not_allowed`), Conflict (`already_exists`, `too_many`)."""
    require(rules.why_not_manage_webhooks(by, project.pk))
    if Webhook.objects.filter(project=project).count() >= MAX_WEBHOOKS:
        raise Conflict(f"A project has at most {MAX_WEBHOOKS} webhooks.", code="too_many")
    webhook = Webhook(project=project, token=secrets.token_hex(16), created_by=by, created_at=now, updated_at=now)
    change = Change(
        name=change.name or "",
        url=change.url or "",
        events=change.events or [],
        description=change.description or "",
        secret=change.secret or "",
        status=change.status or WebhookStatus.ACTIVE,
    )
    _apply(webhook, change)
    webhook.save(force_insert=True)
    events.record(WEBHOOK_CREATED, webhook, by=by, events=webhook.events)
    return webhook


@transaction.atomic
def update_webhook(*, webhook: Webhook, change: Change, by: User, now: datetime) -> Webhook:
    """Raises as `create_webhook`, and NotFound."""
    require(rules.why_not_manage_webhooks(by, webhook.project_id))
    webhook = _locked(webhook)
    _apply(webhook, change)
    webhook.updated_at = now
    webhook.save(update_fields=["name", "url", "events", "description", "sealed_secret", "status", "updated_at"])
    events.record(WEBHOOK_UPDATED, webhook, by=by, events=webhook.events, status=str(webhook.status))
    return webhook


@transaction.atomic
def delete_webhook(*, webhook: Webhook, by: User, now: datetime) -> None:
    """Raises NotAllowed, NotFound."""
    require(rules.why_not_manage_webhooks(by, webhook.project_id))
    webhook = _locked(webhook)
    events.record(WEBHOOK_DELETED, webhook, by=by)
    webhook.delete()


def queue_delivery(*, event: Event, name: str, data: dict[str, Any]) -> None:
    """One job for each webhook that asked for this. A delivery keeps its id, however often it is tried."""
    for webhook in Webhook.objects.filter(project=event.stream_id, status=WebhookStatus.ACTIVE).order_by("pk"):
        if name not in webhook.events:
            continue
        delivery = str(uuid.uuid4())
        payload = {"webhook": webhook.pk, "delivery": delivery, "event": name, "at": event.at, "data": data}
        jobs.submit(DELIVER_WEBHOOK, project_id=event.stream_id, by=None, payload=payload, subject=webhook)


def send(*, webhook: Webhook, event: str, data: dict[str, Any], at: str, delivery: str) -> outbound.Answer:
    """Tell a webhook once. Raises Blocked, Failed."""
    entity, action = event.split(".")
    body = orjson.dumps({"entity": entity, "action": action, "timestamp": at, "data": data})
    headers = hooks.signed_headers(
        secret=opened(webhook.sealed_secret), delivery_id=delivery, timestamp=int(time.time()), body=body
    )
    return outbound.post(webhook.url, body=body, headers=headers, allowed=frozenset(settings.WEBHOOK_ALLOWED_HOSTS))


def sealed(secret: str) -> str:
    """A secret as it is stored: with a copy of the database alone it cannot be read."""
    return seal(secret, purpose=SEALED_FOR, key=settings.SECRET_KEY) if secret else ""


def opened(text: str) -> str:
    """Raises Conflict (`secret_lost`) when the server's key was changed since it was sealed."""
    try:
        return unseal(text, purpose=SEALED_FOR, key=settings.SECRET_KEY) if text else ""
    except Unsealable:
        raise Conflict("The webhook's secret cannot be read any more: set it anew.", code="secret_lost") from None


def _locked(webhook: Webhook) -> Webhook:
    found = Webhook.objects.select_for_update().filter(pk=webhook.pk).first()
    if found is None:
        raise NotFound(f"Webhook with ID {webhook.token} not found.")
    return found


def _apply(webhook: Webhook, change: Change) -> None:
    if change.name is not None:
        webhook.name = _checked_name(webhook, change.name)
    if change.url is not None:
        webhook.url = _checked_url(change.url)
    if change.events is not None:
        webhook.events = _checked_events(change.events)
    if change.description is not None:
        webhook.description = _within("description", change.description, MAX_DESCRIPTION)
    if change.secret is not None:
        webhook.sealed_secret = sealed(_within("secret", change.secret, MAX_SECRET))
    if change.status is not None:
        webhook.status = _checked_status(change.status)


def _checked_name(webhook: Webhook, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"Webhook name {name[:80]!r} is invalid. It must start and end with a letter or digit, be at most 63"
            " characters long, and contain only letters, digits, dots, underscores and hyphens.",
            field="name",
        )
    if Webhook.objects.filter(project=webhook.project_id, name=name).exclude(pk=webhook.pk).exists():
        raise Conflict(f"There is a webhook {name!r} already.", field="name", code="already_exists")
    return name


def _checked_url(url: str) -> str:
    reason = why_not_url(url, allowed=frozenset(settings.WEBHOOK_ALLOWED_HOSTS))
    if reason is not None:
        raise Invalid(f"The address {url[:200]!r} cannot be told: {reason}.", field="url", code="url_not_allowed")
    return url


def _checked_events(given: list[str]) -> list[str]:
    unknown = [one for one in given if one not in hooks.EXAMPLES]
    if unknown or not given:
        raise Invalid(
            f"Events are {', '.join(hooks.EXAMPLES)}: got {', '.join(unknown)[:200] or 'none'}.", field="events"
        )
    return list(dict.fromkeys(given))


def _within(field: str, text: str, most: int) -> str:
    if len(text) > most:
        raise Invalid(f"The {field} has {len(text)} characters, at most {most} are allowed.", field=field)
    return text


def _checked_status(status: str) -> str:
    if status not in WebhookStatus.values:
        raise Invalid(f"The status is one of {', '.join(WebhookStatus.values)}: got {status[:40]!r}.", field="status")
    return status
