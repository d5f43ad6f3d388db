"""The line from a training to an answer, walked by the operations, with the real children."""

import pytest

from models_registry import operations, prediction, queries
from models_registry.models import Comparison, ModelVersion, PredictionLog
from projects.roles import Role
from tests.drain import drain
from tests.experiments.factories import make_dataset_version, make_rows, train_for_real
from tests.factories import make_member, now
from tests.models_registry.factories import GOOD_ROW, make_scoped_project


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_from_training_to_prediction_and_to_the_next_version():
    project = make_scoped_project(baseline=0.1, minimal_useful=0.2)
    scientist, validator = make_member(project, Role.DATA_SCIENTIST), make_member(project, Role.VALIDATOR)
    data = make_dataset_version(project, make_rows(800))
    run = train_for_real(project, data, by=scientist)
    model = operations.register_model(project=project, name="fraud-scorer", by=scientist, now=now())
    first = operations.create_version(model=model, run=run, by=scientist, now=now())
    review = operations.request_review(version=first, reason="The first.", by=scientist, now=now())
    drain()

    alone = Comparison.objects.get(challenger=first)
    assert alone.error == ""
    assert alone.result["alone"][0]["metric"] == "average_precision"
    operations.approve_version(review=review, comment="Beats today's value.", by=validator, now=now())
    deployment = operations.deploy_version(
        project=project,
        name="card-fraud",
        version=ModelVersion.objects.get(pk=first.pk),
        by=project.created_by,
        now=now(),
    )
    answer = prediction.predict(deployment=deployment, rows=[GOOD_ROW], by=scientist, now=now())
    assert (answer["version"], len(answer["predictions"])) == (1, 1)
    assert PredictionLog.objects.get().model_version_id == first.pk

    again = train_for_real(project, data, by=scientist, estimator="hist_gradient_boosting")
    second = operations.create_version(model=model, run=again, by=scientist, now=now())
    operations.request_review(version=second, reason="Trees.", deployment=deployment, by=scientist, now=now())
    drain()

    compared = Comparison.objects.get(challenger=second)
    assert (compared.champion_id, compared.error) == (first.pk, "")
    assert compared.result["verdict"] in ("better", "worse", "no_difference")
    assert queries.open_review(second).deployment == deployment
