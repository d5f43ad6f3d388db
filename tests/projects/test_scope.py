"""Revising the scope."""

from decimal import Decimal

import pytest

from core.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from core.models import Event
from projects import operations
from projects.enums import Stage
from projects.models import Project, Scope
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now

pytestmark = pytest.mark.django_db


def revise(project, by=None, expected_version=None, **values):
    return operations.revise_scope(
        project=project, values=values, by=by or project.created_by, now=now(), expected_version=expected_version
    )


def test_revise_scope_changes_the_given_fields_and_tells_both_values():
    project = make_project()
    revise(project, metric="average_precision", baseline=0.42)

    scope = revise(project, baseline=0.5, cost_low=Decimal("10.5"))

    assert (scope.version, scope.metric, scope.baseline, scope.cost_low) == (
        3,
        "average_precision",
        0.5,
        Decimal("10.50"),
    )
    assert Event.objects.filter(type="scope.revised").last().data["changes"] == {
        "baseline": [0.42, 0.5],
        "cost_low": [None, "10.50"],
    }


def test_revise_scope_without_a_change_is_no_revision():
    project = make_project()
    revise(project, metric="recall")

    scope = revise(project, metric="recall")

    assert scope.version == 2
    assert Event.objects.filter(type="scope.revised").count() == 1


@pytest.mark.parametrize("role", [Role.ENGINEER, Role.VIEWER, None])
def test_revise_scope_without_the_role_refused(role):
    project = make_project()

    with pytest.raises(NotAllowed):
        revise(project, by=make_member(project, role) if role else make_user(), metric="recall")

    assert Scope.objects.get(project=project).version == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"baseline": float("nan")}, "baseline"),
        ({"minimal_useful": float("inf")}, "minimal_useful"),
        ({"baseline": "0.4"}, "baseline"),
        ({"baseline": True}, "baseline"),
        ({"benefit_low": Decimal("NaN")}, "benefit_low"),
        ({"cost_low": Decimal("-1")}, "cost_low"),
        ({"cost_high": Decimal("1e15")}, "cost_high"),
        ({"cost_low": Decimal(5), "cost_high": Decimal(4)}, "cost_low"),
        ({"benefit_low": Decimal(5), "benefit_high": Decimal(4)}, "benefit_low"),
        ({"direction": "sideways"}, "direction"),
        ({"metric": "x" * 61}, "metric"),
        ({"decision": "a\x00b"}, "decision"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_revise_scope_bad_value_names_the_field(values, field):
    project = make_project()

    with pytest.raises(Invalid) as refusal:
        revise(project, **values)

    assert [one.field for one in refusal.value.errors] == [field]
    assert Scope.objects.get(project=project).version == 1


def test_revise_scope_says_all_that_is_wrong_at_once():
    with pytest.raises(Invalid) as refusal:
        revise(make_project(), baseline=float("inf"), direction="up", metric="recall")

    assert [one.field for one in refusal.value.errors] == ["baseline", "direction"]


def test_revise_scope_low_above_the_stored_high_refused():
    project = make_project()
    revise(project, cost_high=Decimal(4))

    with pytest.raises(Invalid, match="is above the highest"):
        revise(project, cost_low=Decimal(5))


def test_revise_scope_somebody_else_was_first_refused():
    project = make_project()
    revise(project, metric="recall", expected_version=1)

    with pytest.raises(PreconditionFailed, match="you have version 1, it is version 2 now"):
        revise(project, metric="precision", expected_version=1)

    assert Scope.objects.get(project=project).metric == "recall"


def test_revise_scope_of_a_retired_project_refused():
    project = make_project()
    Project.objects.filter(pk=project.pk).update(stage=Stage.RETIRED)

    with pytest.raises(Conflict, match="retired"):
        revise(project, metric="recall")
