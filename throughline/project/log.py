"""Everything that happened in a project, and what happens now."""

from collections.abc import Iterator

from throughline import answers
from throughline.calls import Calls
from throughline.waiting import follow

BATCH = 500


class Log(Calls):
    def events(self, *, after: int = 0, type: str = "") -> Iterator[answers.Event]:
        """The events with a higher number than `after`, in order; `type` is what their type begins with."""
        while found := self._batch(after, type)["results"]:
            yield from (answers.Event.of(each) for each in found)
            after = found[-1]["seq"]

    def last_seq(self) -> int:
        """The number of the latest event."""
        return int(self.server.call("GET", self._below(("events",)), query={"limit": 1}).json()["last_seq"])

    def watch(
        self, *, after: int | None = None, type: str = "", every: float = 1.0, timeout: float | None = None
    ) -> Iterator[answers.Event]:
        """The events as they happen, each once and in order; from now on, if `after` is not given.

        A server that is away for less than two minutes is waited for, and nothing is missed. Raises TookTooLong after
        `timeout` seconds; without it there is no end.
        """
        seen = self.last_seq() if after is None else after
        asked = follow(
            lambda: list(self.events(after=seen, type=type)), every=every, timeout=timeout, what="The project"
        )
        for found in asked:
            for event in found:
                seen = event.seq
                yield event

    def verify(self) -> answers.Verdict:
        """Whether the chain of events holds: what was changed, cut or swapped is found."""
        return self._get(answers.Verdict, "events", "verify")

    def _batch(self, after: int, type: str) -> dict[str, list[dict[str, int]]]:
        query = {"after": after, "limit": BATCH, "type": type or None}
        return dict(self.server.call("GET", self._below(("events",)), query=query).json())
