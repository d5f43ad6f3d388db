"""The dossier as one document: what a revision keeps, what is judged, compared and exported."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from projects import queries, scoping
from projects.models import Ceiling, Dossier, Precedent, Project, ScopeOption
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
    ceiling = queries.ceiling(project)
    return dossier_json(dossier) | {
        "options": [option_json(one) for one in queries.options(project)],
        "precedents": [precedent_json(one) for one in queries.precedents(project)],
        "ceiling": ceiling_json(ceiling) if ceiling and ceiling.opened_at else None,
        "is_sealed": ceiling is not None,
    }


def dossier_json(dossier: Dossier) -> dict[str, Any]:
    measured = dossier.today_measured_on
    return {name: getattr(dossier, name) for name in (*RANGES, *DOSSIER_PLAIN)} | {
        "today_measured_on": measured.isoformat() if measured else None
    }


def option_json(option: ScopeOption) -> dict[str, Any]:
    named = {name: getattr(option, name) for name in (*OPTION_PLAIN, *OPTION_RANGES)}
    return named | {"precedent": option.precedent.number if option.precedent else None}


def precedent_json(precedent: Precedent) -> dict[str, Any]:
    """With the ratings only once both are in: until then nobody sees the other's."""
    sheets = {sheet.is_second: sheet for sheet in precedent.sheets.all()}
    both = [sheets[False], sheets[True]] if len(sheets) == 2 else []
    return {
        "number": precedent.number,
        "title": precedent.title,
        "planned_effort": precedent.planned_effort,
        "actual_effort": precedent.actual_effort,
        "source": precedent.source,
        "rated": len(sheets),
        "team": both[0].ratings if both else None,
        "second": both[1].ratings if both else None,
        "ratings": scoping.agreed(both[0].ratings, both[1].ratings) if both else None,
        "evidence": [sheet.evidence for sheet in both],
    }


def ceiling_json(ceiling: Ceiling) -> dict[str, Any]:
    return {name: getattr(ceiling, name) for name in ("money", "skills", "run_cost", "latency_ms", "alerts")}


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
