"""What the API answers, as it answers it: one dataclass a shape of `docs/openapi.yaml`, under the same name.

`raw` is the answer whole: what a newer server adds is there before it has a field here. What an older one does not
know is None.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Self, Union, get_args, get_origin, get_type_hints


@dataclass(frozen=True, kw_only=True)
class Answer:
    raw: dict[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, raw: dict[str, Any]) -> Self:
        readers = _readers(cls)  # type: ignore[arg-type]  # mypy takes the hash of an instance for that of the class
        return cls(raw=raw, **{name: read(raw.get(name)) for name, read in readers.items()})


Read = Callable[[Any], Any]


@cache
def _readers(cls: type[Answer]) -> dict[str, Read]:
    hints = get_type_hints(cls)
    return {each.name: _reader(hints[each.name]) for each in fields(cls) if each.name != "raw"}


def _reader(hint: Any) -> Read:
    """How JSON becomes what is annotated; None stays None."""
    if get_origin(hint) in (Union, UnionType):
        [hint] = [one for one in get_args(hint) if one is not NoneType]
    if get_origin(hint) is list:
        inner = _reader(get_args(hint)[0])
        return lambda values: None if values is None else [inner(value) for value in values]
    read = _READERS.get(hint) or (hint.of if isinstance(hint, type) and issubclass(hint, Answer) else None)
    return (lambda value: value) if read is None else lambda value: None if value is None else read(value)


# JSON has no NaN: the API says the word, which `float` knows.
_READERS: dict[Any, Read] = {datetime: datetime.fromisoformat, date: date.fromisoformat, float: float}


# Who


@dataclass(frozen=True, kw_only=True)
class Person(Answer):
    username: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Me(Answer):
    username: str
    name: str
    is_admin: bool
    token: "Token | None"


@dataclass(frozen=True, kw_only=True)
class Token(Answer):
    id: int
    label: str
    prefix: str
    scopes: list[str]
    project: str | None
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class NewToken(Token):
    token: str


# Projects


@dataclass(frozen=True, kw_only=True)
class Project(Answer):
    key: str
    name: str
    purpose: str
    stage: str
    version: int
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Member(Person):
    role: str
    added_at: datetime


@dataclass(frozen=True, kw_only=True)
class Affordability(Answer):
    tone: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Scope(Answer):
    """Money is text, as the API writes it: exact to the last digit."""

    version: int
    decision: str
    metric: str
    direction: str
    baseline: float | None
    baseline_source: str
    minimal_useful: float | None
    benefit_low: str | None
    benefit_high: str | None
    cost_low: str | None
    cost_high: str | None
    precedent: str
    precedent_difference: str
    affordability: Affordability
    revised_by: Person | None
    revised_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Risk(Answer):
    number: int
    version: int
    title: str
    cause: str
    consequence: str
    phase: str
    likelihood: int
    impact: int
    level: str
    owner: Person | None
    treatment: str
    state: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Check(Answer):
    id: str
    label: str
    state: str
    value: str
    source: str
    url: str
    rule: str
    severity: str


@dataclass(frozen=True, kw_only=True)
class Policy(Answer):
    name: str
    number: int
    version: int
    title: str
    state: str
    tiers: list[str]
    digest: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Problem(Answer):
    line: int
    column: int
    message: str


@dataclass(frozen=True, kw_only=True)
class PolicyTest(Answer):
    """A test that stands beside a policy, and what came of it."""

    name: str
    gate: str
    line: int
    is_passed: bool
    failures: list[str]


@dataclass(frozen=True, kw_only=True)
class PolicyCheck(Answer):
    """What is wrong with a policy's text; `is_met` is None where no project was named."""

    problems: list[Problem]
    tests: list[PolicyTest]
    gate: str | None
    is_met: bool | None
    checks: list[Check]
    approvals: list[str]


@dataclass(frozen=True, kw_only=True)
class PastDecision(Answer):
    project: str
    gate: str
    decided_at: datetime
    would_block: bool
    because: list[str]
    lacking: list[str]


