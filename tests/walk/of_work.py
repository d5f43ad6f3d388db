"""What the operations on sprints and work are called with in the walk, by their names."""

from collections.abc import Callable

from django.core.files.base import ContentFile

from projects import operations
from projects.models import ReviewCard, Sprint
from projects.operations import ITEM_TALK
from tests.factories import now
from tests.walk.of_projects import Call, today_in
from tests.walk.world import Planned


def voted_card(world: Planned) -> ReviewCard:
    operations.vote_for_card(card=world.card, by=world.people.engineer, now=now())
    return world.card


def next_sprint(world: Planned) -> Sprint:
    """Planned, and no other is active."""
    operations.close_sprint(sprint=world.sprint, carry_to=world.planned, by=world.people.product, now=now())
    return world.planned


CALLS: dict[str, Callable[[Planned], Call]] = {
    # Sprints and their reviews
    "plan_sprint": lambda w: {
        "project": w.project,
        "goal": "Later",
        "start_date": today_in(30),
        "end_date": today_in(40),
        "by": w.people.product,
    },
    "revise_sprint": lambda w: {"sprint": w.sprint, "values": {"goal": "Another goal"}, "by": w.people.product},
    "set_capacity": lambda w: {
        "sprint": w.planned,
        "rows": [{"user": w.people.scientist, "discipline": "data_science", "points": 9, "days_off": 1}],
        "by": w.people.product,
    },
    "close_sprint": lambda w: {"sprint": w.sprint, "carry_to": w.planned, "by": w.people.product},
    "start_sprint": lambda w: {"sprint": next_sprint(w), "by": w.people.product},
    "judge_sprint": lambda w: {
        "sprint": w.sprint,
        "verdict": "partly",
        "note": "Half of it.",
        "by": w.people.product,
    },
    "add_review_card": lambda w: {"sprint": w.sprint, "kind": "question", "text": "Why?", "by": w.people.engineer},
    "revise_review_card": lambda w: {
        "card": w.card,
        "values": {"text": "Ask two sprints ahead"},
        "by": w.people.product,
    },
    "remove_review_card": lambda w: {"card": w.card, "by": w.people.product},
    "vote_for_card": lambda w: {"card": w.card, "by": w.people.engineer},
    "make_item_of_card": lambda w: {"card": w.card, "by": w.people.product},
    "withdraw_vote": lambda w: {"card": voted_card(w), "by": w.people.engineer},
    "share_review": lambda w: {"sprint": w.sprint, "label": "Customers", "days": 3, "by": w.people.product},
    "revoke_review_link": lambda w: {"link": w.link, "by": w.people.product},
    # Work
    "add_item": lambda w: {"project": w.project, "title": "New", "sprint": w.sprint, "by": w.people.product},
    "add_quickly": lambda w: {
        "project": w.project,
        "line": "Quick !high #spike",
        "sprint": w.sprint,
        "by": w.people.product,
    },
    "add_from_template": lambda w: {"template": w.template, "title": "Look", "by": w.people.product},
    "request_item": lambda w: {"project": w.project, "title": "Asked for", "by": w.people.viewer},
    "accept_request": lambda w: {"item": w.request, "by": w.people.product},
    "decline_request": lambda w: {"item": w.request, "reason": "Not ours.", "by": w.people.product},
    "revise_item": lambda w: {"item": w.item, "values": {"title": "Watched", "points": 5}, "by": w.people.product},
    "move_item": lambda w: {"item": w.item, "state": "done", "by": w.people.product},
    "change_items": lambda w: {
        "project": w.project,
        "items": [w.item, w.second],
        "values": {"add_labels": ["late"]},
        "by": w.people.product,
    },
    "block_item": lambda w: {"item": w.item, "cause": "data", "reason": "No access.", "by": w.people.product},
    "unblock_item": lambda w: {"item": w.blocked, "by": w.people.product},
    "add_blocker": lambda w: {"item": w.second, "blocker": w.third, "by": w.people.product},
    "remove_blocker": lambda w: {"item": w.item, "blocker": w.second, "by": w.people.product},
    "link_item": lambda w: {"item": w.item, "kind": "risk", "target": "2", "by": w.people.product},
    "unlink_item": lambda w: {"link": w.item_link, "by": w.people.product},
    "add_comment": lambda w: {"talk": ITEM_TALK, "on": w.item, "text": "Looked.", "by": w.people.engineer},
    "change_comment": lambda w: {"talk": ITEM_TALK, "comment": w.comment, "text": "Who?", "by": w.people.product},
    "delete_comment": lambda w: {"talk": ITEM_TALK, "comment": w.comment, "by": w.people.product},
    "attach_file": lambda w: {"item": w.item, "file": ContentFile(b"rows", "rows.csv"), "by": w.people.engineer},
    "remove_attachment": lambda w: {"attachment": w.attachment, "by": w.people.product},
    "import_items": lambda w: {
        "project": w.project,
        "kind": "csv",
        "data": b"external_source,external_id,title\nelsewhere,1,Imported\n",
        "by": w.people.product,
    },
    "add_status": lambda w: {"project": w.project, "name": "On hold", "group": "review", "by": w.people.product},
    "revise_status": lambda w: {"status": w.status, "values": {"name": "Data is late"}, "by": w.people.product},
    "remove_status": lambda w: {"status": w.status, "by": w.people.product},
    "define_field": lambda w: {"project": w.project, "name": "Customer", "type": "text", "by": w.people.product},
    "revise_field": lambda w: {"field": w.field, "values": {"name": "Area"}, "by": w.people.product},
    "remove_field": lambda w: {"field": w.field, "by": w.people.product},
    "place_status": lambda w: {"status": w.status, "at": 0, "by": w.people.product},
    "place_field": lambda w: {"field": w.field, "at": 0, "by": w.people.product},
    "template_from_item": lambda w: {"item": w.item, "name": "Watch", "by": w.people.product},
    "revise_template": lambda w: {"template": w.template, "name": "Look", "values": {}, "by": w.people.product},
    "revise_view": lambda w: {"view": w.view, "name": "Ours", "is_shared": True, "by": w.people.product},
    "plan_item": lambda w: {"item": w.in_backlog, "sprint": w.planned, "by": w.people.product},
    "save_template": lambda w: {
        "project": w.project,
        "name": "Bug",
        "values": {"kind": "incident"},
        "by": w.people.product,
    },
    "remove_template": lambda w: {"template": w.template, "by": w.people.product},
    "save_view": lambda w: {
        "project": w.project,
        "name": "Data",
        "query": "kind=data",
        "is_shared": True,
        "by": w.people.product,
    },
    "remove_view": lambda w: {"view": w.view, "by": w.people.product},
}
