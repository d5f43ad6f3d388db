"""Thirty of a hundred answers never come back and the real client asks again: nothing is twice, nothing is missing."""

from pathlib import Path

import pytest

from experiments.models import MetricPoint, Run
from projects.roles import Role
from tests.factories import make_member, make_project
from tests.mlflow.cutting import cutting
from tests.mlflow.door import Mlflow, token_of
from tests.mlflow.live import run_script

SCRIPT = Path(__file__).with_name("cutting_script.py")
# The client's own retries, without its waits: at thirty in a hundred one request in 600,000 is cut eleven times.
PATIENCE = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "10",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "0",
    "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER": "0",
}

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_ten_thousand_points_through_a_line_that_cuts_answers(server, tmp_path):
    project = make_project(key="CUT")
    token = token_of(make_member(project, Role.DATA_SCIENTIST))
    run_id = Mlflow(project=project, token=token).run()["info"]["run_id"]

    with cutting(server, share=0.3) as line:
        said = run_script(
            f"{line.address}/p/CUT", tmp_path, SCRIPT, MLFLOW_TRACKING_TOKEN=token, RUN_ID=run_id, **PATIENCE
        )

    assert said == {"metrics": {"batched": 9499 / 8, "single": -499 / 8}, "logged": 10_000}
    assert 0.25 < line.cut / line.answered < 0.35
    run = Run.objects.get(run_id=run_id)
    points = MetricPoint.objects.filter(run=run).values_list("key__name", "step", "value", "timestamp_ms")
    began = 1_700_000_000_000
    expected = [("batched", step, step / 8, began + step) for step in range(9500)]
    expected += [("single", step, -step / 8, began) for step in range(500)]
    assert sorted(points) == expected
    assert run.params == {f"p{number}": str(number) for number in range(190)}
    assert run.tags["last"] == "batch"
