"""Policies as text: what a gate asks for, who decides, and what is wrong with a text that should say so.

Knows no database and no house: facts, gates and roles are given to it.
"""

from projects.policy.deciding import Finding, Outcome, decide, standing_rule
from projects.policy.editing import CannotEdit, Edited, Row, as_text, edit_gate, gate_as_plain, path_at
from projects.policy.functions import FUNCTIONS, OF_ANY
from projects.policy.pack import (
    CONTRIBUTORS,
    FINDINGS,
    LAST_CHANGE,
    NO_SELF_APPROVAL,
    NOT_ALONE,
    ON_UNKNOWN,
    PROJECT_TEAM,
    SEVERITIES,
    VALIDATION,
    ApprovalRule,
    CheckRule,
    Each,
    Emergency,
    Expected,
    GatePolicy,
    Pack,
    PolicyTest,
    Waivers,
)
from projects.policy.packs import shipped
from projects.policy.problems import PolicyError, Problem
from projects.policy.quorum import Vote, counts_for, missing
from projects.policy.reading import USUAL_SLICES, House, read_pack
from projects.policy.unit_tests import TestRun, run_tests
from projects.policy.values import Catalogue, Estimate, Facts, Slice, Type, Value, from_json, is_of, to_json

__all__ = [
    "CONTRIBUTORS",
    "FINDINGS",
    "FUNCTIONS",
    "LAST_CHANGE",
    "NOT_ALONE",
    "NO_SELF_APPROVAL",
    "OF_ANY",
    "ON_UNKNOWN",
    "PROJECT_TEAM",
    "SEVERITIES",
    "USUAL_SLICES",
    "VALIDATION",
    "ApprovalRule",
    "CannotEdit",
    "Catalogue",
    "CheckRule",
    "Each",
    "Edited",
    "Emergency",
    "Estimate",
    "Expected",
    "Facts",
    "Finding",
    "GatePolicy",
    "House",
    "Outcome",
    "Pack",
    "PolicyError",
    "PolicyTest",
    "Problem",
    "Row",
    "Slice",
    "TestRun",
    "Type",
    "Value",
    "Vote",
    "Waivers",
    "as_text",
    "counts_for",
    "decide",
    "edit_gate",
    "from_json",
    "gate_as_plain",
    "is_of",
    "missing",
    "path_at",
    "read_pack",
    "run_tests",
    "shipped",
    "standing_rule",
    "to_json",
]
