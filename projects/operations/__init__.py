"""Writes about projects: what each may be called with stands with it."""

from projects.operations.ceiling import open_ceiling, seal_ceiling
from projects.operations.dossier import add_option, remove_option, revise_dossier, revise_option, start_from_template
from projects.operations.gates import pass_gate
from projects.operations.items import add_item, move_item, revise_item
from projects.operations.ledger import export_ledger, take_ledger, verify_ledger
from projects.operations.precedents import add_precedent, rate_precedent
from projects.operations.projects import create_project, rename_project
from projects.operations.risks import accept_risk, add_risk, reopen_risk, revise_risk, treat_risk
from projects.operations.scope import revise_scope
from projects.operations.sprints import close_sprint, plan_sprint, start_sprint
from projects.operations.team import add_member, change_role, remove_member
from projects.operations.tiers import classify_project

__all__ = [
    "accept_risk",
    "add_item",
    "add_member",
    "add_option",
    "add_precedent",
    "add_risk",
    "change_role",
    "classify_project",
    "close_sprint",
    "create_project",
    "export_ledger",
    "move_item",
    "open_ceiling",
    "pass_gate",
    "plan_sprint",
    "rate_precedent",
    "remove_member",
    "remove_option",
    "rename_project",
    "reopen_risk",
    "revise_dossier",
    "revise_item",
    "revise_option",
    "revise_risk",
    "revise_scope",
    "seal_ceiling",
    "start_from_template",
    "start_sprint",
    "take_ledger",
    "treat_risk",
    "verify_ledger",
]
