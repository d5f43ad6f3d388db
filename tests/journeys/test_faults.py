"""What dies comes back, and nothing acknowledged is lost or done twice; what cannot be is refused and named."""

import asyncio
import contextlib
import json
import os
import signal
import threading
import time
from collections import Counter

import numpy as np
import pytest
import requests
import websockets

from config.demo.simulator import simulate
from tests.journeys.line import (
    MODEL,
    csv,
    events_of,
    start_training,
    transactions,
    until_ended,
    until_profiled,
    upload,
)
from tests.product import Refused

pytestmark = pytest.mark.slow

QUICK_S = 3
OUTAGE_S = 5


@pytest.fixture(scope="module")
def frame():
    return transactions(2000, seed=11)


# --- the worker ------------------------------------------------------------------------------------------------------


def test_worker_killed_in_the_middle_of_a_training(product, people, project, frame):
    upload(people.scientist, project, csv(frame))
    asked = start_training(people.scientist, project, settings={"max_iter": 300, "max_leaf_nodes": 63})
    job = f"/projects/{project}/jobs/{asked['job']['id']}"
    people.scientist.until(job, lambda one: one["progress"] > 0.15)

    product.kill("worker")
    run = until_ended(people.scientist, project, asked["run_id"], within_s=120)

    ended = people.scientist.get(job)
    assert (run["status"], ended["state"], ended["attempt"]) == ("FINISHED", "succeeded", 2)
    told = Counter(event["type"] for event in events_of(people.scientist, project))
    assert (told["run.finished"], told["job.succeeded"], told["run.failed"]) == (1, 2, 0)  # the profile is a job too
    assert_measured_once(people.scientist, project, run)


def assert_measured_once(caller, key, run):
    """Each metric has each of its steps once: none is left of the attempt that was lost."""
    lengths = {}
    for metric in run["metrics"]:
        points = caller.get(f"/projects/{key}/runs/{run['run_id']}/metrics/{metric['key']}")["results"]
        steps = [point["step"] for point in points]
        assert len(steps) == len(set(steps)), metric["key"]
        lengths[metric["key"]] = len(steps)
    assert max(lengths.values()) > 10, lengths


# --- the broker ------------------------------------------------------------------------------------------------------


def test_broker_away_while_jobs_are_submitted(product, people, project):
    broker = product.pid("broker")
    os.kill(broker, signal.SIGSTOP)
    try:
        until = time.monotonic() + OUTAGE_S
        taken = [timed(submit_profile, people.scientist, project, number) for number in range(4)]
        while time.monotonic() < until:
            taken.append(timed(people.scientist.post, f"/projects/{project}/items", title="Meanwhile"))
    finally:
        os.kill(broker, signal.SIGKILL)

    assert max(taken) < QUICK_S, taken
    jobs = people.scientist.until(f"/projects/{project}/jobs", all_ended)["results"]
    assert [(job["kind"], job["state"], job["attempt"]) for job in jobs] == [("profile", "succeeded", 1)] * 4
    product.until_ready()


def submit_profile(caller, key, number):
    """Upload a file, whose profile is a job. The number makes each another."""
    rows = "".join(f"{row},{row * number}\n" for row in range(50))
    upload(caller, key, f"a,b{number}\n{rows}".encode(), name=f"data-{number}")


def timed(call, *args, **kwargs):
    began = time.monotonic()
    call(*args, **kwargs)
    return time.monotonic() - began


def all_ended(page):
    return all(job["state"] not in ("queued", "running") for job in page["results"])


# --- the database ----------------------------------------------------------------------------------------------------


def test_database_killed_while_people_write(product, people, project):
    with writing(people.scientist, project) as written:
        wait_for_more(written, 10)
        product.kill("database")
        time.sleep(1)
        product.until_ready()
        wait_for_more(written, 10)

    titles = Counter(item["title"] for item in items_of(people.scientist, project))
    assert [title for title in written.acknowledged if titles[title] != 1] == []
    assert written.statuses <= {503}
    assert people.scientist.get(f"/projects/{project}/events/verify")["is_intact"]


