"""Simulated transactions for the demo's deployment, sent as a program would: over HTTP, with a token.

Each second a batch is predicted; its truth follows some seconds later. The merchant mix shifts from one end to the
other while it runs, so that drift rises, is confirmed, and a retraining finds labels to learn from.
"""

import json
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from config.demo.simulator import TARGET, simulate

Say = Callable[[str], None]

TIMEOUT_S = 30
SEED_STEP = 7919


class Refused(Exception):
    """The portal answered that it will not; the sentence says why."""


@dataclass(frozen=True)
class Course:
    """What is sent: `rate` rows a second for `seconds`, the shift rising evenly over the first `ramp` of them."""

    rate: int = 60
    seconds: int = 150
    shift_from: float = 0.0
    shift_to: float = 1.0
    ramp: float = 0.4
    label_after: float = 8.0
    seed: int = 1

    def shift(self, elapsed: float) -> float:
        share = min(1.0, elapsed / max(1.0, self.ramp * self.seconds))
        return self.shift_from + share * (self.shift_to - self.shift_from)


@dataclass(frozen=True)
class Door:
    """The prediction endpoint of one deployment."""

    url: str
    key: str
    deployment: str
    token: str

    def predict(self, rows: list[dict[str, Any]]) -> list[str]:
        """The prediction ids, in the order of the rows. Raises Refused."""
        answer = self._post("predict", {"rows": rows})
        return [each["prediction_id"] for each in answer["predictions"]]

    def label(self, labels: list[dict[str, Any]]) -> int:
        """How many were new. Raises Refused."""
        return int(self._post("labels", {"labels": labels})["labelled"])

    def _post(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url.rstrip('/')}/api/v1/deployments/{self.key}/{self.deployment}/{what}",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            raise Refused(_sentence(error)) from None
        except OSError as error:
            raise Refused(f"{self.url} does not answer: {error}") from None


@dataclass
class Sent:
    predictions: int = 0
    labels: int = 0
    shift: float = 0.0
    waiting: deque[tuple[float, list[dict[str, Any]]]] = field(default_factory=deque)


def send(
    door: Door, course: Course, *, clock: Callable[[], float] = time.monotonic, sleep: Any = time.sleep
) -> Iterator[Sent]:
    """Send the course, a batch a second, and yield what was sent so far after each. Raises Refused."""
    began, sent = clock(), Sent()
    for second in range(course.seconds):
        sleep(max(0.0, began + second - clock()))
        elapsed = clock() - began
        sent.shift = course.shift(elapsed)
        _predict(door, course, sent, second, due=elapsed + course.label_after)
        _label(door, sent, until=elapsed)
        yield sent
    _label(door, sent, until=float("inf"))
    yield sent


def _predict(door: Door, course: Course, sent: Sent, second: int, *, due: float) -> None:
    frame = simulate(course.rate, seed=course.seed * SEED_STEP + second, shift=sent.shift)
    truths = frame.pop(TARGET).tolist()
    ids = door.predict(json.loads(frame.to_json(orient="records")))
    sent.predictions += len(ids)
    labels = [{"prediction_id": id, "truth": truth} for id, truth in zip(ids, truths, strict=True)]
    sent.waiting.append((due, labels))


def _label(door: Door, sent: Sent, *, until: float) -> None:
    """Send the truth of what was predicted long enough ago."""
    while sent.waiting and sent.waiting[0][0] <= until:
        sent.labels += door.label(sent.waiting.popleft()[1])


def _sentence(error: urllib.error.HTTPError) -> str:
    try:
        return f"{error.code}: {json.load(error)['detail']}"
    except (ValueError, KeyError):
        return f"{error.code}: {error.reason}"