@dataclass(frozen=True, kw_only=True)
class Simulation(Answer):
    decisions: int
    skipped: int
    would_block: int
    results: list[PastDecision]


@dataclass(frozen=True, kw_only=True)
class Decision(Answer):
    gate: str
    comment: str
    decided_by: Person
    decided_at: datetime
    evidence: list[Check]


@dataclass(frozen=True, kw_only=True)
class Gates(Answer):
    """`gate` is the next one, with what each check says now; `why_not` is why the caller may not pass it."""

    stage: str
    gate: str | None
    status: str | None
    policy: str | None
    is_met: bool
    why_not: str | None
    lacking: list[str]
    checks: list[Check]
    decisions: list[Decision]


@dataclass(frozen=True, kw_only=True)
class Sprint(Answer):
    number: int
    version: int
    goal: str
    start_date: date
    end_date: date
    state: str


@dataclass(frozen=True, kw_only=True)
class Item(Answer):
    number: int
    key: str
    version: int
    title: str
    kind: str
    description: str
    points: int | None
    assignee: Person | None
    sprint: int | None
    state: str
    rank: float
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Subject(Answer):
    type: str
    id: str
    version: int | None


@dataclass(frozen=True, kw_only=True)
class Event(Answer):
    seq: int
    type: str
    subject: Subject
    at: datetime
    actor: str
    label: str
    data: dict[str, Any]
    hash: str


@dataclass(frozen=True, kw_only=True)
class Verdict(Answer):
    is_intact: bool
    checked: int
    first_bad_seq: int | None
    reason: str
    detail: str
    anchored_seq: int | None
    anchored_at: datetime | None


# Data, trainings and runs


@dataclass(frozen=True, kw_only=True)
class Dataset(Answer):
    name: str
    description: str
    created_at: datetime
    versions_url: str


@dataclass(frozen=True, kw_only=True)
class Column(Answer):
    name: str
    kind: str
    nullable: bool


@dataclass(frozen=True, kw_only=True)
class DatasetVersion(Answer):
    dataset: str
    number: int
    origin: str
    filename: str
    note: str
    digest: str
    rows: int
    columns: list[Column]
    is_profiled: bool
    created_by: Person | None
    created_at: datetime
    url: str
    file_url: str


