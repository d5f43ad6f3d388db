"""The whole line by the command line alone: every command of it, each by who would give it."""

import csv as csv_module
import io
import json
import time

import pytest

from tests.client.stage import Line, path_of
from tests.journeys.line import SCOPE, csv, rows_of, transactions
from tests.people import ROLES
from throughline.cli import main

pytestmark = pytest.mark.slow

# What has no place on the line: tried by tests of their own.
ELSEWHERE = {
    ("login",),
    ("logout",),
    ("profiles",),
    ("completion",),
    ("policy", "check"),
    ("policy", "export"),
    ("policy", "list"),
    ("policy", "propose"),
    ("policy", "simulate"),
}
KEY = "CLI"


def commands(group=main, path=()):
    for name, each in group.commands.items():
        if hasattr(each, "commands"):
            yield from commands(each, (*path, name))
        else:
            yield (*path, name)


def test_the_whole_line_by_command(lines, tmp_path):
    found_a_project(lines)
    agree_on_the_scope(lines)
    plan_the_work(lines)
    run = train(lines, tmp_path)
    look_at_the_run(lines, run, tmp_path)
    review = ask_for_review(lines, run)
    decide(lines, review)
    serve(lines, tmp_path)
    watch_what_serves(lines)
    see_that_it_was_told(lines)
    leave(lines)

    ran = set().union(*(one.ran for one in vars(lines).values()))
    assert {path_of(main, list(each)) for each in commands()} - ran == ELSEWHERE


def found_a_project(lines):
    made = lines.owner("projects", "create", KEY, "Card fraud", "--purpose", "Which cards are blocked at once?")
    assert made.stdout == f"Created {KEY}, Card fraud.\n"
    assert f"throughline gates show {KEY}" in made.stderr
    for username, role in ROLES.items():
        assert lines.owner.quiet("members", "add", KEY, username, role) == username
    assert lines.owner.json("members", "role", KEY, "viewer", "engineer")["role"] == "engineer"
    lines.owner("members", "role", KEY, "viewer", "viewer")
    assert lines.viewer.quiet("members", "list", KEY).split() == ["owner", *ROLES]
    assert lines.owner.json("projects", "revise", KEY, "--name", "Card fraud scoring")["version"] == 2
    assert "Card fraud scoring" in lines.viewer("projects", "show", KEY).stdout
    assert KEY in lines.viewer.quiet("projects", "list").split()
    assert "approve, deploy, predict, read, write" in lines.owner("whoami").stdout
    assert f"/p/{KEY}" in lines.scientist("mlflow-env", KEY).stdout


def classify(lines):
    asking = next(one for one in lines.viewer.json("api", "GET", "/regimes")["results"] if one["questions"])
    answers = json.dumps({one["key"]: "no" for one in asking["questions"]})
    given = {"answers": answers, "exposure": 1, "automation": 1, "note": "Small."}
    fields = [word for name, value in given.items() for word in ("-f", f"{name}={value}")]
    assert lines.product_owner.json("api", "POST", f"/projects/{KEY}/tier", *fields)["tier"] == 1


def agree_on_the_scope(lines):
    options = [(f"--{name.replace('_', '-')}", str(value)) for name, value in SCOPE.items()]
    lines.product_owner("scope", "set", KEY, *[word for option in options for word in option])
    assert lines.viewer.json("scope", "show", KEY)["minimal_useful"] == 0.5
    lines.viewer("gates", "show", KEY, "--require", code=1)
    classify(lines)
    for title in ("Labels arrive late", "Fraud learns", "Cards without history"):
        given = ("--phase", "data", "--likelihood", 3, "--impact", 3, "--owner", "product_owner")
        told = ("--cause", "It is so.", "--event", f"{title}.", "--consequence", "Fraud passes.")
        lines.product_owner("risks", "add", KEY, title, *given, *told)
    assert lines.product_owner.json("risks", "treat", KEY, 1, "Trained on settled months")["state"] == "treated"
    assert lines.product_owner.json("risks", "accept", KEY, 2, "That is the game")["state"] == "accepted"
    assert lines.product_owner.json("risks", "reopen", KEY, 2)["state"] == "open"
    assert lines.viewer.quiet("risks", "list", KEY).split() == ["3", "2", "1"]
    lines.viewer("gates", "show", KEY, "--require")
    refused = lines.product_owner("gates", "pass", KEY, "-m", "I wrote it.", code=1)
    assert refused.stderr.startswith("Error: ")
    assert lines.owner.quiet("gates", "pass", KEY, "-m", "Measured, priced, worth testing.") == "scope"
    assert lines.viewer.json("projects", "show", KEY)["stage"] == "feasibility"


