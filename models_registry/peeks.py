"""Things at a glance, for the panel that opens beside a list."""

from typing import Any

from core.charts import number
from models_registry import queries, tables
from models_registry.enums import VersionState
from models_registry.models import ModelVersion

MOST_METRICS = 12


def of_version(version: ModelVersion) -> dict[str, Any]:
    aliases = version.aliases.values_list("name", flat=True)
    serves = queries.serving(version).values_list("name", flat=True)
    return {
        "title": str(version),
        "ref": version.digest[:12],
        "pills": [
            (version.get_state_display(), tables.VERSION_TONES[VersionState(version.state)]),
            *((name, "") for name in aliases),
        ],
        "facts": [
            ("Serves", ", ".join(serves) or "nowhere"),
            ("Run", version.run.name if version.run else ""),
            ("Format", version.get_format_display()),
            ("Registered by", version.created_by or "Throughline"),
            *((name, number(value)) for name, value in queries.metrics_of_run(version)[:MOST_METRICS]),
        ],
        "text": version.description,
    }
