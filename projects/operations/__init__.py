"""Writes about projects: what each may be called with stands with it."""

from projects.operations.acceptances import accept_risk, expire_acceptance, sign_acceptance
from projects.operations.approvals import (
    decide_gate,
    meet_condition,
    request_gate,
    withdraw_gate_decision,
    withdraw_gate_request,
)
from projects.operations.assumptions import (
    add_assumption,
    remove_assumption,
    revise_assumption,
    settle_assumption,
)
from projects.operations.attachments import attach_file, remove_attachment
from projects.operations.capacity import set_capacity
from projects.operations.ceiling import open_ceiling, seal_ceiling
from projects.operations.comments import ITEM_TALK, Talk, add_comment, change_comment, delete_comment
from projects.operations.controls import add_control, revise_control
from projects.operations.delegations import delegate_role, end_delegation
from projects.operations.dossier import (
    add_option,
    remove_option,
    revise_dossier,
    revise_option,
    start_from_template,
    take_newest_priors,
)
from projects.operations.fields import Overtaken
from projects.operations.findings import close_finding, open_finding, reopen_finding, revise_finding
from projects.operations.gate_findings import settle_gate_findings
from projects.operations.gates import pass_gate, release_in_emergency
from projects.operations.health import set_health
from projects.operations.indicators import bind_indicator, observe_indicator, read_indicators, remove_indicator
from projects.operations.item_blocks import (
    add_blocker,
    block_item,
    link_item,
    remove_blocker,
    unblock_item,
    unlink_item,
)
from projects.operations.item_import import import_items
from projects.operations.items import add_item, move_item, plan_item, revise_item
from projects.operations.kill_criteria import add_kill_criterion, decide_kill_criterion, reach_kill_criterion
from projects.operations.ledger import export_ledger, take_ledger, verify_ledger
from projects.operations.library import revise_outcome
from projects.operations.objections import hand_in_objection
from projects.operations.policies import (
    checked_policy,
    discard_policy,
    draft_policy,
    load_shipped_policies,
    move_to_policy,
    publish_policy,
    revise_policy,
)
from projects.operations.precedents import add_precedent, choose_precedent, rate_precedent
from projects.operations.projects import create_project, rename_project
from projects.operations.quick import add_from_template, add_quickly, change_items
from projects.operations.readiness import answer_readiness
from projects.operations.review_links import SharedLink, open_review_link, revoke_review_link, share_review
from projects.operations.reviews import (
    add_review_card,
    judge_sprint,
    make_item_of_card,
    remove_review_card,
    revise_review_card,
    vote_for_card,
    withdraw_vote,
)
from projects.operations.risks import add_risk, name_what_sank, reopen_risk, revise_risk, treat_risk
from projects.operations.scope import revise_scope
from projects.operations.spikes import count_run, lock_spike, plan_spike, revise_spike, stop_spike
from projects.operations.sprints import close_sprint, plan_sprint, revise_sprint, start_sprint
from projects.operations.statuses import (
    add_status,
    define_field,
    place_field,
    place_status,
    remove_field,
    remove_status,
    revise_field,
    revise_status,
    why_not_remove_status,
)
from projects.operations.team import add_member, change_role, remove_member
from projects.operations.tiers import classify_project, confirm_tier
from projects.operations.triage import accept_request, decline_request, request_item
from projects.operations.views import (
    remove_template,
    remove_view,
    revise_template,
    revise_view,
    save_template,
    save_view,
    template_from_item,
)
from projects.operations.waivers import end_waiver, expire_waiver, waive_check

__all__ = [
    "ITEM_TALK",
    "Overtaken",
    "SharedLink",
    "Talk",
    "accept_request",
    "accept_risk",
    "add_assumption",
    "add_blocker",
    "add_comment",
    "add_control",
    "add_from_template",
    "add_item",
    "add_kill_criterion",
    "add_member",
    "add_option",
    "add_precedent",
    "add_quickly",
    "add_review_card",
    "add_risk",
    "add_status",
    "answer_readiness",
    "attach_file",
    "bind_indicator",
    "block_item",
    "change_comment",
    "change_items",
    "change_role",
    "checked_policy",
    "choose_precedent",
    "classify_project",
    "close_finding",
    "close_sprint",
    "confirm_tier",
    "count_run",
    "create_project",
    "decide_gate",
    "decide_kill_criterion",
    "decline_request",
    "define_field",
    "delegate_role",
    "delete_comment",
    "discard_policy",
    "draft_policy",
    "end_delegation",
    "end_waiver",
    "expire_acceptance",
    "expire_waiver",
    "export_ledger",
    "hand_in_objection",
    "import_items",
    "judge_sprint",
    "link_item",
    "load_shipped_policies",
    "lock_spike",
    "make_item_of_card",
    "meet_condition",
    "move_item",
    "move_to_policy",
    "name_what_sank",
    "observe_indicator",
    "open_ceiling",
    "open_finding",
    "open_review_link",
    "pass_gate",
    "place_field",
    "place_status",
    "plan_item",
    "plan_spike",
    "plan_sprint",
    "publish_policy",
    "rate_precedent",
    "reach_kill_criterion",
    "read_indicators",
    "release_in_emergency",
    "remove_assumption",
    "remove_attachment",
    "remove_blocker",
    "remove_field",
    "remove_indicator",
    "remove_member",
    "remove_option",
    "remove_review_card",
    "remove_status",
    "remove_template",
    "remove_view",
    "rename_project",
    "reopen_finding",
    "reopen_risk",
    "request_gate",
    "request_item",
    "revise_assumption",
    "revise_control",
    "revise_dossier",
    "revise_field",
    "revise_finding",
    "revise_item",
    "revise_option",
    "revise_outcome",
    "revise_policy",
    "revise_review_card",
    "revise_risk",
    "revise_scope",
    "revise_spike",
    "revise_sprint",
    "revise_status",
    "revise_template",
    "revise_view",
    "revoke_review_link",
    "save_template",
    "save_view",
    "seal_ceiling",
    "set_capacity",
    "set_health",
    "settle_assumption",
    "settle_gate_findings",
    "share_review",
    "sign_acceptance",
    "start_from_template",
    "start_sprint",
    "stop_spike",
    "take_ledger",
    "take_newest_priors",
    "template_from_item",
    "treat_risk",
    "unblock_item",
    "unlink_item",
    "verify_ledger",
    "vote_for_card",
    "waive_check",
    "why_not_remove_status",
    "withdraw_gate_decision",
    "withdraw_gate_request",
    "withdraw_vote",
]