@dataclass(frozen=True, kw_only=True)
class ProfiledDatasetVersion(DatasetVersion):
    profile: dict[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class JobError(Answer):
    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Job(Answer):
    """`progress` is 0 to 1."""

    id: int
    kind: str
    state: str
    progress: float
    note: str
    attempt: int
    max_attempts: int
    result: Any
    error: JobError | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    url: str

    @property
    def has_ended(self) -> bool:
        return self.state not in ("queued", "running")


@dataclass(frozen=True, kw_only=True)
class Log(Answer):
    attempt: int
    at: datetime
    line: str


@dataclass(frozen=True, kw_only=True)
class Training(Answer):
    run_id: str
    run_name: str
    run_url: str
    status: str
    dataset: str
    number: int
    target: str
    estimator: str
    settings: dict[str, Any]
    seed: int
    max_seconds: int
    max_memory_mb: int
    code_version: str
    holdout_digest: str | None
    job: Job | None


@dataclass(frozen=True, kw_only=True)
class Metric(Answer):
    """`value` may be NaN or infinite."""

    key: str
    value: float
    step: int
    timestamp_ms: int


@dataclass(frozen=True, kw_only=True)
class Run(Answer):
    run_id: str
    name: str
    experiment: str
    experiment_id: str
    source: str
    status: str
    params: dict[str, str]
    tags: dict[str, str]
    metrics: list[Metric]
    created_by: Person | None
    started_at: datetime
    ended_at: datetime | None
    url: str

    @property
    def has_ended(self) -> bool:
        return self.status in ("FINISHED", "FAILED", "KILLED")

    def metric(self, key: str) -> float | None:
        """The latest value of a metric, or None if it was not measured."""
        return next((one.value for one in self.metrics if one.key == key), None)


@dataclass(frozen=True, kw_only=True)
class Input(Answer):
    name: str
    digest: str
    context: str
    dataset: str | None
    number: int | None


@dataclass(frozen=True, kw_only=True)
class WholeRun(Run):
    inputs: list[Input]
    failure: str | None


@dataclass(frozen=True, kw_only=True)
class Artifact(Answer):
    path: str
    size: int
    digest: str
    url: str


# Models, reviews and deployments


@dataclass(frozen=True, kw_only=True)
class Model(Answer):
    name: str
    description: str
    tags: dict[str, str]
    versions: int
    latest: int | None
    created_by: Person | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Version(Answer):
    """`version` is the revision that approvals are bound to; `number` is what people call the version."""

    model: str
    number: int
    version: int
    state: str
    run: str | None
    logged_model: str | None
    format: str
    digest: str
    signature: dict[str, Any] | None
    description: str
    tags: dict[str, str]
    created_by: Person | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class EvaluationRows(Answer):
    reference: int | None
    holdout: int | None


@dataclass(frozen=True, kw_only=True)
class Evaluation(Answer):
    """The data on which a version that was trained elsewhere is judged."""

    dataset: str
    number: int
    target: str
    holdout_digest: str | None
    rows: EvaluationRows
    error: str
    job: Job | None
    chosen_by: Person | None
    chosen_at: datetime


@dataclass(frozen=True, kw_only=True)
class Alias(Answer):
    alias: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Approval(Answer):
    decision: str
    approver: Person
    role: str
    comment: str
    revision: int
    digest: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Review(Answer):
    number: int
    version: int
    state: str
    model: str
    model_version: int
    revision: int
    digest: str
    deployment: str | None
    reason: str
    author: Person | None
    requested_by: Person | None
    requested_at: datetime
    decided_by: Person | None
    decided_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ReviewCheck(Answer):
    id: str
    label: str
    state: str
    value: str
    source: str
    url: str


@dataclass(frozen=True, kw_only=True)
class ReviewDetail(Review):
    checks: list[ReviewCheck]
    approvals: list[Approval]
    comparison: dict[str, Any] | None
    evidence: str
    """What a decision made now would be bound to."""

    @property
    def is_computed(self) -> bool:
        """Whether every check has said something: none is still at work."""
        return all(check.state != "wait" for check in self.checks)


@dataclass(frozen=True, kw_only=True)
class Live(Answer):
    number: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class Deployment(Answer):
    name: str
    version: int
    state: str
    model: str
    live: Live
    previous: Live | None
    deployed_by: Person | None
    deployed_at: datetime
    predict_url: str


@dataclass(frozen=True, kw_only=True)
class Prediction(Answer):
    prediction_id: str
    label: Any
    score: float


@dataclass(frozen=True, kw_only=True)
class Warning(Answer):
    row: int
    column: str
    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Predict(Answer):
    deployment: str
    model: str
    version: int
    predictions: list[Prediction]
    warnings: list[Warning]


@dataclass(frozen=True, kw_only=True)
class Labels(Answer):
    labelled: int
    changed: int
    unchanged: int
    unknown: list[str]


# Monitoring


@dataclass(frozen=True, kw_only=True)
class Monitor(Answer):
    deployment: str
    version: int
    window_seconds: int
    min_rows: int
    confirm_windows: int
    retrain_on_drift: bool
    min_labels: int
    cooldown_seconds: int
    watermark: datetime
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Window(Answer):
    started_at: datetime
    ended_at: datetime
    model: str
    model_version: int
    rows: int
    state: str
    features: list[dict[str, Any]]
    performance: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Alert(Answer):
    id: int
    version: int
    deployment: str
    kind: str
    state: str
    summary: str
    features: list[str]
    drifting_since: datetime
    opened_at: datetime
    acknowledged_by: Person | None
    resolved_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Retraining(Answer):
    id: int
    version: int
    deployment: str
    state: str
    alert: int | None
    dataset_version: str | None
    run: str | None
    model_version: str | None
    review: int | None
    reason: str
    note: str
    started_by: Person | None
    started_at: datetime
    ended_at: datetime | None
