"""Things at a glance, for the panel that opens beside a list."""

from collections.abc import Sequence
from typing import Any

from core.charts import number
from projects import tables
from projects.cardfacts import BestRun
from projects.models import Finding, ItemComment, Risk, WorkItem


def of_item(
    item: WorkItem, *, status: str, best: BestRun | None = None, said: Sequence[ItemComment] = ()
) -> dict[str, Any]:
    """`status` as the project calls it; `said` are the last comments."""
    baseline = f", from {number(item.baseline)}" if item.baseline is not None else ""
    return {
        "title": item.title,
        "ref": f"{item.project.key}-{item.number}",
        "pills": [
            (status, "thread"),
            (item.get_kind_display(), ""),
            (f"blocked: {item.get_block_cause_display()}" if item.block_cause else "", "bad"),
        ],
        "facts": [
            ("Best run", f"{best.name}: {best.said}" if best else ""),
            ("Assignee", item.assignee or "nobody"),
            ("Sprint", item.sprint or "backlog"),
            ("Points", item.points),
            ("Priority", item.get_priority_display() if item.priority else ""),
            ("Labels", ", ".join(item.labels)),
            ("Blocked because", item.block_reason),
            ("Hypothesis", item.hypothesis),
            ("Metric", f"{item.metric}{baseline}" if item.metric else ""),
            ("Result", item.get_result_display() if item.result else ""),
        ],
        "text": item.description,
        "said": said,
    }


def of_risk(row: dict[str, Any]) -> dict[str, Any]:
    """Of `tables.register_row`."""
    risk: Risk = row["risk"]
    target = f" → {risk.target_likelihood}×{risk.target_impact}" if risk.target_likelihood else ""
    rated = f"{risk.inherent_likelihood}×{risk.inherent_impact} → {risk.likelihood}×{risk.impact}{target}"
    return {
        "title": risk.title,
        "ref": f"R{risk.number}",
        "pills": [
            (risk.level.label, row["tone"]),
            (risk.get_state_display(), ""),
            ("control failing" if row["failing"] else "", "bad"),
            ("review due" if row["is_due"] else "", "warn"),
        ],
        "facts": [
            ("Owner", risk.owner or "nobody"),
            ("Phase", risk.get_phase_display()),
            ("Because of", risk.cause),
            ("May happen", risk.event),
            ("And then", risk.consequence),
            ("Likelihood × impact", rated),
            ("Treatment", risk.treatment),
            ("Controls in place", f"{row['controls']} of {len(risk.controls.all())}"),
            *((one["label"], _reading(one)) for one in row["indicators"]),
        ],
    }


def of_finding(finding: Finding) -> dict[str, Any]:
    return {
        "title": finding.title,
        "ref": f"F{finding.number}",
        "pills": [
            (finding.get_severity_display(), tables.SEVERITY_TONES[finding.severity]),
            (finding.get_state_display(), ""),
        ],
        "facts": [
            ("About", f"{finding.about_type} {finding.about_id}"),
            ("Owner", finding.owner or "nobody"),
            ("Due", finding.due_date),
            ("Opened by", finding.opened_by or "an indicator or a check"),
            ("Put right by", finding.resolution),
        ],
        "text": finding.detail,
    }


def _reading(row: dict[str, Any]) -> str:
    indicator = row["indicator"]
    value = number(indicator.last_value, 3) if indicator.last_value is not None else "no reading yet"
    return f"{value}, {row['said']}{' (breached)' if indicator.breached_at else ''}"
