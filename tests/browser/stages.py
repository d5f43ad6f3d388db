"""What journeys find already there: parts of the line, built through the REST API. Nothing here opens a browser."""

import io
import random
from datetime import UTC, datetime, timedelta

import pandas
import skops.io
from sklearn.linear_model import LogisticRegression

SCOPE = {
    "decision": "The payment service declines a transaction above the threshold.",
    "metric": "average_precision",
    "direction": "higher",
    "baseline": 0.2,
    "baseline_source": "The rules of today, on last year's payments",
    "minimal_useful": 0.3,
    "benefit_low": "400000",
    "benefit_high": "700000",
    "cost_low": "100000",
    "cost_high": "150000",
    "precedent": "Payment rules of two years ago",
    "precedent_difference": "No answer within 60 ms was asked for",
}
SETTINGS = {"max_iter": 100}


def table(rows=600, *, seed=7):
    """A CSV from which a line can be learnt: amount and hour say mostly whether it is fraud, merchant helps."""
    draw = random.Random(seed)
    lines = ["amount,hour,merchant,fraud"]
    for _ in range(rows):
        amount, hour, merchant = draw.uniform(1, 900), draw.randrange(24), draw.choice(["grocer", "travel", "jeweller"])
        score = amount / 300 + (2 if hour < 6 else 0) + (1 if merchant == "jeweller" else 0) + draw.gauss(0, 0.7)
        lines.append(f"{amount:.2f},{hour},{merchant},{int(score > 3)}")
    return "\n".join(lines).encode() + b"\n"


def plan_sprint(caller, key, *titles):
    """An active sprint with these items in its first lane."""
    today = datetime.now(UTC).date()
    body = {"goal": "A model that beats the rules", "start_date": str(today), "end_date": str(today + timedelta(13))}
    sprint = caller.post(f"/projects/{key}/sprints", **body)["number"]
    for title in titles:
        caller.post(f"/projects/{key}/items", title=title, sprint=sprint, points=3)
    caller.post(f"/projects/{key}/sprints/{sprint}/start")


def upload(caller, key, *, name="payments", **given):
    """A version of a dataset, not yet profiled. Returns its number."""
    return caller.upload(f"/projects/{key}/datasets", "payments.csv", table(**given), name=name)["number"]


def train(caller, key, *, number=1, seed=0):
    """A finished run on version `number` of payments. Returns its id."""
    asked = caller.post(
        f"/projects/{key}/training-jobs",
        dataset="payments",
        number=number,
        target="fraud",
        estimator="logistic_regression",
        settings=SETTINGS,
        seed=seed,
    )
    ended = caller.until(f"/projects/{key}/runs/{asked['run_id']}", lambda run: run["status"] not in OPEN_RUN)
    assert ended["status"] == "FINISHED"
    return asked["run_id"]


def register(caller, key, run_id, *, model="scorer"):
    """A version of a model from a run. Returns its number."""
    models = caller.get(f"/projects/{key}/models")["results"]
    if model not in [each["name"] for each in models]:
        caller.post(f"/projects/{key}/models", name=model)
    return caller.post(f"/projects/{key}/models/{model}/versions", run=run_id)["number"]


def ask_for_review(caller, key, number, *, model="scorer", deployment=None):
    """An open review whose comparison has ended. Returns its number."""
    asked = caller.post(f"/projects/{key}/reviews", model=model, number=number, reason="Better", deployment=deployment)
    path = f"/projects/{key}/reviews/{asked['number']}"
    caller.until(path, lambda review: all(check["state"] != "wait" for check in review["checks"]))
    return asked["number"]


def deploy(people, key, number, *, name="live-scorer", model="scorer"):
    """Reviewed by `validator`, deployed by `engineer`."""
    review = ask_for_review(people.scientist, key, number, model=model)
    people.validator.post(f"/projects/{key}/reviews/{review}/approve", comment="Measured as agreed.")
    people.engineer.post(f"/projects/{key}/deployments", name=name, model=model, number=number)


OPEN_RUN = ("SCHEDULED", "RUNNING")


def register_from_notebook(caller, key, *, model="notebook"):
    """A version of a model that a notebook fitted on amount and hour, logged as MLflow's client logs it."""
    mlflow = f"{caller.url}/p/{key}/api/2.0/mlflow"

    def call(path, **body):
        answer = caller.session.post(f"{mlflow}/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    experiment = call("experiments/create", name="Notebook")["experiment_id"]
    run = call("runs/create", experiment_id=experiment, start_time=1_700_000_000_000)["run"]["info"]["run_id"]
    logged = call("logged-models", experiment_id=experiment, name="model", source_run_id=run)["model"]["info"]
    place = (
        f"{caller.url}/p/{key}/api/2.0/mlflow-artifacts/artifacts/{experiment}/models/{logged['model_id']}/artifacts"
    )
    for name, content in {"MLmodel": MLMODEL, "model.skops": _fitted()}.items():
        caller.session.put(f"{place}/{name}", data=content, timeout=60).raise_for_status()
    call("registered-models/create", name=model)
    source = f"models:/{logged['model_id']}"
    call("model-versions/create", name=model, source=source, run_id=run, model_id=logged["model_id"])


MLMODEL = b"""flavors: {}
signature:
  inputs: '[{"type": "double", "name": "amount", "required": true}, {"type": "long", "name": "hour", "required": true}]'
"""


def _fitted():
    rows = pandas.read_csv(io.BytesIO(table(400)))
    model = LogisticRegression(max_iter=500).fit(rows[["amount", "hour"]], rows["fraud"])
    return skops.io.dumps(model)
