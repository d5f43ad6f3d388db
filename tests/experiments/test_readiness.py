"""What the profile of a dataset version says of whether the data are ready."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import storage
from experiments import operations, tabular
from projects import operations as project_operations
from projects import queries, readiness
from tests.experiments.factories import make_dataset_version, make_rows
from tests.factories import make_project, now

pytestmark = pytest.mark.django_db


def make_profiled(project, rows=None):
    version = make_dataset_version(project, rows)
    with storage.local_path(version.table_id) as path:
        table = tabular.read_table(str(path), format="parquet")
    operations.store_profile(version=version, profile=tabular.profile(table))
    return version


def name(project, version="transactions@v1", **values):
    given = {"dataset": version, "dataset_label": "is_fraud", "dataset_positive": "1"} | values
    project_operations.revise_dossier(project=project, values=given, by=project.created_by, now=now())
    found = readiness.checks(project, queries.dossier_of(project))
    return {one["check"]: (one["measured"]["is_met"], one["measured"]["value"]) for one in found if one["measured"]}


def test_profile_tells_what_it_can_and_leaves_the_rest_to_persons():
    project = make_project()
    rows = make_rows(400)
    make_profiled(project, rows)
    positives = sum(row["is_fraud"] for row in rows)

    assert name(project) == {
        "exists": (True, "400 rows of 4 columns"),
        "joined": (None, "no column looks like a key; no row repeats"),
        "label": (True, "is_fraud: 2 values, 0.0% missing"),
        "volume": (True, f"{positives} positives; 30 for 3 columns"),
    }


def test_measurement_says_where_it_comes_from_and_how_old_it_is():
    project = make_project()
    version = make_profiled(project)
    name(project)

    one = readiness.checks(project, queries.dossier_of(project))[0]["measured"]

    assert one["source"] == "transactions@v1"
    assert one["url"] == f"/p/{project.key}/data/transactions/1/"
    assert one["at"] == version.created_at.isoformat()


def test_too_few_positives_repeated_rows_and_a_label_that_there_is_not():
    project = make_project()
    rows = [row | {"is_fraud": int(number < 5)} for number, row in enumerate(make_rows(100))]
    make_profiled(project, [*rows, rows[0]])

    found = name(project)
    assert found["volume"] == (False, "6 positives; 30 for 3 columns")
    assert found["joined"] == (False, "no column looks like a key; 1 rows repeat another")
    assert name(project, dataset_label="fraud")["label"] == (False, "there is no column fraud")
    assert name(project, dataset_label="merchant", dataset_positive="")["volume"][0] is None
    assert name(project, dataset_label="merchant", dataset_positive="Fuel")["volume"][0] is not None


def test_version_that_moved_is_not_stable():
    project = make_project()
    rows = make_rows(300)
    make_profiled(project, rows)
    make_profiled(project, [row | {"amount": row["amount"] + 100} for row in rows])
    make_profiled(project, [row | {"amount": row["amount"] + 100.01} for row in rows])

    assert name(project, "transactions@v2")["stable"] == (False, "1 of 4 columns moved since v1; moved: amount")
    assert name(project, "transactions@v3")["stable"] == (True, "0 of 4 columns moved since v2")
    assert "stable" not in name(project), "there is none before the first"


def test_data_that_are_not_there_or_not_profiled_are_measured_by_nobody():
    project = make_project()
    make_dataset_version(project)
    make_profiled(make_project())

    assert name(project) == {}
    assert name(project, "transactions@v9") == {}
    assert name(project, "elsewhere@v1") == {}
    assert readiness.offered(project) == ["transactions@v1"]


def test_measuring_costs_the_same_for_one_version_and_for_three(django_assert_num_queries):
    project = make_project()
    rows = make_rows(60)
    for moved in range(2):
        make_profiled(project, [row | {"hour": row["hour"] + moved} for row in rows])
    name(project, "transactions@v2")
    dossier = queries.dossier_of(project)
    with CaptureQueriesContext(connection) as few:
        readiness.checks(project, dossier)
    for moved in range(2, 4):
        make_profiled(project, [row | {"hour": row["hour"] + moved} for row in rows])

    with django_assert_num_queries(len(few)):
        readiness.checks(project, dossier)
