"""Deployments: what serves, predictions and their truth."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from throughline import answers
from throughline.calls import Calls
from throughline.http import Bytes, Server


class Frame(Protocol):
    """A pandas data frame, as far as it is needed here."""

    def to_json(self, *, orient: Any, date_format: Any) -> str | None: ...


Rows = Sequence[Mapping[str, Any]] | Frame


class Serving(Calls):
    key: str

    def deployments(self) -> Iterator[answers.Deployment]:
        return self._pages(answers.Deployment, "deployments")

    def deployment(self, name: str) -> "Deployment":
        """The deployment of this name. Asks nothing yet."""
        return Deployment(self.server, self.key, name)

    def deploy(self, name: str, *, model: str, number: int) -> answers.Deployment:
        """Let an approved version answer under a name; what served before stays at hand for a roll-back."""
        return self._post(answers.Deployment, "deployments", name=name, model=model, number=number)


class Deployment(Calls):
    def __init__(self, server: Server, key: str, name: str) -> None:
        super().__init__(server)
        self.path = self._below(("projects", key, "deployments", name))
        self._serving = Calls(server, Calls(server)._below(("deployments", key, name)))
        self.name = name

    def show(self) -> answers.Deployment:
        return self._get(answers.Deployment)

    def predict(self, rows: Rows) -> answers.Predict:
        """Answer rows: a list of dicts of column to value, or a pandas data frame. At most 10,000 at once.

        Raises Invalid, whose `errors` name the row and the column of each cell that is wrong.
        """
        return self._serving._post(answers.Predict, "predict", rows=_plain(rows))

    def predict_csv(self, content: bytes) -> answers.Predict:
        """Answer the rows of a CSV with a header. What a cell means is said by the model's own columns."""
        body = Bytes(content, "text/csv")
        return answers.Predict.of(self.server.call("POST", f"{self._serving.path}/predict", body=body).json())

    def label(self, truths: Mapping[str, Any]) -> answers.Labels:
        """The truth of predictions, by their ids. The same again changes nothing; another replaces the first."""
        labels = [{"prediction_id": id, "truth": truth} for id, truth in truths.items()]
        return self._serving._post(answers.Labels, "labels", labels=labels)

    def label_csv(self, content: bytes) -> answers.Labels:
        """The same from a CSV with the columns prediction_id and truth."""
        body = Bytes(content, "text/csv")
        return answers.Labels.of(self.server.call("POST", f"{self._serving.path}/labels", body=body).json())

    def roll_back(self) -> answers.Deployment:
        """Serve again what served before."""
        return self._post(answers.Deployment, "rollback")

    def pause(self, reason: str) -> answers.Deployment:
        """Answer no more, until it is resumed."""
        return self._post(answers.Deployment, "pause", reason=reason)

    def resume(self) -> answers.Deployment:
        return self._post(answers.Deployment, "resume")

    def retire(self, reason: str) -> answers.Deployment:
        """Answer never again."""
        return self._post(answers.Deployment, "retire", reason=reason)


def _plain(rows: Rows) -> Any:
    if isinstance(rows, Sequence):
        return [dict(row) for row in rows]
    return json.loads(rows.to_json(orient="records", date_format="iso") or "[]")
