"""The traffic generator: what it sends, in which order, and how it fails."""

import io
import json
import urllib.error

import pytest

from config.demo import traffic
from config.demo.simulator import COLUMNS, TARGET
from config.demo.traffic import Course, Door, Refused, send

DOOR = Door(url="http://portal.test/", key="FRD", deployment="fraud-scorer", token="tl_secret")


class Portal:
    """Stands for the two endpoints; notes what was asked of them."""

    def __init__(self, monkeypatch):
        self.rows, self.labels, self.order, self.now = [], [], [], 0.0
        monkeypatch.setattr(traffic.urllib.request, "urlopen", self.answer)

    def answer(self, request, timeout):
        assert request.headers["Authorization"] == "Bearer tl_secret"
        what, body = request.full_url.rsplit("/", 1)[-1], json.loads(request.data)
        self.order.append((what, round(self.now)))
        if what == "predict":
            first = len(self.rows)
            self.rows += body["rows"]
            ids = [{"prediction_id": str(first + i)} for i in range(len(body["rows"]))]
            return io.BytesIO(json.dumps({"predictions": ids}).encode())
        self.labels += body["labels"]
        return io.BytesIO(json.dumps({"labelled": len(body["labels"])}).encode())

    def send(self, course):
        return list(send(DOOR, course, clock=lambda: self.now, sleep=self.pass_by))

    def pass_by(self, seconds):
        self.now += seconds


def test_each_second_is_predicted_and_labelled_later(monkeypatch):
    portal = Portal(monkeypatch)

    sent = portal.send(Course(rate=20, seconds=5, label_after=2))

    assert [second for what, second in portal.order if what == "predict"] == [0, 1, 2, 3, 4]
    assert [second for what, second in portal.order if what == "labels"] == [2, 3, 4, 4, 4]
    assert (sent[-1].predictions, sent[-1].labels) == (100, 100)
    assert set(portal.rows[0]) == set(COLUMNS) - {TARGET}
    assert {label["prediction_id"] for label in portal.labels} == {str(i) for i in range(100)}
    assert {label["truth"] for label in portal.labels} <= {0, 1}


def test_the_mix_shifts(monkeypatch):
    portal = Portal(monkeypatch)

    portal.send(Course(rate=300, seconds=10, ramp=0.5))

    def digital(rows):
        return sum(row["merchant_category"] == "digital_goods" for row in rows) / len(rows)

    assert digital(portal.rows[:300]) < 0.05
    assert digital(portal.rows[-300:]) > 0.2


def test_shift_rises_evenly_and_stays():
    course = Course(seconds=100, shift_from=0.2, shift_to=0.8, ramp=0.5)

    assert [round(course.shift(at), 2) for at in (0, 25, 50, 99)] == [0.2, 0.5, 0.8, 0.8]


def test_a_refusal_is_said(monkeypatch):
    def refuse(request, timeout):
        problem = io.BytesIO(json.dumps({"detail": "The deployment is paused."}).encode())
        raise urllib.error.HTTPError(request.full_url, 503, "Service Unavailable", {}, problem)

    monkeypatch.setattr(traffic.urllib.request, "urlopen", refuse)

    with pytest.raises(Refused, match="503: The deployment is paused"):
        next(send(DOOR, Course(rate=1, seconds=1)))


def test_nobody_there_is_said(monkeypatch):
    def hang_up(request, timeout):
        raise urllib.error.URLError("connection refused")

    monkeypatch.setattr(traffic.urllib.request, "urlopen", hang_up)

    with pytest.raises(Refused, match="does not answer"):
        next(send(DOOR, Course(rate=1, seconds=1)))
