"""What kinds of jobs there are, and what each does."""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from core.models import Job

if TYPE_CHECKING:
    from core.jobs.reports import Report

logger = logging.getLogger(__name__)

Queue = Literal["training", "quick"]


class UnknownKind(LookupError):
    """No job kind of this name is registered."""


@dataclass(frozen=True)
class ChildSpec:
    """What runs outside the worker: a pure module, and what it gets on standard input."""

    module: str
    spec: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """Why a job did not succeed: a word for programs and a sentence for people."""

    code: str
    message: str


class JobKind:
    """What a kind of job does. Subclass, and register with `job_kind`.

    `prepare` reads the database, puts files into `scratch`, and names the child to run; or returns None, and `run`
    does the work in the worker's own thread. `message` gets each line of the child that is neither progress nor log.
    `finish` and `failed` are called inside the one transaction that ends the job.
    """

    name: ClassVar[str]
    queue: ClassVar[Queue]
    timeout_s: ClassVar[float]
    memory_mb: ClassVar[int]
    max_attempts: ClassVar[int]
    is_routine: ClassVar[bool]
    every_s: ClassVar[int | None]

    def prepare(self, job: Job, scratch: Path) -> ChildSpec | None:
        return None

    def run(self, job: Job, scratch: Path, report: "Report") -> dict[str, Any]:
        raise NotImplementedError(f"{self.name} has neither a child nor a run")

    def message(self, job: Job, message: dict[str, Any]) -> None:
        logger.info("job %s: unexpected message %r", job.pk, message.get("t"))

    def finish(self, job: Job, result: dict[str, Any], scratch: Path) -> dict[str, Any]:
        return result

    def failed(self, job: Job, failure: Failure) -> None:
        return None

    def limits(self, job: Job) -> tuple[float, int]:
        """Seconds and megabytes for this job's child."""
        return self.timeout_s, self.memory_mb


_kinds: dict[str, JobKind] = {}


def job_kind(
    name: str,
    *,
    queue: Queue,
    timeout_s: float = 600,
    memory_mb: int = 2048,
    max_attempts: int = 3,
    is_routine: bool = False,
    every_s: int | None = None,
) -> Any:
    """Class decorator: register a JobKind under `name`.

    A routine job comes back every few minutes for ever: what it finds is told by events of its own, and of the job
    itself only that it failed. One with `every_s` is the house's own, and scheduled from the first start on.
    """

    def register(cls: type[JobKind]) -> type[JobKind]:
        cls.name, cls.queue, cls.is_routine, cls.every_s = name, queue, is_routine, every_s
        cls.timeout_s, cls.memory_mb, cls.max_attempts = timeout_s, memory_mb, max_attempts
        _kinds[name] = cls()
        return cls

    return register


def kinds() -> dict[str, JobKind]:
    return dict(_kinds)


def kind_called(name: str) -> JobKind:
    """Raises UnknownKind."""
    if name not in _kinds:
        raise UnknownKind(f"no job kind is called {name!r}")
    return _kinds[name]
