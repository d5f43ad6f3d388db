"""What is tried again, and that it is done once: through a server that breaks off after the product has acted."""

import pytest

import throughline
from tests.client.proxy import CUT, Faulty

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr("throughline.http.FIRST_PAUSE_S", 0.001)


def test_a_post_whose_answer_is_lost_is_done_once(product, people, key):
    with (
        Faulty(product.url, faults=[CUT, 502, CUT]) as faulty,
        throughline.connect(faulty.url, people.owner.token) as client,
    ):
        item = client.project(key).add_item("Once")

    assert [each["number"] for each in people.owner.get(f"/projects/{key}/items")["results"]] == [item.number]
    assert len(faulty.seen) == 4
    assert len({each for _, _, each in faulty.seen}) == 1


def test_two_posts_are_two(product, people, key):
    with throughline.connect(product.url, people.owner.token) as client:
        numbers = [client.project(key).add_item("Twice").number for _ in range(2)]

    assert numbers == [1, 2]


def test_an_upload_whose_answer_is_lost_is_one_version(product, people, key, tmp_path):
    file = tmp_path / "few.csv"
    file.write_text("a,b\n1,2\n3,4\n")
    with (
        Faulty(product.url, faults=[CUT]) as faulty,
        throughline.connect(faulty.url, people.scientist.token) as client,
    ):
        version = client.project(key).upload(file)

    assert (version.dataset, version.number, version.rows) == ("few", 1, 2)
    assert len(people.owner.get(f"/projects/{key}/datasets/few/versions")["results"]) == 1


def test_reading_is_tried_again(product, people, key):
    with (
        Faulty(product.url, faults=[CUT, 429, 503, 504]) as faulty,
        throughline.connect(faulty.url, people.viewer.token) as client,
    ):
        assert client.project(key).show().key == key


def test_what_changes_without_a_key_is_sent_once(product, people, key):
    with (
        Faulty(product.url, faults=[CUT]) as faulty,
        throughline.connect(faulty.url, people.owner.token) as client,
        pytest.raises(throughline.Away, match="broke off without an answer"),
    ):
        client.project(key).revise(name="Renamed")

    assert len(faulty.seen) == 1
    assert people.owner.get(f"/projects/{key}")["name"] == "Renamed"


def test_it_gives_up(product, people):
    with (
        Faulty(product.url, faults=[503] * 9) as faulty,
        throughline.connect(faulty.url, people.owner.token, retries=2) as client,
        pytest.raises(throughline.Away, match="The server answered 503"),
    ):
        client.me()

    assert len(faulty.seen) == 3


def test_a_refusal_is_not_tried_again(product, people, key):
    with (
        Faulty(product.url, faults=[]) as faulty,
        throughline.connect(faulty.url, people.viewer.token) as client,
        pytest.raises(throughline.NotAllowed),
    ):
        client.project(key).add_item("No")

    assert len(faulty.seen) == 1


def test_waiting_outlasts_a_server_that_is_away(product, people, trained):
    with (
        Faulty(product.url, faults=[503, 503, 503]) as faulty,
        throughline.connect(faulty.url, people.viewer.token, retries=0) as client,
    ):
        found = people.viewer.get(f"/projects/{trained.key}/jobs")["results"]
        job = next(job for job in found if job["state"] == "succeeded")
        assert client.project(trained.key).wait_for_job(job["id"], timeout=60).state == "succeeded"
