"""REST: sprints."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, expected_version, page, valid
from core.errors import Invalid
from core.pages import now
from projects import operations, queries, reviewing
from projects.api.risks import EmptyBody
from projects.api.shapes import PageShape, answer, caller, person
from projects.api_base import ProjectApiView
from projects.enums import Discipline, SprintState
from projects.models import Project, Sprint


class SprintBody(StrictSerializer):
    goal = serializers.CharField(max_length=200)
    start_date = serializers.DateField()
    end_date = serializers.DateField()


class SprintShape(SprintBody):
    number = serializers.IntegerField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=SprintState.choices)


class SprintPageShape(PageShape):
    results = SprintShape(many=True)


class CloseBody(StrictSerializer):
    carry_to = serializers.IntegerField(
        min_value=1,
        allow_null=True,
        default=None,
        help_text="The planned sprint that takes what is open; null is the backlog.",
    )


def sprint_json(sprint: Sprint) -> dict[str, Any]:
    return {
        "number": sprint.number,
        "version": sprint.version,
        "goal": sprint.goal,
        "start_date": sprint.start_date,
        "end_date": sprint.end_date,
        "state": sprint.state,
    }


def named_sprint(project: Project, number: int | None, *, field: str) -> Sprint | None:
    """The sprint with this number. Raises Invalid if there is none."""
    if number is None:
        return None
    found = queries.sprints(project).filter(number=number).first()
    if found is None:
        raise Invalid(f"There is no sprint {number} in this project.", field=field)
    return found


class CapacityRow(StrictSerializer):
    username = serializers.CharField()
    discipline = serializers.ChoiceField(choices=Discipline.choices)
    points = serializers.IntegerField(min_value=0, max_value=200, help_text="If they were there every working day.")
    days_off = serializers.IntegerField(min_value=0, max_value=61, default=0)


class CapacityBody(StrictSerializer):
    rows = CapacityRow(many=True)


class RoomShape(serializers.Serializer[Any]):
    discipline = serializers.CharField(allow_blank=True, help_text="Empty is the whole team.")
    capacity = serializers.FloatField(help_text="Points, days off taken away.")
    committed = serializers.IntegerField()
    is_over = serializers.BooleanField()
    not_split = serializers.IntegerField(
        help_text="Of the whole team's points, those that nobody split among the disciplines: no discipline has them."
    )


class CapacityShape(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="The sprint's.")
    working_days = serializers.IntegerField()
    rows = CapacityRow(many=True)
    rooms = RoomShape(many=True)


def capacity_json(sprint: Sprint) -> dict[str, Any]:
    rows = [
        {"username": one.user.username, "discipline": one.discipline, "points": one.points, "days_off": one.days_off}
        for one in queries.capacities(sprint)
    ]
    rooms = [
        {
            "discipline": one.discipline.value if one.discipline else "",
            "capacity": one.capacity,
            "committed": one.committed,
            "is_over": one.is_over,
            "not_split": one.not_split,
        }
        for one in reviewing.plan_of(sprint)
    ]
    days = reviewing.working_days(sprint.start_date, sprint.end_date)
    return {"version": sprint.version, "working_days": days, "rows": rows, "rooms": rooms}


class SprintsView(ProjectApiView):
    @extend_schema(responses=SprintPageShape)
    def get(self, request: Request, key: str) -> Response:
        """The sprints, newest first."""
        return page(request, queries.sprints(self.project), sprint_json)

    @extend_schema(request=SprintBody, responses={201: SprintShape})
    def post(self, request: Request, key: str) -> Response:
        """Plan the next sprint."""
        body = valid(SprintBody, request)
        sprint = operations.plan_sprint(project=self.project, by=caller(request), now=now(), **body)
        return answer(sprint_json(sprint), sprint, status=201)


class SprintView(ProjectApiView):
    @extend_schema(responses=SprintShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """One sprint."""
        sprint = queries.sprint(self.project, number)
        return answer(sprint_json(sprint), sprint)

    @extend_schema(request=SprintBody, responses=SprintShape)
    def patch(self, request: Request, key: str, number: int) -> Response:
        """Change its goal or its days, while it is not closed."""
        sprint = operations.revise_sprint(
            sprint=queries.sprint(self.project, number),
            values=valid(SprintBody, request, partial=True),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return answer(sprint_json(sprint), sprint)


class SprintStartView(ProjectApiView):
    @extend_schema(request=EmptyBody, responses=SprintShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Make it the active one."""
        valid(EmptyBody, request)
        sprint = operations.start_sprint(
            sprint=queries.sprint(self.project, number),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return answer(sprint_json(sprint), sprint)


class SprintCloseView(ProjectApiView):
    @extend_schema(request=CloseBody, responses=SprintShape)
    def post(self, request: Request, key: str, number: int) -> Response:
        """End it; what is open is carried over."""
        body = valid(CloseBody, request)
        sprint = operations.close_sprint(
            sprint=queries.sprint(self.project, number),
            carry_to=named_sprint(self.project, body["carry_to"], field="carry_to"),
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return answer(sprint_json(sprint), sprint)


class SprintCapacityView(ProjectApiView):
    @extend_schema(responses=CapacityShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """Who has how much room, and how much of it is taken."""
        sprint = queries.sprint(self.project, number)
        return answer(capacity_json(sprint), sprint)

    @extend_schema(request=CapacityBody, responses=CapacityShape)
    def put(self, request: Request, key: str, number: int) -> Response:
        """Say it anew; what stood there goes."""
        body = valid(CapacityBody, request)
        rows = [
            row | {"user": person(self.project, row.pop("username"), field=f"rows[{index}].username")}
            for index, row in enumerate(body["rows"])
        ]
        sprint = operations.set_capacity(
            sprint=queries.sprint(self.project, number),
            rows=rows,
            by=caller(request),
            now=now(),
            expected_version=expected_version(request),
        )
        return answer(capacity_json(sprint), sprint)
