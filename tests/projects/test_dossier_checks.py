"""What the scope gate asks of a dossier that was begun."""

from datetime import date, timedelta

import pytest

from core.errors import Conflict
from projects import documents, dossier_checks, gates, operations, queries
from projects.enums import DataCheck, Stage
from projects.models import Project
from projects.roles import Role
from tests.factories import make_member, make_project, now
from tests.projects.factories import make_ready_for_scope_gate
from tests.projects.worked_example import SAME_KIND

pytestmark = pytest.mark.django_db

LIMITS = {"money": 900_000.0, "skills": {"engineering": 30.0}, "run_cost": 300_000.0, "latency_ms": 80.0}


class Team:
    """A project whose scope is ready, with one of each role."""

    def __init__(self):
        self.project = make_project()
        make_ready_for_scope_gate(self.project)
        self.owner = self.project.created_by
        self.scientist, self.engineer, self.validator = (
            make_member(self.project, role) for role in (Role.DATA_SCIENTIST, Role.ENGINEER, Role.VALIDATOR)
        )

    def fill(self, *, without=()):
        """The whole dossier, but for the named parts."""
        steps = ("template", "seal", "cost", "measure", "compare", "open", "object", "set_criterion", "ready")
        for name in steps:
            if name not in without:
                getattr(self, name)()

    def seal(self):
        operations.seal_ceiling(project=self.project, values=LIMITS, by=self.owner, now=now())

    def template(self):
        operations.start_from_template(project=self.project, template="card_fraud", by=self.scientist, now=now())

    def cost(self):
        option = queries.option(self.project, 2)
        operations.revise_option(option=option, values={"estimate": 21.0}, by=self.scientist, now=now())

    def measure(self):
        values = {
            "today_recall": 0.42,
            "today_false_alarm_rate": 0.004,
            "today_run_cost": 120_000.0,
            "today_source": "Rules on March.",
            "today_measured_on": date(2026, 4, 2),
        }
        operations.revise_dossier(project=self.project, values=values, by=self.scientist, now=now())

    def compare(self):
        given = {"title": "Churn", "actual_effort": 14.0, "source": "Its report."}
        precedent = operations.add_precedent(project=self.project, values=given, by=self.scientist, now=now())
        for by in (self.scientist, self.validator):
            operations.rate_precedent(precedent=precedent, ratings=SAME_KIND, evidence={}, by=by, now=now())
        option = queries.option(self.project, 2)
        operations.revise_option(option=option, values={"precedent": precedent}, by=self.scientist, now=now())

    def open(self):
        operations.open_ceiling(ceiling=queries.ceiling(self.project), by=self.owner, now=now())

    def object(self):
        for by in (self.owner, self.scientist, self.engineer, self.validator):
            operations.hand_in_objection(
                project=self.project, text="None, it is in the register.", has_none=True, by=by, now=now()
            )

    def ready(self):
        for check in DataCheck:
            operations.answer_readiness(
                project=self.project, check=check, is_met=True, reason="Looked at.", by=self.engineer, now=now()
            )

    def set_criterion(self, days=30):
        operations.add_kill_criterion(
            project=self.project,
            values={"text": "Labels come in time.", "due_date": now().date() + timedelta(days=days)},
            decider=self.owner,
            by=self.scientist,
            now=now(),
        )

    def missing(self):
        content = documents.content_of(self.project)
        return [part.id for part in dossier_checks.parts_of(self.project, content) if not part.is_met]

    def check(self):
        return next(one for one in gates.evaluate(self.project) if one.id == "dossier")


def test_whole_dossier_is_met():
    team = Team()
    team.fill()

    assert team.missing() == []
    assert (team.check().state, team.check().value) == ("ok", "12 of 12")
    operations.pass_gate(project=team.project, by=team.owner, now=now())


def test_begun_dossier_without_the_rest_blocks_the_gate():
    team = Team()
    team.template()

    assert team.check().state == "bad"
    with pytest.raises(Conflict) as refusal:
        operations.pass_gate(project=team.project, by=team.owner, now=now())
    assert [one.field for one in refusal.value.errors] == ["dossier"]


@pytest.mark.parametrize(("tier", "state"), [(None, "ok"), (2, "ok"), (3, "bad"), (4, "bad")])
def test_serious_project_needs_a_dossier_whether_begun_or_not(monkeypatch, tier, state):
    monkeypatch.setattr(dossier_checks.tiers, "tier_of", lambda project: tier)

    assert Team().check().state == state


@pytest.mark.parametrize(
    ("without", "missing"),
    [
        (("open",), ["ceiling"]),
        (("seal", "open"), ["ceiling"]),
        (("compare",), []),
        (("compare", "seal", "open"), ["precedents", "ceiling"]),
        (("object",), ["objections"]),
        (("set_criterion",), ["kill"]),
        (("ready",), ["data"]),
    ],
)
def test_gate_names_what_the_dossier_lacks(without, missing):
    team = Team()
    team.fill(without=without)

    assert team.missing() == missing


def test_ceiling_sealed_after_costing_does_not_count():
    team = Team()
    team.fill(without=("seal", "open"))
    team.seal()
    team.open()

    assert team.missing() == ["ceiling"]


def test_option_that_nobody_can_pay_for_and_one_that_is_too_slow():
    team = Team()
    team.fill()
    values = {"recall": [0.1, 0.2, 0.3], "run_cost": [4e5, 5e5, 6e5]}
    for number in (2, 3):
        operations.revise_option(
            option=queries.option(team.project, number), values=values, by=team.scientist, now=now()
        )

    assert {"resources", "gain"} <= set(team.missing())


def test_status_quo_without_its_day_is_remembered_rather_than_measured():
    team = Team()
    team.fill()
    operations.revise_dossier(project=team.project, values={"today_measured_on": None}, by=team.scientist, now=now())

    assert team.missing() == ["today"]


@pytest.mark.parametrize(("stage", "gate"), [(Stage.FEASIBILITY, "feasibility"), (Stage.DELIVERY, "release")])
def test_criterion_that_came_true_blocks_every_later_gate(stage, gate):
    team = Team()
    team.set_criterion(days=1)
    Project.objects.filter(pk=team.project.pk).update(stage=stage)
    project = Project.objects.get(pk=team.project.pk)

    def state():
        return next(one.state for one in gates.evaluate(project) if one.id == "kill_criteria")

    assert state() == "ok"
    criterion = queries.kill_criterion(project, 1)
    operations.decide_kill_criterion(
        criterion=criterion, decision="stop", reason="They do not.", by=team.owner, now=now()
    )
    assert state() == "bad"


def test_who_says_nothing_by_the_day_has_said_stop():
    team = Team()
    team.set_criterion(days=1)
    criteria = documents.content_of(team.project)["kill_criteria"]
    due = now().date() + timedelta(days=1)

    assert dossier_checks.stopping(criteria, due) == []
    assert dossier_checks.stopping(criteria, due + timedelta(days=1)) == ["Labels come in time."]
    criterion = queries.kill_criterion(team.project, 1)
    operations.decide_kill_criterion(criterion=criterion, decision="go_on", reason="In May.", by=team.owner, now=now())
    criteria = documents.content_of(team.project)["kill_criteria"]
    assert dossier_checks.stopping(criteria, due + timedelta(days=1)) == []