class Written:
    """What was acknowledged, and by which statuses the rest was refused."""

    def __init__(self):
        self.acknowledged, self.statuses, self.is_done = [], set(), False


@contextlib.contextmanager
def writing(caller, key):
    """Add items, one after the other, from a thread of its own, until the block ends."""
    written = Written()
    thread = threading.Thread(target=write, args=(caller, key, written), daemon=True)
    thread.start()
    try:
        yield written
    finally:
        written.is_done = True
        thread.join(timeout=60)


def write(caller, key, written):
    number = 0
    while not written.is_done:
        number += 1
        try:
            caller.post(f"/projects/{key}/items", title=f"Item {number}")
            written.acknowledged.append(f"Item {number}")
        except Refused as refusal:
            written.statuses.add(refusal.status)
        except requests.RequestException:
            time.sleep(0.1)


def wait_for_more(written, count, *, within_s=60):
    wanted, deadline = len(written.acknowledged) + count, time.monotonic() + within_s
    while len(written.acknowledged) < wanted:
        assert time.monotonic() < deadline, f"{len(written.acknowledged)} of {wanted} were acknowledged"
        time.sleep(0.05)


def items_of(caller, key):
    found, cursor = [], ""
    while cursor is not None:
        page = caller.get(f"/projects/{key}/items", limit=100, cursor=cursor)
        found, cursor = found + page["results"], page["next_cursor"]
    return found


# --- the web process -------------------------------------------------------------------------------------------------


async def test_web_killed_while_a_socket_listens(product, people, project):
    heard, is_done = [], asyncio.Event()
    listening = asyncio.create_task(listen(product, people.viewer, project, heard, is_done))
    with writing(people.scientist, project) as written:
        await asyncio.to_thread(wait_for_more, written, 10)
        product.kill("web")
        await asyncio.sleep(1)
        await asyncio.to_thread(product.until_ready)
        await asyncio.to_thread(wait_for_more, written, 10)

    last = (await asyncio.to_thread(events_of, people.viewer, project))[-1]["seq"]
    async with asyncio.timeout(30):
        while not heard or heard[-1] < last:
            await asyncio.sleep(0.1)
    is_done.set()
    connections = await listening
    assert heard == list(range(1, last + 1))
    assert connections >= 2


async def listen(product, caller, key, heard, is_done):
    """Note the numbers of the events, coming again with the last one whenever the socket breaks. Returns how often."""
    connections = 0
    while not is_done.is_set():
        address = f"ws://localhost:{product.port}/ws/projects/{key}?after={heard[-1] if heard else 0}"
        with contextlib.suppress(OSError, websockets.WebSocketException):
            async with websockets.connect(
                address, additional_headers={"Authorization": f"Bearer {caller.token}"}, open_timeout=5
            ) as socket:
                connections += 1
                await hear(socket, heard, is_done)
        await asyncio.sleep(0.2)
    return connections


async def hear(socket, heard, is_done):
    while not is_done.is_set():
        with contextlib.suppress(TimeoutError):
            message = json.loads(await asyncio.wait_for(socket.recv(), 0.5))
            if "seq" in message and "type" in message:
                heard.append(message["seq"])


# --- limits of trainings ---------------------------------------------------------------------------------------------


def test_training_over_its_time(people, project):
    upload(people.scientist, project, csv(simulate(20_000, seed=11)))
    endless = {"max_iter": 2000, "max_leaf_nodes": 500}

    asked = start_training(people.scientist, project, settings=endless, max_seconds=10)

    assert_failed(people.scientist, project, asked, code="timeout", words="limit of 10 seconds")


def test_training_over_its_memory(people, project):
    upload(people.scientist, project, wide(rows=30_000, columns=300))

    asked = start_training(people.scientist, project, target="c0", estimator="logistic_regression", max_memory_mb=1024)

    assert_failed(people.scientist, project, asked, code="out_of_memory", words="limit of 1,024 MB")


