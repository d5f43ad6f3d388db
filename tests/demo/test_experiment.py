"""The demo's experiment is about runs: its card shows how the best of them came to its value."""

import pytest

from config.demo import fraud
from experiments.operations import MetricEntry, log_batch
from projects import cardfacts, queries
from tests.demo.people import make_cast
from tests.experiments.factories import make_experiment, make_run
from tests.factories import make_project, now

pytestmark = pytest.mark.django_db


def test_the_card_of_the_experiment_shows_the_course_of_the_better_run():
    project = make_project()
    people, trials = make_cast(project), make_experiment(project)
    fraud._sprints(project, people)
    runs = [make_run(experiment=trials, name=name) for name in ("shallow", "full")]
    for run, values in zip(runs, ((0.5, 0.6), (0.6, 0.75)), strict=True):
        points = [MetricEntry("val_average_precision", value, step, 1) for step, value in enumerate(values)]
        log_batch(run=run, metrics=points, by=people.scientist, now=now())

    for _ in range(2):
        fraud._test(runs, people)

    (item,) = queries.items(project).filter(title=fraud.COMPARED)
    (fact,) = cardfacts.facts_of(project, [item])[item.number]
    assert (list(fact.course), fact.reference) == ([0.6, 0.75], 0.31)
    assert (item.hypothesis, item.state) == (fraud.TESTS[fraud.COMPARED]["hypothesis"], "review")
