"""The dossier as one document: what a revision keeps, what is judged, compared and exported."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from projects import queries
from projects.models import Dossier, Project, ScopeOption
from projects.models.dossier import OPTION_RANGES, RANGES

DOSSIER_PLAIN = (
    "currency",
    "month_price",
    "years",
    "today_recall",
    "today_false_alarm_rate",
    "today_run_cost",
    "today_source",
)
OPTION_PLAIN = ("number", "kind", "title", "summary", "estimate", "skills")


def content_of(project: Project) -> dict[str, Any]:
    """All of the dossier as it stands, as plain JSON."""
    dossier = queries.dossier_of(project)
    return dossier_json(dossier) | {"options": [option_json(one) for one in queries.options(project)]}


def dossier_json(dossier: Dossier) -> dict[str, Any]:
    measured = dossier.today_measured_on
    return {name: getattr(dossier, name) for name in (*RANGES, *DOSSIER_PLAIN)} | {
        "today_measured_on": measured.isoformat() if measured else None
    }


def option_json(option: ScopeOption) -> dict[str, Any]:
    return {name: getattr(option, name) for name in (*OPTION_PLAIN, *OPTION_RANGES)}


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
