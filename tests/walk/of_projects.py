"""What each operation of projects is called with in the walk, by its name. `now` is given where it is asked for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile

from config.demo import fraud_dossier
from projects import queries
from projects.models import Objection, PolicyVersion
from projects.operations import ITEM_TALK
from projects.roles import Role
from tests.factories import now
from tests.walk.world import Planned

Call = dict[str, Any]


def today_in(days: int):
    return now().date() + timedelta(days=days)


def unspoken(world: Planned) -> Call:
    """As long as one function has said nothing, its objection can be handed in."""
    Objection.objects.filter(project=world.project, author=world.people.validator).delete()
    return {"project": world.project, "text": "Who checks it?", "has_none": False, "by": world.people.validator}


CALLS: dict[str, Callable[[Planned], Call]] = {
    # The project, its people, its tier
    "rename_project": lambda w: {"project": w.project, "name": "Renamed", "purpose": "Another purpose.", "by": w.owner},
    "add_member": lambda w: {"project": w.project, "user": w.stranger, "role": Role.AUDITOR, "by": w.owner},
    "change_role": lambda w: {"membership": w.membership("viewer"), "role": Role.AUDITOR, "by": w.owner},
    "remove_member": lambda w: {"membership": w.membership("viewer"), "by": w.owner},
    "delegate_role": lambda w: {
        "project": w.project,
        "to": w.people.risk,
        "starts_on": today_in(0),
        "ends_on": today_in(7),
        "reason": "Away.",
        "by": w.people.validator,
    },
    "set_health": lambda w: {"project": w.project, "light": "red", "note": "No access to data.", "by": w.owner},
    "classify_project": lambda w: {
        "project": w.project,
        "answers": w.classification.answers,
        "exposure": 4,
        "automation": 3,
        "note": "It decides by itself.",
        "by": w.owner,
    },
    # Scope and dossier
    "revise_scope": lambda w: {"project": w.project, "values": {"baseline": 0.25}, "by": w.people.scientist},
    "revise_dossier": lambda w: {"project": w.project, "values": {"today_recall": 0.5}, "by": w.people.scientist},
    "add_option": lambda w: {"project": w.project, "values": {"title": "Rules, better kept"}, "by": w.people.scientist},
    "revise_option": lambda w: {"option": w.option, "values": {"estimate": 33.0}, "by": w.people.scientist},
    "remove_option": lambda w: {"option": queries.option(w.project, 3), "by": w.people.scientist},
    "add_precedent": lambda w: {
        "project": w.project,
        "values": {"title": "Older rules", "planned_effort": 3.0, "actual_effort": 4.0, "source": "Its report."},
        "by": w.people.scientist,
    },
    "rate_precedent": lambda w: {
        "precedent": w.unrated,
        "ratings": fraud_dossier.DOSSIER.ratings,
        "evidence": {},
        "by": w.people.scientist,
    },
    "add_assumption": lambda w: {"project": w.project, "values": {"text": "Labels arrive."}, "by": w.people.scientist},
    "revise_assumption": lambda w: {
        "assumption": w.assumption,
        "values": {"importance": "high"},
        "by": w.people.scientist,
    },
    "settle_assumption": lambda w: {
        "assumption": w.assumption,
        "state": "refuted",
        "finding": "They do not.",
        "by": w.people.scientist,
    },
    "remove_assumption": lambda w: {"assumption": w.assumption, "by": w.people.scientist},
    "answer_readiness": lambda w: {
        "project": w.project,
        "check": "lawful",
        "is_met": False,
        "reason": "Not yet.",
        "by": w.people.scientist,
    },
    "revise_outcome": lambda w: {"project": w.project, "values": {"actual_effort": 12.0}, "by": w.people.scientist},
    "plan_spike": lambda w: {"option": w.option, "tests": "recall", "by": w.people.scientist},
    "revise_spike": lambda w: {
        "spike": w.draft_spike,
        "values": {"title": "Another question"},
        "by": w.people.scientist,
    },
    "stop_spike": lambda w: {"spike": w.spike, "comment": "No more budget.", "by": w.people.scientist},
    "add_kill_criterion": lambda w: {
        "project": w.project,
        "values": {"text": "Nobody uses it.", "due_date": today_in(30)},
        "decider": w.owner,
        "by": w.people.product,
    },
    "decide_kill_criterion": lambda w: {
        "criterion": w.criterion,
        "decision": "go_on",
        "reason": "One more month.",
        "by": w.owner,
    },
    "hand_in_objection": unspoken,
    # Risks and findings
    "add_risk": lambda w: {
        "project": w.project,
        "title": "Nobody answers",
        "phase": "people",
        "likelihood": 5,
        "impact": 5,
        "owner": w.owner,
        "by": w.owner,
    },
    "revise_risk": lambda w: {"risk": w.risk, "values": {"likelihood": 5, "impact": 5}, "by": w.owner},
    "treat_risk": lambda w: {"risk": w.other_risk, "treatment": "Ring twice.", "by": w.owner},
    "accept_risk": lambda w: {
        "risk": w.other_risk,
        "reason": "Small.",
        "until": today_in(30),
        "by": w.owner,
    },
    "reopen_risk": lambda w: {"risk": w.treated, "by": w.owner},
    "add_control": lambda w: {"risk": w.risk, "title": "Look weekly", "kind": "detective", "by": w.owner},
    "revise_control": lambda w: {"control": w.control, "values": {"title": "Looked at daily"}, "by": w.owner},
    "open_finding": lambda w: {
        "project": w.project,
        "title": "Slices are missing",
        "severity": "high",
        "about_type": "risk",
        "about_id": "1",
        "by": w.people.validator,
    },
    "revise_finding": lambda w: {"finding": w.finding, "values": {"severity": "high"}, "by": w.people.validator},
    "close_finding": lambda w: {"finding": w.finding, "resolution": "Made larger.", "by": w.people.validator},
    "reopen_finding": lambda w: {"finding": w.closed_finding, "by": w.people.validator},
    # The gate and its policy
    "decide_gate": lambda w: {"project": w.project, "verdict": "approve", "comment": "Good.", "by": w.people.validator},
    "withdraw_gate_request": lambda w: {"request": w.gate_request, "by": w.people.engineer},
    "waive_check": lambda w: {
        "project": w.project,
        "check": "decision_is_stated",
        "reason": "Comes on Monday.",
        "days": 7,
        "by": w.people.sponsor,
    },
    "move_to_policy": lambda w: {
        "project": w.project,
        "policy": PolicyVersion.objects.get(name="light", number=1),
        "by": w.owner,
    },
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
    "verify_ledger": lambda w: {"project": w.project, "by": w.owner},
}
