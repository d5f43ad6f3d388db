"""`webhooks/*`: who outside is told of what happens in the registry."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from core import outbound
from core.errors import Invalid, NotFound
from core.rules import require
from experiments.mlflow import paging, wire
from experiments.mlflow.door import Call, Route, read
from experiments.mlflow.shapes import milliseconds, set_only
from models_registry import hooks, operations, rules
from models_registry.models import Webhook

MAX_PAGE = 1_000
SHOWN_OF_ANSWER = 200


def given_webhook(call: Call) -> Webhook:
    """The webhook in the path, for whoever may manage them. Raises NotAllowed, NotFound."""
    require(rules.why_not_manage_webhooks(call.by, call.project.pk))
    webhook = Webhook.objects.filter(project=call.project, token=call.parts["webhook_id"]).first()
    if webhook is None:
        raise NotFound(f"Webhook with ID {call.parts['webhook_id'][:100]} not found.")
    return webhook


def create(call: Call) -> dict[str, Any]:
    wire.required(call.data, "name")
    wire.required(call.data, "url")
    change = _change(call)
    webhook = operations.create_webhook(project=call.project, change=change, by=call.by, now=call.now)
    return {"webhook": shape(webhook)}


def list_webhooks(call: Call) -> dict[str, Any]:
    require(rules.why_not_manage_webhooks(call.by, call.project.pk))
    found = Webhook.objects.filter(project=call.project).order_by("-created_at", "pk")
    size = wire.page_size(call.data, default=100, most=MAX_PAGE)
    page, token = paging.page(found, size=size, token=wire.text(call.data, "page_token"))
    return {"webhooks": [shape(one) for one in page], **set_only(next_page_token=token)}


def get(call: Call) -> dict[str, Any]:
    return {"webhook": shape(given_webhook(call))}


def update(call: Call) -> dict[str, Any]:
    webhook = operations.update_webhook(webhook=given_webhook(call), change=_change(call), by=call.by, now=call.now)
    return {"webhook": shape(webhook)}


def delete(call: Call) -> dict[str, Any]:
    operations.delete_webhook(webhook=given_webhook(call), by=call.by, now=call.now)
    return {}


def test(call: Call) -> dict[str, Any]:
    """Send an example now, and say what came of it. The answer's text is for administrators: it is somebody else's."""
    webhook = given_webhook(call)
    named = wire.items({"event": [call.data["event"]]}, "event") if call.data.get("event") else []
    event = event_named(named[0]) if named else webhook.events[0]
    try:
        answer = operations.send_webhook(
            webhook=webhook,
            event=event,
            data=hooks.EXAMPLES[event],
            at=datetime.now(UTC).isoformat(),
            delivery=str(uuid4()),
        )
    except (outbound.Blocked, outbound.Failed) as error:
        return {"result": {"success": False, "error_message": f"Failed to test webhook: {error}"}}
    said = answer.body[:SHOWN_OF_ANSWER].decode(errors="replace") if call.by.is_superuser else ""
    result = {"success": 200 <= answer.status < 300, "response_status": answer.status}
    return {"result": result | set_only(response_body=said)}


def event_named(given: dict[str, Any]) -> str:
    """MLflow's name of an event that is given as `{"entity": "MODEL_VERSION", "action": "CREATED"}`. Raises Invalid."""
    name = f"{wire.required(given, 'entity')}.{wire.required(given, 'action')}".lower()
    if name not in hooks.EXAMPLES:
        raise Invalid(f"Events are {', '.join(hooks.EXAMPLES)}: got {name[:80]}.", field="events")
    return name


def shape(webhook: Webhook) -> dict[str, Any]:
    return set_only(
        webhook_id=webhook.token,
        name=webhook.name,
        description=webhook.description,
        url=webhook.url,
        events=[dict(zip(("entity", "action"), name.upper().split("."), strict=True)) for name in webhook.events],
        status=str(webhook.status),
        creation_timestamp=milliseconds(webhook.created_at),
        last_updated_timestamp=milliseconds(webhook.updated_at),
    )


def _change(call: Call) -> operations.WebhookChange:
    data = call.data
    return operations.WebhookChange(
        name=wire.text(data, "name") or None,
        url=wire.text(data, "url") or None,
        events=[event_named(one) for one in wire.items(data, "events")] or None,
        description=wire.text(data, "description") if data.get("description") is not None else None,
        secret=wire.text(data, "secret") if data.get("secret") is not None else None,
        status=wire.text(data, "status") or None,
    )


ROUTES = [
    Route("POST", "webhooks", create),
    read("GET", "webhooks", list_webhooks),
    read("GET", "webhooks/{webhook_id}", get),
    Route("PATCH", "webhooks/{webhook_id}", update),
    Route("DELETE", "webhooks/{webhook_id}", delete),
    Route("POST", "webhooks/{webhook_id}/test", test),
]
