"""Statuses of a project, its gates, work items and risks, and their flows."""

from django.db.models import IntegerChoices, TextChoices

from core.flow import Flow, step


class Stage(TextChoices):
    SCOPING = "scoping", "Scoping"
    FEASIBILITY = "feasibility", "Feasibility"
    DELIVERY = "delivery", "Delivery"
    PRODUCTION = "production", "Production"
    RETIRED = "retired", "Retired"


STAGE_FLOW = Flow(
    Stage,
    initial=Stage.SCOPING,
    steps=[
        step("pass_scope_gate", frm=[Stage.SCOPING], to=Stage.FEASIBILITY),
        step("pass_feasibility_gate", frm=[Stage.FEASIBILITY], to=Stage.DELIVERY),
        step("pass_release_gate", frm=[Stage.DELIVERY], to=Stage.PRODUCTION),
        step("pass_retirement_gate", frm=[Stage.PRODUCTION], to=Stage.RETIRED),
    ],
)


class Gate(TextChoices):
    """The gate that stands between a stage and the next one."""

    SCOPE = "scope", "Scope gate"
    FEASIBILITY = "feasibility", "Feasibility gate"
    RELEASE = "release", "Release gate"
    RETIREMENT = "retirement", "Retirement gate"


GATE_AFTER: dict[str, Gate] = {
    Stage.SCOPING: Gate.SCOPE,
    Stage.FEASIBILITY: Gate.FEASIBILITY,
    Stage.DELIVERY: Gate.RELEASE,
    Stage.PRODUCTION: Gate.RETIREMENT,
}


GATE_BEFORE: dict[str, Gate] = {Stage.FEASIBILITY: Gate.SCOPE, Stage.DELIVERY: Gate.FEASIBILITY}
"""The last gate that was passed, while it can still fall: once released, what was promised is for monitoring."""


EARLIER_GATE: dict[str, Gate] = {
    Gate.FEASIBILITY: Gate.SCOPE,
    Gate.RELEASE: Gate.FEASIBILITY,
    Gate.RETIREMENT: Gate.RELEASE,
}
"""The gate before each: the first is after none."""


class Health(TextChoices):
    GREEN = "green", "Green"
    AMBER = "amber", "Amber"
    RED = "red", "Red"


class GateStatus(TextChoices):
    """Computed, never typed in."""

    LOCKED = "locked", "Locked"
    COLLECTING = "collecting", "Collecting"
    READY = "ready", "Ready for review"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    REJECTED = "rejected", "Rejected"
    APPROVED = "approved", "Approved"
    ON_CONDITIONS = "on_conditions", "Approved with conditions"
    WAIVED = "waived", "Waived"
    EMERGENCY = "emergency", "Passed in an emergency"
    EXPIRED = "expired", "Expired"


class GateVerdict(TextChoices):
    APPROVE = "approve", "Approved"
    APPROVE_ON_CONDITIONS = "approve_on_conditions", "Approved with conditions"
    REQUEST_CHANGES = "request_changes", "Changes requested"
    REJECT = "reject", "Rejected"


class Effect(TextChoices):
    """What comes of a condition that is missed."""

    WARN = "warn", "Warns"
    REVOKE = "revoke", "Takes the gate back"


class RequestState(TextChoices):
    OPEN = "open", "Open"
    WITHDRAWN = "withdrawn", "Withdrawn"
    PASSED = "passed", "Passed"


GATE_REQUEST_FLOW = Flow(
    RequestState,
    initial=RequestState.OPEN,
    steps=[
        step("withdraw", frm=[RequestState.OPEN], to=RequestState.WITHDRAWN),
        step("pass", frm=[RequestState.OPEN], to=RequestState.PASSED),
    ],
)


