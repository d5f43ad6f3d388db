"""Which data the version was made of, and on which it is judged."""

from documents.evidence.registry import Subject, evidence, moment, of_version
from documents.paper import Answer, Fact, Facts, Table
from experiments.models import DatasetVersion, RunInput
from models_registry import queries
from models_registry.models import ModelVersion


@of_version("data.used")
def used(version: ModelVersion) -> Answer:
    """What the run noted as its data, by digest."""
    rows = RunInput.objects.filter(run=version.run_id).order_by("pk") if version.run_id else []
    table = [[one.context or "data", one.name, one.digest] for one in rows]
    return Answer.of_table(["As", "Data", "Digest"], table, missing="the data that the run used")


@of_version("data.sheet")
def sheet(version: ModelVersion) -> Answer:
    """Size, origin and columns of the datasets kept here."""
    found = _datasets(version)
    if not found:
        return Answer(missing=["a dataset that is kept here"])
    answers = [_sheet(one) for one in found]
    return Answer([block for one in answers for block in one.blocks], [lack for one in answers for lack in one.missing])


@of_version("data.judged_on")
def judged_on(version: ModelVersion) -> Answer:
    """The frozen rows that no training saw."""
    yardstick = queries.yardstick_of(version)
    if yardstick is None:
        return Answer(missing=["a frozen holdout"])
    seen = (
        f"chosen afterwards of {yardstick.chosen}; it may have seen them"
        if yardstick.chosen
        else "held out by content before training"
    )
    return Answer.of_facts(target=yardstick.target, holdout_digest=yardstick.holdout, rows=seen)


@evidence("data.project")
def of_project(subject: Subject) -> Answer:
    """Every dataset of the project, its newest version."""
    rows = DatasetVersion.objects.filter(project=subject.project).select_related("dataset", "created_by")
    newest = {one.dataset_id: one for one in rows.order_by("dataset_id", "number")}.values()
    table = [
        [
            str(one),
            f"{one.rows:,}",
            str(len(one.columns)),
            one.get_origin_display(),
            moment(one.created_at),
            str(one.created_by or ""),
        ]
        for one in newest
    ]
    return Answer.of_table(["Dataset", "Rows", "Columns", "Origin", "Kept since", "By"], table, missing="a dataset")


def _datasets(version: ModelVersion) -> list[DatasetVersion]:
    training, chosen = queries.training_of(version), queries.evaluation_of(version)
    if training is not None:
        return [one for one in (training.dataset_version, training.extra_version) if one]
    return [chosen.dataset_version] if chosen else []


def _sheet(one: DatasetVersion) -> Answer:
    facts = [
        Fact("Dataset", str(one)),
        Fact("Origin", f"{one.get_origin_display()}, {one.filename}"),
        Fact("Kept since", f"{moment(one.created_at)}, {one.created_by or 'Throughline'}"),
        Fact("Rows", f"{one.rows:,}"),
        Fact("SHA-256", one.digest),
        *([Fact("Note", one.note)] if one.note else []),
    ]
    columns = [[str(each["name"]), str(each["kind"]), "yes" if each.get("nullable") else "no"] for each in one.columns]
    lacks = [] if one.note else [f"a note on how {one} was collected"]
    return Answer([Facts(facts), Table(["Column", "Kind", "May be empty"], columns)], lacks)
