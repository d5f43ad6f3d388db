"""The steps of the line by the REST API alone, as a program of each person would take them."""

import io
import json
from datetime import UTC, datetime, timedelta

import pandas as pd

from config.demo.simulator import TARGET, simulate

SCOPE = {
    "decision": "A card is blocked at once when its score is among the highest of the hour.",
    "metric": "average_precision",
    "direction": "higher",
    "baseline": 0.35,
    "baseline_source": "The rules in force, on the simulated transactions of September",
    "minimal_useful": 0.5,
    "benefit_low": "900000",
    "benefit_high": "2100000",
    "cost_low": "240000",
    "cost_high": "410000",
    "precedent": "Churn early warning",
    "precedent_difference": "Fraud answers back, and labels come late",
}
DATASET, MODEL, DEPLOYMENT = "transactions", "fraud-scorer", "card-fraud"
ENDED = ("FINISHED", "FAILED", "KILLED")


def transactions(n, *, seed, shift=0.0):
    """`n` simulated transactions of which one in four is fraud: as much to learn from as in eight times as many."""
    frame = simulate(40_000, seed=seed, shift=shift)
    fraud = frame[frame[TARGET] == 1].sample(n // 4, random_state=seed)
    honest = frame[frame[TARGET] == 0].sample(n - len(fraud), random_state=seed)
    return pd.concat([fraud, honest]).sample(frac=1.0, random_state=seed).reset_index(drop=True)


def csv(frame):
    return frame.to_csv(index=False).encode()


def rows_of(frame):
    """The transactions as the predict endpoint takes them, and their truths."""
    return json.loads(frame.drop(columns=TARGET).to_json(orient="records")), frame[TARGET].tolist()


def parquet(frame):
    sink = io.BytesIO()
    frame.to_parquet(sink, index=False)
    return sink.getvalue()


def add_risk(caller, key, **given):
    told = {"cause": "A chargeback takes weeks.", "event": "Labels come late.", "consequence": "New fraud passes."}
    rated = {"phase": "data", "likelihood": 4, "impact": 4, "owner": "product_owner"}
    return caller.post(f"/projects/{key}/risks", **{"title": "Labels arrive late"} | told | rated | given)


def classification(caller):
    """What classifies as the lowest tier: no to every question of the regime that asks."""
    asking = next(one for one in caller.get("/regimes")["results"] if one["questions"])
    answers = dict.fromkeys((one["key"] for one in asking["questions"]), "no")
    return {"answers": answers, "exposure": 1, "automation": 1, "note": "Small and advisory."}


def start_sprint(caller, key):
    """An active sprint. Returns its number."""
    today = datetime.now(UTC).date()
    body = {"goal": "Scores to act on", "start_date": str(today), "end_date": str(today + timedelta(13))}
    number = caller.post(f"/projects/{key}/sprints", **body)["number"]
    caller.post(f"/projects/{key}/sprints/{number}/start")
    return number


def upload(caller, key, content, *, name=DATASET, filename="transactions.csv"):
    """A version of the dataset, not yet profiled. Returns what the API told of it."""
    return caller.upload(f"/projects/{key}/datasets", filename, content, name=name)


def until_profiled(caller, version):
    return caller.until(version["url"].removeprefix("/api/v1"), lambda one: one["is_profiled"])


def start_training(
    caller, key, *, dataset=DATASET, number=1, settings=None, estimator="hist_gradient_boosting", **given
):
    """Queue a training. Returns what the API told of it."""
    asked = {"dataset": dataset, "number": number, "target": TARGET, "estimator": estimator, "settings": settings or {}}
    return caller.post(f"/projects/{key}/training-jobs", **asked | given)


def until_ended(caller, key, run_id, *, within_s=90):
    return caller.until(f"/projects/{key}/runs/{run_id}", lambda run: run["status"] in ENDED, within_s=within_s)


def events_of(caller, key, *, type=""):
    """Every event of the project, or those whose type begins so."""
    found, after = [], 0
    while batch := caller.get(f"/projects/{key}/events", after=after, type=type, limit=500)["results"]:
        found += batch
        after = batch[-1]["seq"]
    return found
