"""What the overview of a project says of its newest model."""

from dataclasses import replace

from experiments.metric_names import BESIDE
from models_registry import queries, tables
from models_registry.enums import VersionState
from models_registry.models import Comparison, ModelVersion
from projects.latest import Latest, Measured, tells_latest
from projects.models import Project

MOST_METRICS = 5


@tells_latest
def latest(project: Project) -> Latest | None:
    """The version that was registered last, against the champion of its last comparison; else by what its run logged.
    The scope's metric comes first."""
    version = queries.visible_versions(project).select_related("model").order_by("-pk").first()
    if version is None:
        return None
    said = Latest(
        model=version.model.name,
        number=str(version.number),
        url=tables.version_url(project, version),
        state=version.get_state_display(),
        tone=tables.VERSION_TONES[VersionState(version.state)],
    )
    compared = Comparison.objects.filter(challenger=version, result__isnull=False).select_related("champion__model")
    found = compared.order_by("-pk").first()
    rows = _compared(found) if found else _logged(version)
    rows.sort(key=lambda row: row.metric != project.scope.metric)
    champion = found.champion if found else None
    if champion is None:
        return replace(said, rows=rows[:MOST_METRICS])
    return replace(
        said,
        rows=rows[:MOST_METRICS],
        champion=str(champion.number),
        champion_model=champion.model.name,
        champion_url=tables.version_url(project, champion),
    )


def _compared(found: Comparison) -> list[Measured]:
    return [
        Measured(
            metric=row["metric"],
            value=row["challenger"],
            champion=row.get("champion"),
            difference=row["estimate"] if "champion" in row else None,
            said=row.get("said", ""),
            tone=row.get("tone", ""),
        )
        for row in tables.compared(found.result)
    ]


def _logged(version: ModelVersion) -> list[Measured]:
    measured = sorted(queries.metrics_of_run(version))
    worth = [(name, value) for name, value in measured if not name.endswith(BESIDE) and "/" not in name]
    return [Measured(metric=name, value=value) for name, value in worth]
