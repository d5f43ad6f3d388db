"""Logs 10,000 points to the run RUN_ID, in batches and one by one, from four threads: each point once, as it thinks."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

client, run_id = MlflowClient(), os.environ["RUN_ID"]
BATCHES, OF, SINGLES = 190, 50, 500


def batch(number):
    points = [
        Metric("batched", step / 8, 1_700_000_000_000 + step, step) for step in range(number * OF, (number + 1) * OF)
    ]
    client.log_batch(
        run_id, points, [Param(f"p{number}", str(number))], [RunTag("last", "batch")] if number % 9 else []
    )


def single(step):
    client.log_metric(run_id, "single", -step / 8, timestamp=1_700_000_000_000, step=step)


with ThreadPoolExecutor(max_workers=4) as pool:
    waiting = [pool.submit(batch, number) for number in range(BATCHES)]
    waiting += [pool.submit(single, step) for step in range(SINGLES)]
    for one in waiting:
        one.result()

json.dump({"metrics": client.get_run(run_id).data.metrics, "logged": BATCHES * OF + SINGLES}, sys.stdout)
