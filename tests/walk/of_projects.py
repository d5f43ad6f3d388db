"""What the operations on projects, scopes, risks, gates and policies are called with in the walk, by their names.

What a call names is made before the pages are opened. `now` is given where it is asked for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from config.demo import fraud_dossier
from core import storage
from core.models import Job
from inbox import operations as inbox
from projects import operations, queries
from projects.enums import Stage
from projects.models import (
    Ceiling,
    Delegation,
    GateApproval,
    GateCondition,
    GateWaiver,
    Objection,
    PolicyVersion,
    Project,
    Risk,
    Spike,
)
from projects.roles import Role
from tests.factories import now
from tests.projects.factories import make_policy, policy_text
from tests.walk.world import Planned

Call = dict[str, Any]

URGENT = """  scope: {standing_checks: listed}
  feasibility: {}
  release: {standing_checks: listed, approvals: [{role: validator}], emergency: {by: risk, review_days: 5}}
"""


def today_in(days: int):
    return now().date() + timedelta(days=days)


def unspoken(world: Planned) -> Call:
    """As long as one function has said nothing, its objection can be handed in."""
    Objection.objects.filter(project=world.project, author=world.people.validator).delete()
    return {"project": world.project, "text": "Who checks it?", "has_none": False, "by": world.people.validator}


def sealed_ceiling(world: Planned) -> Ceiling:
    """The ceiling as it was before it was opened."""
    Ceiling.objects.filter(project=world.project).update(opened_at=None)
    return Ceiling.objects.get(project=world.project)


def complete_spike(world: Planned) -> Spike:
    values = fraud_dossier.DOSSIER.spike
    return operations.revise_spike(spike=world.draft_spike, values=values, by=world.people.scientist, now=now())


def signed_once(world: Planned) -> Risk:
    """A high risk whose acceptance waits for the other side."""
    values = {"likelihood": 4, "impact": 4}
    risk = operations.revise_risk(risk=world.other_risk, values=values, by=world.owner)
    operations.accept_risk(risk=risk, reason="We live with it.", by=world.people.sponsor, now=now())
    return risk


def lowered(world: Planned) -> Project:
    """A lower tier waits for a second person."""
    operations.classify_project(
        project=world.project,
        answers=world.classification.answers,
        exposure=1,
        automation=1,
        note="Smaller than we thought.",
        by=world.owner,
        now=now(),
    )
    return world.project


def retired(world: Planned) -> Project:
    Project.objects.filter(pk=world.project.pk).update(stage=Stage.RETIRED)
    return world.project


def decided(world: Planned, verdict: str = "approve", **given: object) -> GateApproval:
    return operations.decide_gate(
        project=world.project, verdict=verdict, comment="Good.", by=world.people.validator, now=now(), **given
    )


def condition(world: Planned) -> GateCondition:
    wanted = {"text": "Rate it again.", "owner": world.people.scientist, "due_date": today_in(7), "effect": "warn"}
    return decided(world, "approve_on_conditions", conditions=[wanted]).conditions.get()


def approved(world: Planned) -> Project:
    """By all whom the policy asks for."""
    decided(world)
    operations.decide_gate(project=world.project, verdict="approve", comment="", by=world.people.sponsor, now=now())
    return world.project


def before_release(world: Planned) -> Project:
    """Under a policy whose release gate lets somebody pass it in an emergency."""
    policy = make_policy(name="urgent", gates=URGENT)
    operations.move_to_policy(project=world.project, policy=policy, by=world.owner, now=now())
    Project.objects.filter(pk=world.project.pk).update(stage=Stage.DELIVERY)
    return world.project


def unasked(world: Planned) -> Project:
    operations.withdraw_gate_request(request=world.gate_request, by=world.people.engineer, now=now())
    return world.project


def waiver(world: Planned) -> GateWaiver:
    return operations.waive_check(
        project=world.project,
        check="decision_is_stated",
        reason="Comes on Monday.",
        days=7,
        by=world.people.sponsor,
        now=now(),
    )


def delegation(world: Planned) -> Delegation:
    return operations.delegate_role(**CALLS["delegate_role"](world), now=now())


def draft(world: Planned) -> PolicyVersion:
    return operations.draft_policy(text=policy_text(), by=world.stranger, now=now())


def finished_export(world: Planned) -> int:
    job = operations.export_ledger(project=world.project, by=world.owner)
    blob = storage.put_bytes(b"archive")
    made = {"digest": blob.digest, "events": 9}
    Job.objects.filter(pk=job.pk).update(state="succeeded", result=made, finished_at=now())
    return job.pk


def chat(world: Planned) -> Call:
    url = "https://hooks.example.com/team"
    return {"project": world.project, "shape": "slack", "kinds": ["alert"], "url": url, "by": world.owner}


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
    "confirm_tier": lambda w: {"project": lowered(w), "by": w.people.risk},
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
    # What asks for another state than the world is in
    "choose_precedent": lambda w: {"project": w.project, "finished": w.finished, "by": w.people.scientist},
    "take_newest_priors": lambda w: {"project": w.project, "by": w.people.scientist},
    "seal_ceiling": lambda w: {
        "project": sealed_ceiling(w).project,
        "values": {"money": 900_000.0},
        "by": w.people.sponsor,
    },
    "open_ceiling": lambda w: {"ceiling": sealed_ceiling(w), "by": w.people.sponsor},
    "lock_spike": lambda w: {"spike": complete_spike(w), "by": w.people.scientist},
    "sign_acceptance": lambda w: {"risk": signed_once(w), "by": w.people.risk},
    "name_what_sank": lambda w: {"project": retired(w), "numbers": [1, 3], "by": w.owner},
    "request_gate": lambda w: {"project": unasked(w), "comment": "Again.", "by": w.people.engineer},
    "pass_gate": lambda w: {"project": approved(w), "comment": "Go.", "by": w.owner},
    "release_in_emergency": lambda w: {
        "project": before_release(w),
        "reason": "Customers lose money.",
        "by": w.people.risk,
    },
    "withdraw_gate_decision": lambda w: {
        "approval": decided(w),
        "reason": "I was wrong.",
        "by": w.people.validator,
    },
    "meet_condition": lambda w: {"condition": condition(w), "by": w.people.validator},
    "end_waiver": lambda w: {"waiver": waiver(w), "by": w.people.sponsor},
    "end_delegation": lambda w: {"delegation": delegation(w), "by": w.people.validator},
    "draft_policy": lambda w: {"text": policy_text(), "by": w.stranger},
    "revise_policy": lambda w: {"policy": draft(w), "text": policy_text(checks="[]"), "by": w.stranger},
    "publish_policy": lambda w: {"policy": draft(w), "by": w.administrator},
    "discard_policy": lambda w: {"policy": draft(w), "by": w.stranger},
    # The ledger
    "verify_ledger": lambda w: {"project": w.project, "by": w.owner},
    "export_ledger": lambda w: {"project": w.project, "by": w.owner},
    "take_ledger": lambda w: {"project": w.project, "job_id": finished_export(w), "by": w.owner},
}

CHAT: dict[str, Callable[[Planned], Call]] = {
    "set_channel": chat,
    "remove_channel": lambda w: {"project": inbox.set_channel(**chat(w)).project, "by": w.owner},
}
