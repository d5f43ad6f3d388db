"""The table of runs, a run's charts and the comparison, as somebody clicks through them."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import is_live


def mlflow(caller, path, body):
    answer = caller.session.post(f"{caller.url}{path}", json=body, timeout=30)
    answer.raise_for_status()
    return answer.json()


@pytest.fixture
def logged(people, new_project):
    """A project with the runs `slow` and `quick`, logged as an MLflow client does; `log(name, values)` logs another."""
    key = new_project("scientist")
    start = f"/p/{key}/api/2.0/mlflow"
    experiment = mlflow(people.scientist, f"{start}/experiments/create", {"name": "Tries"})["experiment_id"]

    def log(name, values, model="gbm"):
        body = {"experiment_id": experiment, "run_name": name, "start_time": 1_700_000_000_000}
        run_id = mlflow(people.scientist, f"{start}/runs/create", body)["run"]["info"]["run_id"]
        metrics = [{"key": "loss", "value": v, "step": n, "timestamp": n} for n, v in enumerate(values)]
        body = {"run_id": run_id, "metrics": metrics, "params": [{"key": "model", "value": model}]}
        mlflow(people.scientist, f"{start}/runs/log-batch", body)
        return run_id

    return key, log


def test_filter_offers_and_refuses_as_one_types_and_finds(open_as, logged):
    key, log = logged
    log("slow", [1.0, 0.8])
    log("quick", [1.0, 0.2], "forest")
    page = open_as("scientist", f"/p/{key}/experiments/", expected=["422"])
    box = page.get_by_role("combobox", name="Filter")

    page.keyboard.press("/")
    box.type("los")
    page.get_by_role("option", name=re.compile("metrics.loss")).wait_for()
    page.keyboard.press("Tab")
    expect(box).to_have_value("metrics.loss ")
    box.type("> 0 AND mod")
    page.keyboard.press("Tab")  # faster than the offers for it can come
    expect(box).to_have_value("metrics.loss > 0 AND params.model ")
    box.fill("metrics.loss ")
    box.type("LIKE 'x'")
    expect(page.locator("#filter-error")).to_contain_text("At character 14 there is 'LIKE'")

    box.fill("metrics.loss < 0.1 OR params.model = 'forest'")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=metrics"))
    expect(page.locator("#runs tbody tr")).to_have_count(1)
    expect(page.locator("#runs tbody tr")).to_contain_text("quick")


def test_runs_appear_live_are_chosen_and_compared(open_as, logged):
    key, log = logged
    log("slow", [1.0, 0.8])
    page = open_as("scientist", f"/p/{key}/experiments/")
    is_live(page)
    page.get_by_label("Choose slow").check()

    log("quick", [1.0, 0.2], "forest")

    expect(page.get_by_role("link", name="quick", exact=True)).to_be_visible()
    expect(page.get_by_label("Choose slow")).to_be_checked()
    page.get_by_label("Choose quick").check()
    expect(page.locator("[data-selection]")).to_contain_text("2 runs")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare 2 runs")
    row = page.get_by_role("row", name=re.compile("^model"))
    expect(row.get_by_role("cell")).to_have_text(["gbm", "forest"])
    expect(page.locator("figure[data-curves] canvas")).to_have_count(1)


def test_a_comparison_follows_its_own_runs_alone(people, open_as, logged):
    key, log = logged
    slow, quick, other = log("slow", [1.0, 0.8]), log("quick", [1.0, 0.2], "forest"), log("other", [3.0, 2.0])
    page = open_as("scientist", f"/p/{key}/compare/?run={slow}&run={quick}")
    is_live(page)
    points = page.locator("figure[data-curves] canvas")
    expect(points).to_have_count(1)
    page.evaluate("window.asked = []; document.addEventListener('live', ({ target }) => asked.push(target.id), true)")
    settled = "({ target }) => target.closest('#main') && asked.push(target.id)"
    page.evaluate(f"document.addEventListener('htmx:afterSettle', {settled})")

    for run_id, value in ((other, 0.7), (slow, 0.6)):
        metrics = [{"key": "loss", "value": value, "step": 2, "timestamp": 3}]
        mlflow(people.scientist, f"/p/{key}/api/2.0/mlflow/runs/log-batch", {"run_id": run_id, "metrics": metrics})
        if run_id == other:
            page.wait_for_timeout(2000)
            assert page.evaluate("asked") == []
    expect(page.get_by_role("row", name=re.compile("^loss"))).to_contain_text("0.6")
    page.wait_for_function("asked.some((id) => id.startsWith('curves-'))")
    twin = page.locator("[data-twin]")
    page.get_by_text("As a table").first.click()
    expect(twin).to_contain_text("0.6")


def test_chosen_runs_are_deleted_and_come_back(open_as, logged):
    key, log = logged
    log("slow", [1.0])
    log("quick", [2.0])
    page = open_as("scientist", f"/p/{key}/experiments/")

    page.get_by_label("Choose slow").check()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator("#runs tbody tr")).to_have_count(1)

    page.get_by_role("link", name="Deleted").click()
    page.get_by_label("Choose slow").check()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("Nothing was deleted.")).to_be_visible()
    page.get_by_role("link", name="Back to the runs").click()
    expect(page.locator("#runs tbody tr")).to_have_count(2)


def test_columns_are_picked_and_a_baseline_is_pinned(open_as, logged):
    key, log = logged
    log("slow", [1.0, 0.8])
    log("quick", [1.0, 0.2], "forest")
    page = open_as("scientist", f"/p/{key}/experiments/")

    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Find a column").fill("model")
    expect(page.locator("#column-choices").get_by_label("loss")).to_be_hidden()
    page.get_by_label("Find a column").fill("")
    page.locator("#column-choices").get_by_label("loss").check()
    page.get_by_role("button", name="Show these").click()
    page.locator("tr", has_text="quick").get_by_label("Compare all with quick").click()

    expect(page.locator("tbody.pinned")).to_contain_text("quick")
    expect(page.locator("tr", has_text="slow").get_by_text("+0.6")).to_be_visible()


def test_a_runs_chart_is_smoothed_and_grows_without_losing_the_zoom(open_as, logged, people):
    key, log = logged
    run_id = log("slow", [1 / (n + 1) for n in range(60)])
    page = open_as("scientist", f"/p/{key}/runs/{run_id}/")
    is_live(page)
    plot = page.locator("figure[data-curves] .u-over")
    plot.wait_for()

    page.get_by_label("Log scale").check()
    expect(page).to_have_url(re.compile("log=1"))
    plot = page.locator("figure[data-curves] .u-over")
    box = plot.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60)
    page.mouse.up()
    mlflow(
        people.scientist, f"/p/{key}/api/2.0/mlflow/runs/log-metric",
        {"run_id": run_id, "key": "loss", "value": 7.0, "step": 60, "timestamp": 60},
    )  # fmt: skip

    page.locator("figure[data-curves] summary").click()
    expect(page.locator("figure[data-curves] [data-twin]")).to_contain_text("7")


def test_the_address_an_mlflow_client_prints_leads_to_the_run(open_as, logged):
    key, log = logged
    run_id = log("slow", [1.0, 0.8])

    page = open_as("scientist", f"/p/{key}/#/experiments/1/runs/{run_id}")

    expect(page.get_by_role("heading", level=1)).to_have_text("slow")


def test_connecting_a_notebook_waits_for_its_first_run(open_as, logged):
    key, log = logged
    page = open_as("scientist", f"/p/{key}/experiments/connect")
    page.set_viewport_size({"width": 400, "height": 900})
    is_live(page)
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_text("Shown once")).to_be_visible()
    expect(page.get_by_text("Waiting for the first run")).to_be_visible()
    is_live(page)

    log("hello", [1.0])

    page.locator("#first-run").get_by_role("link", name="hello").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("hello")