class PolicyState(TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"
    DISCARDED = "discarded", "Discarded"


POLICY_FLOW = Flow(
    PolicyState,
    initial=PolicyState.DRAFT,
    steps=[
        step("revise", frm=[PolicyState.DRAFT], to=PolicyState.DRAFT),
        step("publish", frm=[PolicyState.DRAFT], to=PolicyState.PUBLISHED),
        step("discard", frm=[PolicyState.DRAFT], to=PolicyState.DISCARDED),
    ],
)


class SprintState(TextChoices):
    PLANNED = "planned", "Planned"
    ACTIVE = "active", "Active"
    CLOSED = "closed", "Closed"


SPRINT_FLOW = Flow(
    SprintState,
    initial=SprintState.PLANNED,
    steps=[
        step("start", frm=[SprintState.PLANNED], to=SprintState.ACTIVE),
        step("close", frm=[SprintState.ACTIVE], to=SprintState.CLOSED),
    ],
)


class SprintVerdict(TextChoices):
    """Whether the goal was reached."""

    MET = "met", "Goal met"
    PARTLY = "partly", "Goal partly met"
    MISSED = "missed", "Goal missed"


class CardKind(TextChoices):
    """What is put down in a review. Decisions and actions become items."""

    WENT_WELL = "went_well", "Went well"
    TO_IMPROVE = "to_improve", "To improve"
    QUESTION = "question", "Open question"
    DECISION = "decision", "Decision"
    ACTION = "action", "Action"


class ItemState(TextChoices):
    """The fixed groups; a project names statuses of its own in each."""

    BACKLOG = "backlog", "Backlog"
    READY = "ready", "Ready"
    IN_PROGRESS = "in_progress", "In progress"
    REVIEW = "review", "Review"
    DONE = "done", "Done"
    DROPPED = "dropped", "Dropped"


FINISHED = (ItemState.DONE, ItemState.DROPPED)
LANES = tuple(state for state in ItemState if state != ItemState.BACKLOG)
"""Where an item of a sprint can be."""
OUTSIDE_SPRINTS = (ItemState.BACKLOG, ItemState.READY, ItemState.DROPPED)

# A team may drag a card anywhere: the flow says so, rather than leaving it unsaid.
ITEM_FLOW = Flow(
    ItemState,
    initial=ItemState.READY,
    steps=[step(f"move_to_{one.value}", frm=[s for s in ItemState if s != one], to=one) for one in ItemState],
)


class ItemKind(TextChoices):
    STORY = "story", "Story"
    TASK = "task", "Task"
    DATA = "data", "Data task"
    EXPERIMENT = "experiment", "Experiment"
    SPIKE = "spike", "Spike"
    RISK = "risk", "Risk action"
    APPROVAL = "approval", "Approval"
    INCIDENT = "incident", "Incident"
    RELEASE = "release", "Release"


class Track(TextChoices):
    """Whose work an item is: the swim-lanes of a board."""

    RESEARCH = "research", "Research"
    ENGINEERING = "engineering", "Engineering"
    RISK = "risk", "Risk"


TRACKS = {
    Track.RESEARCH: (ItemKind.EXPERIMENT, ItemKind.SPIKE, ItemKind.DATA),
    Track.ENGINEERING: (ItemKind.STORY, ItemKind.TASK, ItemKind.INCIDENT, ItemKind.RELEASE),
    Track.RISK: (ItemKind.RISK, ItemKind.APPROVAL),
}
"""Of which kinds each is; every kind is of one."""


TESTING = (ItemKind.EXPERIMENT, ItemKind.SPIKE)
"""The kinds that are there to test something."""


class Priority(IntegerChoices):
    NONE = 0, "No priority"
    LOW = 1, "Low"
    MEDIUM = 2, "Medium"
    HIGH = 3, "High"
    URGENT = 4, "Urgent"


PRIORITIES = {priority.name.lower(): priority for priority in Priority}
"""By the words that the API and the quick line have for them."""


class Discipline(TextChoices):
    """Whose work an estimate is of."""

    PRODUCT = "product", "Product"
    DATA_SCIENCE = "data_science", "Data science"
    ENGINEERING = "engineering", "Engineering"
    VALIDATION = "validation", "Validation"


class BlockCause(TextChoices):
    """What holds an item up."""

    DATA = "data", "Data"
    ACCESS = "access", "Access or rights"
    DECISION = "decision", "A decision"
    PEOPLE = "people", "People"
    DEPENDENCY = "dependency", "Other work"
    ENVIRONMENT = "environment", "Environment or tools"
    SUPPLIER = "supplier", "A supplier"
    OTHER = "other", "Something else"


class HypothesisResult(TextChoices):
    """How an experiment or a spike ended."""

    CONFIRMED = "confirmed", "Confirmed"
    REFUTED = "refuted", "Refuted"
    INCONCLUSIVE = "inconclusive", "Inconclusive"


class Triage(TextChoices):
    """Where a request stands that came in from outside the plan; what was planned has none."""

    WAITING = "waiting", "Waiting"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"


TRIAGE_FLOW = Flow(
    Triage,
    initial=Triage.WAITING,
    steps=[
        step("accept", frm=[Triage.WAITING], to=Triage.ACCEPTED),
        step("decline", frm=[Triage.WAITING], to=Triage.DECLINED),
    ],
)


class Layout(TextChoices):
    """How a list of items is shown."""

    TABLE = "table", "Table"
    LIST = "list", "List"
    BOARD = "board", "Board"


class Visibility(TextChoices):
    """Who of a project reads a comment."""

    TEAM = "team", "The team"
    EVERYONE = "everyone", "Everyone"


class FieldType(TextChoices):
    """Of what a project's own field of its items is."""

    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    DATE = "date", "Date"
    CHOICE = "choice", "Choice"


class RiskState(TextChoices):
    OPEN = "open", "Open"
    TREATED = "treated", "Treated"
    ACCEPTED = "accepted", "Accepted"


RISK_FLOW = Flow(
    RiskState,
    initial=RiskState.OPEN,
    steps=[
        step("treat", frm=[RiskState.OPEN, RiskState.ACCEPTED], to=RiskState.TREATED),
        step("accept", frm=[RiskState.OPEN], to=RiskState.ACCEPTED),
        step("reopen", frm=[RiskState.TREATED, RiskState.ACCEPTED], to=RiskState.OPEN),
    ],
)


class RiskPhase(TextChoices):
    """The reasons for which projects fail."""

    PLANNING = "planning", "Planning"
    SCOPING = "scoping", "Scoping"
    TECHNOLOGY = "technology", "Technology"
    EXPERIMENTATION = "experimentation", "Experimentation"
    DATA = "data", "Data"
    PEOPLE = "people", "People and change"
    PRODUCTION = "production", "Production"


class RiskLevel(IntegerChoices):
    LOW = 1, "Low"
    MEDIUM = 2, "Medium"
    HIGH = 3, "High"
    CRITICAL = 4, "Critical"


class OptionKind(TextChoices):
    """A scope needs all three: without doing nothing and the simplest model, nothing shows what more is worth."""

    NONE = "none", "Nothing, or rules"
    SIMPLE = "simple", "The simplest model"
    AMBITIOUS = "ambitious", "Ambitious"


class RiskCategory(TextChoices):
    DATA = "data", "Data"
    MODEL = "model", "Model"
    FAIRNESS = "fairness", "Fairness"
    PRIVACY = "privacy", "Privacy"
    SECURITY = "security", "Security"
    OPERATIONS = "operations", "Operations"
    LEGAL = "legal", "Legal"
    VALUE = "value", "Business value"
    DELIVERY = "delivery", "Delivery"
    THIRD_PARTY = "third_party", "Third party"


class Knowledge(TextChoices):
    """How much the rating rests on; weak knowledge shows the risk one level higher."""

    WEAK = "weak", "Weak: a guess"
    MEDIUM = "medium", "Medium: some cases"
    STRONG = "strong", "Strong: measured"


class TreatmentKind(TextChoices):
    AVOID = "avoid", "Avoid"
    REDUCE = "reduce", "Reduce"
    SHARE = "share", "Share"
    ACCEPT = "accept", "Accept"


class ControlKind(TextChoices):
    PREVENTIVE = "preventive", "Preventive"
    DETECTIVE = "detective", "Detective"
    CORRECTIVE = "corrective", "Corrective"


class ControlState(TextChoices):
    PLANNED = "planned", "Planned"
    IN_PLACE = "in_place", "In place"
    FAILING = "failing", "Failing"
    RETIRED = "retired", "Retired"


# A control is what it is found to be: it may fail, be mended and be given up in any order.
CONTROL_FLOW = Flow(
    ControlState,
    initial=ControlState.PLANNED,
    steps=[
        step(f"found_{state.value}", frm=[s for s in ControlState if s != state], to=state) for state in ControlState
    ],
)


class AcceptanceSide(TextChoices):
    """For whom somebody signs the acceptance of a risk."""

    OWNER = "owner", "its owner"
    BUSINESS = "business", "the business"
    RISK = "risk", "the second line"
    SPONSOR = "sponsor", "the sponsor"


class Severity(TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"


class FindingState(TextChoices):
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


FINDING_FLOW = Flow(
    FindingState,
    initial=FindingState.OPEN,
    steps=[
        step("close", frm=[FindingState.OPEN], to=FindingState.CLOSED),
        step("reopen", frm=[FindingState.CLOSED], to=FindingState.OPEN),
    ],
)


class Operator(TextChoices):
    """How an indicator is compared with its threshold; where this holds, it is breached."""

    ABOVE = "gt", "above"
    AT_LEAST = "gte", "at least"
    BELOW = "lt", "below"
    AT_MOST = "lte", "at most"


class RegimeClass(TextChoices):
    """How a system stands under a regime, from the weakest to what must not be built."""

    MINIMAL = "minimal", "Minimal"
    TRANSPARENCY = "transparency", "Transparency"
    HIGH = "high", "High-risk"
    PROHIBITED = "prohibited", "Prohibited"


class SpikeState(TextChoices):
    PLANNED = "planned", "Planned"
    LOCKED = "locked", "Locked"
    ENDED = "ended", "Ended"


SPIKE_FLOW = Flow(
    SpikeState,
    initial=SpikeState.PLANNED,
    steps=[
        step("lock", frm=[SpikeState.PLANNED], to=SpikeState.LOCKED),
        step("end", frm=[SpikeState.LOCKED], to=SpikeState.ENDED),
    ],
)


class SpikeZone(TextChoices):
    """In which of its zones a spike ended; STOPPED without reaching one."""

    PROCEED = "proceed", "Proceed"
    PIVOT = "pivot", "Pivot"
    KILL = "kill", "Kill"
    STOPPED = "stopped", "Stopped, inconclusive"


class DataCheck(TextChoices):
    """What has to be so before anybody trains on it."""

    EXISTS = "exists", "The data exist"
    LAWFUL = "lawful", "They may be used for this"
    JOINED = "joined", "Their keys join"
    LABEL = "label", "The label is defined"
    DELAY = "delay", "The label comes in time"
    VOLUME = "volume", "There are enough positives"
    AVAILABLE = "available", "They are there when it is decided"
    STABLE = "stable", "They are stable over time"


class Importance(TextChoices):
    """What becomes of the plan if the assumption is wrong."""

    LOW = "low", "Low: nothing changes"
    MEDIUM = "medium", "Medium: it costs more"
    HIGH = "high", "High: the plan falls"


class AssumptionState(TextChoices):
    OPEN = "open", "Open"
    SUPPORTED = "supported", "Supported"
    REFUTED = "refuted", "Refuted"


# What is known can turn out otherwise, in either direction.
ASSUMPTION_FLOW = Flow(
    AssumptionState,
    initial=AssumptionState.OPEN,
    steps=[
        step("find_supported", frm=[AssumptionState.OPEN, AssumptionState.REFUTED], to=AssumptionState.SUPPORTED),
        step("find_refuted", frm=[AssumptionState.OPEN, AssumptionState.SUPPORTED], to=AssumptionState.REFUTED),
        step("find_open", frm=[AssumptionState.SUPPORTED, AssumptionState.REFUTED], to=AssumptionState.OPEN),
    ],
)


class KillDecision(TextChoices):
    """What whoever decides said when a kill criterion fell due. Who says nothing has said stop."""

    STOP = "stop", "Stop"
    GO_ON = "go_on", "Go on"


class Function(TextChoices):
    """Who is asked before a project goes on: each has something against it, or says why not."""

    BUSINESS = "business", "Business"
    DATA_SCIENCE = "data_science", "Data science"
    IT = "it", "IT"
    RISK = "risk", "Risk"