def plan_the_work(lines):
    first = lines.product_owner.quiet("sprints", "plan", KEY, "Scores", "--from", "2026-11-02", "--to", "2026-11-15")
    second = lines.product_owner.quiet("sprints", "plan", KEY, "Serving", "--from", "2026-11-16", "--to", "2026-11-29")
    assert lines.product_owner.json("sprints", "start", KEY, first)["state"] == "active"
    item = lines.scientist.quiet("items", "add", KEY, "First model", "--sprint", first, "--points", 3)
    assert lines.scientist.json("items", "move", KEY, item, "in_progress")["state"] == "in_progress"
    assert lines.viewer.quiet("items", "list", KEY, "--sprint", first, "--state", "in_progress") == item
    lines.product_owner("sprints", "close", KEY, first, "--carry-to", second)
    assert lines.viewer.json("items", "list", KEY)[0]["sprint"] == int(second)
    assert lines.viewer.quiet("sprints", "list", KEY).split() == [second, first]
    assert lines.viewer.json("api", "GET", f"/projects/{KEY}/items/{item}")["title"] == "First model"


def train(lines, tmp_path):
    """A finished run on the second version of the data. Returns its id."""
    file = tmp_path / "transactions.csv"
    file.write_bytes(csv(transactions(600, seed=1)))
    assert lines.scientist.quiet("data", "upload", KEY, file) == "transactions@1"
    file.write_bytes(csv(transactions(3000, seed=1)))
    uploaded = lines.scientist.json("data", "upload", KEY, file, "--note", "More months", "--wait")
    assert (uploaded["number"], uploaded["rows"], uploaded["is_profiled"]) == (2, 3000, True)
    assert lines.viewer.quiet("data", "list", KEY) == "transactions"
    assert uploaded["digest"] in lines.viewer("data", "list", KEY, "transactions").stdout
    assert "merchant_category" in lines.viewer("data", "show", KEY, "transactions").stdout
    lines.scientist("data", "download", KEY, "transactions@2", "--output", tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == file.read_bytes()

    chosen = ("--target", "is_fraud", "--estimator", "hist_gradient_boosting")
    cancelled = lines.scientist.json("train", KEY, "transactions@1", *chosen, "--set", "max_iter=300")
    lines.scientist("jobs", "cancel", KEY, cancelled["job"]["id"])
    told = lines.scientist("jobs", "wait", KEY, cancelled["job"]["id"], code=1)
    assert told.stderr.endswith("(train): Cancelled by Scientist.\n")
    trained = lines.scientist(
        "train", KEY, "transactions", *chosen, "--set", "max_iter=60", "--name", "first", "--wait"
    )
    assert "average_precision=" in trained.stderr
    assert "FINISHED" in trained.stdout
    return lines.scientist.quiet("runs", "list", KEY, "--status", "finished")


def look_at_the_run(lines, run, tmp_path):
    told = lines.viewer.json("runs", "show", KEY, run)
    assert (told["params"]["max_iter"], {each["number"] for each in told["inputs"]}) == ("60", {2})
    assert "training  transactions@2" in lines.viewer("runs", "show", KEY, run).stdout
    [other] = {each["run_id"] for each in lines.viewer.json("runs", "list", KEY)} - {run}
    assert lines.viewer.quiet("runs", "list", KEY, "--filter", "metrics.average_precision > 0.1") == run
    lines.viewer("runs", "list", KEY, "--filter", "metrics.", code=1)
    compared = lines.viewer("runs", "compare", KEY, run, other).stdout
    assert "max_iter" in compared
    assert "learning_rate" not in compared
    assert len(lines.viewer.json("runs", "metric", KEY, run, "average_precision")) >= 1
    assert "model/model.skops" in lines.viewer.quiet("runs", "artifacts", KEY, run).split()
    lines.viewer("runs", "download", KEY, run, "model/model.skops", "--output", tmp_path / "model.skops")
    assert (tmp_path / "model.skops").stat().st_size > 1000
    job = lines.viewer.quiet("jobs", "list", KEY, "--state", "succeeded").split()[0]
    assert lines.viewer.json("jobs", "show", KEY, job)["progress"] == 1
    lines.viewer("jobs", "log", KEY, job)


def ask_for_review(lines, run):
    """Returns the number of the review of the second version."""
    lines.scientist("models", "create", KEY, "fraud-scorer")
    for number in ("1", "2"):
        assert lines.scientist.quiet("versions", "register", KEY, "fraud-scorer", "--run", run) == number
    assert lines.scientist.json("versions", "archive", KEY, "fraud-scorer", 1)["state"] == "archived"
    lines.scientist("versions", "judge", KEY, "fraud-scorer", 2, "transactions", "--target", "is_fraud", code=1)
    lines.scientist("models", "set-alias", KEY, "fraud-scorer", "candidate", 2)
    lines.scientist("models", "delete-alias", KEY, "fraud-scorer", "candidate")
    assert lines.viewer.quiet("models", "list", KEY) == "fraud-scorer"
    assert lines.viewer.json("models", "show", KEY, "fraud-scorer")["latest"] == 2
    assert lines.viewer.quiet("versions", "list", KEY, "fraud-scorer").split() == ["2", "1"]
    assert "merchant_category" in lines.viewer("versions", "show", KEY, "fraud-scorer", 2).stdout

    early = lines.scientist.quiet("reviews", "request", KEY, "fraud-scorer", 2)
    lines.scientist("reviews", "withdraw", KEY, early)
    asked = lines.scientist("reviews", "request", KEY, "fraud-scorer", 2, "-m", "The first that pays.", "--wait")
    assert "The first that pays." in asked.stdout
    return lines.viewer.quiet("reviews", "list", KEY).split()[0]


def decide(lines, review):
    refused = lines.scientist("reviews", "approve", KEY, review, "-m", "Mine is good.", code=1)
    assert refused.stdout == ""
    sent_back = lines.validator.json("reviews", "request-changes", KEY, review, "-m", "Say more.")
    assert sent_back["state"] == "changes_requested"
    again = lines.scientist.quiet("reviews", "request", KEY, "fraud-scorer", 2, "-m", "Said.")
    lines.viewer("reviews", "show", KEY, again, "--wait")
    approved = lines.validator("reviews", "approve", KEY, again, "-m", "Read the comparison.")
    assert approved.stdout == f"Review {again} of fraud-scorer 2 is approved.\n"
    assert "Read the comparison." in lines.viewer("reviews", "show", KEY, again).stdout


def serve(lines, tmp_path):
    deployed = lines.engineer("deployments", "deploy", KEY, "card-fraud", "fraud-scorer", 2)
    assert deployed.stdout == "card-fraud is live with fraud-scorer 2.\n"
    lines.engineer("deployments", "pause", KEY, "card-fraud", "-m", "Maintenance.")
    rows, truths = rows_of(transactions(8, seed=2))
    refused = lines.engineer("deployments", "predict", KEY, "card-fraud", given=json.dumps(rows), code=5)
    assert "paused" in refused.stderr
    lines.engineer("deployments", "resume", KEY, "card-fraud")
    assert lines.viewer.quiet("deployments", "list", KEY) == "card-fraud"
    assert lines.viewer.json("deployments", "show", KEY, "card-fraud")["live"]["number"] == 2
    lines.engineer("deployments", "rollback", KEY, "card-fraud", code=1)

    file = tmp_path / "rows.csv"
    transactions(8, seed=2).drop(columns="is_fraud").to_csv(file, index=False)
    said = lines.engineer("deployments", "predict", KEY, "card-fraud", file, "--csv").stdout
    found = list(csv_module.DictReader(io.StringIO(said)))
    by_json = lines.engineer.json("deployments", "predict", KEY, "card-fraud", given=json.dumps(rows))
    assert [float(row["score"]) for row in found] == [each["score"] for each in by_json["predictions"]]
    labels = "prediction_id,truth\n" + "".join(
        f"{row['prediction_id']},{truth}\n" for row, truth in zip(found, truths, strict=True)
    )
    assert lines.engineer.json("deployments", "labels", KEY, "card-fraud", given=labels)["labelled"] == 8
    lines.engineer("deployments", "labels", KEY, "card-fraud", given=json.dumps({"0" * 32: 1}), code=1)


def watch_what_serves(lines):
    lines.engineer("monitors", "create", KEY, "card-fraud", "--window-seconds", 5, "--min-rows", 100)
    assert lines.engineer.json("monitors", "set", KEY, "card-fraud", "--min-labels", 500)["min_labels"] == 500
    assert lines.viewer.quiet("monitors", "list", KEY) == "card-fraud"
    lines.viewer("monitors", "windows", KEY, "card-fraud")
    assert lines.viewer.json("alerts", "list", KEY) == []
    started = lines.engineer.json("retrainings", "start", KEY, "card-fraud", "-m", "To see it.")
    assert [each["id"] for each in lines.viewer.json("retrainings", "list", KEY)] == [started["id"]]
    settle_an_alert(lines)
    lines.engineer("deployments", "retire", KEY, "card-fraud", "-m", "The test ends.")


def settle_an_alert(lines):
    """Transactions of another mix, window after window, until the drift is confirmed."""
    lines.engineer("monitors", "set", KEY, "card-fraud", "--confirm-windows", 2)
    rows, _ = rows_of(transactions(400, seed=3, shift=1.0))
    deadline = time.monotonic() + 90
    while not (found := lines.viewer.json("alerts", "list", KEY)):
        assert time.monotonic() < deadline, lines.viewer.json("monitors", "windows", KEY, "card-fraud")
        lines.engineer("deployments", "predict", KEY, "card-fraud", given=json.dumps(rows))
        time.sleep(1)
    [alert] = found
    assert (alert["state"], alert["kind"]) == ("open", "drift")
    lines.viewer("alerts", "acknowledge", KEY, alert["id"], code=1)
    said = lines.engineer("alerts", "acknowledge", KEY, alert["id"]).stdout
    assert said == f"Alert {alert['id']} is acknowledged.\n"
    resolved = lines.engineer.json("alerts", "resolve", KEY, alert["id"], "-m", "The mix is the new normal.")
    assert (resolved["id"], resolved["state"]) == (alert["id"], "resolved")
    lines.engineer("alerts", "resolve", KEY, alert["id"], code=1)


def see_that_it_was_told(lines):
    seen = lines.viewer.json("events", "list", KEY, "--limit", 0)
    assert [each["seq"] for each in seen] == list(range(1, len(seen) + 1))
    assert lines.viewer.json("events", "verify", KEY)["checked"] == len(seen)
    watched = lines.viewer("watch", KEY, "--after", 0, "--until", "review.approved", "--json").stdout.splitlines()
    assert json.loads(watched[-1])["type"] == "review.approved"
    assert [json.loads(line)["seq"] for line in watched] == list(range(1, len(watched) + 1))


def leave(lines):
    made = lines.owner.json("tokens", "create", "ci", "--scope", "read", "--days", 2)
    assert lines.owner.quiet("tokens", "list").split()[0] == str(made["id"])
    lines.owner("tokens", "revoke", made["id"])
    Line(lines.owner.env["THROUGHLINE_URL"], made["token"])("whoami", code=3)
    lines.owner("members", "remove", KEY, "viewer")
    lines.viewer("projects", "show", KEY, code=4)