def wide(*, rows, columns):
    """A CSV of digits: 18 MB, which unfold to many times that."""
    draw = np.random.default_rng(3)
    text = np.full((rows, columns * 2), ord(","), dtype=np.uint8)
    text[:, ::2] = draw.integers(0, 10, (rows, columns)) + ord("0")
    text[:, 0] = draw.integers(0, 2, rows) + ord("0")
    text[:, -1] = ord("\n")
    header = ",".join(f"c{number}" for number in range(columns))
    return f"{header}\n".encode() + text.tobytes()


def assert_failed(caller, key, asked, *, code, words):
    """The training failed with this reason, and nothing of it can be used."""
    run = until_ended(caller, key, asked["run_id"], within_s=120)
    job = caller.get(f"/projects/{key}/jobs/{asked['job']['id']}")
    assert (run["status"], job["state"], (job["error"] or {}).get("code")) == ("FAILED", "failed", code), job
    assert words in job["error"]["message"]
    assert words in run["failure"]
    assert caller.get(f"/projects/{key}/runs/{run['run_id']}/artifacts")["results"] == []
    if MODEL not in [model["name"] for model in caller.get(f"/projects/{key}/models")["results"]]:
        caller.post(f"/projects/{key}/models", name=MODEL)
    with pytest.raises(Refused) as caught:
        caller.post(f"/projects/{key}/models/{MODEL}/versions", run=run["run_id"])
    assert 400 <= caught.value.status < 500
    assert caller.get(f"/projects/{key}/models/{MODEL}/versions")["results"] == []


# --- bad data --------------------------------------------------------------------------------------------------------

BAD_FILES = {
    "empty": (b"", "x.csv"),
    "only a header": (b"amount,is_fraud\n", "x.csv"),
    "ragged": (b"amount,is_fraud\n1,0\n2,0,9\n3,1\n", "x.csv"),
    "not UTF-8": ("amount,ort\n1,Köln\n2,Bonn\n".encode("latin-1"), "x.csv"),
    "UTF-16": ("amount,is_fraud\n1,0\n2,1\n".encode("utf-16"), "x.csv"),
    "two columns of one name": (b"amount,amount\n1,0\n", "x.csv"),
    "no Parquet": (b"PAR1 and nothing else", "x.parquet"),
    "no table": (b"%PDF-1.7", "x.pdf"),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_bad_upload_is_named_and_nothing_is_written(people, project, what):
    content, filename = BAD_FILES[what]
    before = counts(people.scientist, project)

    with pytest.raises(Refused) as caught:
        upload(people.scientist, project, content, filename=filename)

    assert (caught.value.status, caught.value.fields) == (422, ["file"]), caught.value
    assert caught.value.code not in ("", "invalid", "None")
    assert counts(people.scientist, project) == before


def test_training_on_a_target_that_cannot_be_learnt(people, project):
    until_profiled(people.scientist, upload(people.scientist, project, never_fraud(200)))
    people.scientist.until(f"/projects/{project}/jobs", all_ended)
    before = counts(people.scientist, project)

    with pytest.raises(Refused) as caught:
        start_training(people.scientist, project, target="is_froud")
    assert (caught.value.status, caught.value.code, caught.value.fields) == (422, "target_missing", ["target"])
    assert counts(people.scientist, project) == before

    asked = start_training(people.scientist, project, target="is_fraud")
    assert_failed(people.scientist, project, asked, code="single_class", words="is_fraud")


def never_fraud(rows):
    return "".join(["amount,is_fraud\n", *(f"{row},0\n" for row in range(rows))]).encode()


def counts(caller, key):
    """How much there is of everything that an upload or a training writes."""
    sorts = ("datasets", "runs", "training-jobs", "jobs")
    return {sort: len(caller.get(f"/projects/{key}/{sort}")["results"]) for sort in sorts} | {
        "events": len(events_of(caller, key)),
        "versions": versions_of(caller, key),
    }


def versions_of(caller, key):
    names = [dataset["name"] for dataset in caller.get(f"/projects/{key}/datasets")["results"]]
    return sum(len(caller.get(f"/projects/{key}/datasets/{name}/versions")["results"]) for name in names)
