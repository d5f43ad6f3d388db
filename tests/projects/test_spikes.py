"""Spikes: zones locked before the first run, read from the runs that count, and what they settle."""

import json
import threading

import pytest
from django.db import connection, connections
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict, DomainError, Invalid, NotAllowed, PreconditionFailed
from core.flow import IllegalStep
from core.models import Event
from projects import documents, operations, queries, scoping
from projects.models import DossierRevision, Spike, WorkItem
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_token
from tests.projects.worked_example import ANOTHER_KIND, sheet

pytestmark = pytest.mark.django_db

PLAN = {
    "hypothesis": "Labels that are 45 days late still teach enough.",
    "metric": "average_precision",
    "proceed_at": 0.6,
    "kill_at": 0.4,
    "spending_cap": 8000.0,
}


def begun(owner=None):
    project = make_project(owner=owner)
    operations.start_from_template(project=project, template="card_fraud", by=project.created_by, now=now())
    return project


def plan(project, *, tests="label", by=None, option=2, **values):
    return operations.plan_spike(
        option=queries.option(project, option),
        tests=tests,
        values=PLAN | values,
        by=by or project.created_by,
        now=now(),
    )


def lock(spike, by=None):
    return operations.lock_spike(spike=spike, by=by or spike.project.created_by, now=now())


def count(spike, run, value, low=None, high=None):
    return operations.count_run(spike=spike, run=run, sample=scoping.Sample(value, low, high), now=now())


def facts(project):
    """What must not change when something is refused."""
    return (
        documents.content_of(project),
        list(Spike.objects.filter(project=project).values()),
        WorkItem.objects.filter(project=project).count(),
        DossierRevision.objects.filter(project=project).count(),
        Event.objects.filter(stream_id=project.pk).count(),
    )


def compare(project, ratings, *, actual=14.0):
    """Option 2 beside a precedent that two persons rated so."""
    precedent = operations.add_precedent(
        project=project,
        values={"title": "Churn", "actual_effort": actual, "source": "Its report."},
        by=project.created_by,
        now=now(),
    )
    for by in (project.created_by, make_member(project, Role.VALIDATOR)):
        operations.rate_precedent(precedent=precedent, ratings=ratings, evidence={}, by=by, now=now())
    operations.revise_option(
        option=queries.option(project, 2), values={"precedent": precedent}, by=project.created_by, now=now()
    )


def judged(project):
    return scoping.studio(documents.content_of(project)).verdict(2)


# --- what runs say: pure --------------------------------------------------------------------------------------------

HIGHER = scoping.Zones(0.6, 0.4)


def samples(*values):
    return [scoping.Sample(value) for value in values]


@pytest.mark.parametrize(
    ("values", "zone"),
    [
        ((0.7, 0.71, 0.69), "proceed"),
        ((0.5, 0.51, 0.49), "pivot"),
        ((0.2, 0.21, 0.19), "kill"),
        ((0.5, 0.7, 0.6), None),
    ],
)
def test_the_whole_interval_lies_in_one_zone_or_says_nothing(values, zone):
    assert scoping.read(samples(*values), HIGHER).zone == zone


def test_zones_where_lower_is_better_are_the_mirror_image():
    lower = scoping.Zones(0.4, 0.6, is_higher_better=False)

    assert [lower.of(value) for value in (0.4, 0.5, 0.6, 0.61)] == ["proceed", "pivot", "pivot", "kill"]
    assert [HIGHER.of(value) for value in (0.6, 0.5, 0.4, 0.39)] == ["proceed", "pivot", "pivot", "kill"]
    with pytest.raises(ValueError, match="the kill zone lies above"):
        scoping.Zones(0.6, 0.4, is_higher_better=False)


def test_interval_is_students():
    found = scoping.read(samples(0.50, 0.54, 0.58), HIGHER)

    half = 4.302652729749464 * 0.04 / 3**0.5  # Student's t with 2 degrees of freedom, 97.5%
    assert (found.low, found.mean, found.high) == pytest.approx((0.54 - half, 0.54, 0.54 + half))


def test_more_runs_that_were_asked_for_decide_it():
    spread = [0.64, 0.70, 0.76, 0.58]
    found = scoping.read(samples(*spread), HIGHER)
    assert found.zone is None
    assert f"{found.more} more runs, or stop" in found.sentence

    mean, deviation = 0.67, 0.0774596669241483  # of the four
    count = len(spread) + found.more
    step = deviation * ((count - 1) / count) ** 0.5
    as_many = [mean + step * (1 if i % 2 else -1) * (1 + i * 1e-9) for i in range(count)]

    assert scoping.read(samples(*as_many), HIGHER).zone == "proceed"


def test_few_runs_and_the_same_run_again_say_nothing():
    assert scoping.read(samples(0.70, 0.71), HIGHER, least=3).zone is None
    assert scoping.read(samples(0.7, 0.7, 0.7), HIGHER, least=3).runs == 1
    assert scoping.read([scoping.Sample(0.7)], HIGHER).zone is None
    assert scoping.read([scoping.Sample(0.7, 0.65, 0.75)], HIGHER).zone == "proceed"
    assert scoping.read([scoping.Sample(0.7, 0.55, 0.75)], HIGHER).zone is None


def test_on_the_edge_of_a_zone_no_number_of_runs_decides():
    found = scoping.read(samples(0.5, 0.7), HIGHER)

    assert (found.zone, found.more) == (None, None)
    assert found.sentence.endswith("Stop.")


# --- planning -------------------------------------------------------------------------------------------------------


def test_plan_spike_makes_a_card_and_a_revision():
    project = begun()

    spike = plan(project, title="Do late labels teach?")

    assert (spike.item.title, spike.item.kind, spike.item.sprint) == ("Do late labels teach?", "experiment", None)
    (kept,) = DossierRevision.objects.get(project=project, number=2).content["spikes"]
    assert (kept["number"], kept["tests"], kept["state"], kept["experiment"]) == (1, "label", "planned", "Spike 1")
    assert Event.objects.get(type="spike.planned").data == {"tests": "label", "option": 2, "item": 1}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"days": 29}, "days"),
        ({"least_runs": 0}, "least_runs"),
        ({"spending_cap": -1.0}, "spending_cap"),
        ({"dataset": "card-transactions"}, "dataset"),
        ({"kill_at": 0.7}, "kill_at"),
        ({"tests": "weather"}, "tests"),
        ({"title": ""}, "title"),
        ({"is_higher_better": "yes"}, "is_higher_better"),
    ],
)
def test_plan_spike_with_a_wrong_value_names_it_and_writes_nothing(values, field):
    project = begun()
    before = facts(project)

    with pytest.raises(Invalid) as refusal:
        plan(project, **values)

    assert refusal.value.errors[0].field == field
    assert facts(project) == before


@pytest.mark.parametrize("role", [Role.ENGINEER, Role.VALIDATOR, Role.VIEWER])
def test_spike_without_the_role_refused(role):
    project = begun()
    spike = lock(plan(project))
    planned = plan(project)
    member = make_member(project, role)
    before = facts(project)

    for act in (
        lambda: plan(project, by=member),
        lambda: operations.revise_spike(spike=planned, values={"days": 3}, by=member, now=now()),
        lambda: lock(planned, by=member),
        lambda: operations.stop_spike(spike=spike, comment="No.", by=member, now=now()),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert facts(project) == before


def test_plan_spike_of_an_option_that_was_removed_refused():
    project = begun()
    option = queries.option(project, 2)
    operations.remove_option(option=option, by=project.created_by, now=now())

    with pytest.raises(Conflict, match="was removed"):
        operations.plan_spike(option=option, tests="label", by=project.created_by, now=now())


def test_revise_spike_never_overwrites_what_another_changed():
    project = begun()
    spike = plan(project)
    operations.revise_spike(spike=spike, values={"days": 7}, by=project.created_by, now=now())
    before = facts(project)

    with pytest.raises(PreconditionFailed, match="days"):
        operations.revise_spike(
            spike=spike,
            values={"days": 9, "metric": "recall"},
            seen={"days": 14, "metric": "average_precision"},
            by=project.created_by,
            now=now(),
        )

    assert facts(project) == before


# --- the lock -------------------------------------------------------------------------------------------------------


def test_lock_fixes_the_plan_under_its_digest():
    project = begun()

    spike = lock(plan(project))

    assert spike.digest == documents.digest_of(documents.spike_plan(spike))
    assert Event.objects.get(type="spike.locked").data["digest"] == spike.digest
    with pytest.raises(IllegalStep):
        operations.revise_spike(spike=spike, values={"proceed_at": 0.5}, by=project.created_by, now=now())
    with pytest.raises(IllegalStep):
        lock(spike)


def test_lock_names_all_that_the_plan_lacks():
    project = begun()
    spike = plan(project, hypothesis="", metric="", proceed_at=None, kill_at=None)
    before = facts(project)

    with pytest.raises(Invalid) as refusal:
        lock(spike)

    assert [one.field for one in refusal.value.errors] == ["hypothesis", "metric", "proceed_at", "kill_at"]
    assert facts(project) == before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE projects_spike SET proceed_at = 0.5",
        "UPDATE projects_spike SET digest = repeat('0', 64)",
        "UPDATE projects_spike SET state = 'planned', digest = '', locked_at = NULL, locked_by_id = NULL",
        "UPDATE projects_spike SET samples = '{}'",
        "DELETE FROM projects_spike",
    ],
)
def test_database_refuses_to_change_a_locked_plan_or_to_forget_a_run(change):
    count(lock(plan(begun())), "a" * 32, 0.7)

    with pytest.raises(IntegrityError, match="is locked"), connection.cursor() as cursor:
        cursor.execute(change)


def test_database_refuses_to_change_an_ended_spike():
    operations.stop_spike(spike=lock(plan(begun())), comment="The data is gone.", by=None, now=now())

    with pytest.raises(IntegrityError, match="is ended"), connection.cursor() as cursor:
        cursor.execute("UPDATE projects_spike SET zone = 'proceed'")


@pytest.mark.django_db(transaction=True)
def test_lock_against_revise_leaves_the_digest_of_what_stands():
    project = begun()
    for attempt in range(5):
        spike = plan(project, title=f"Attempt {attempt}")
        barrier = threading.Barrier(2)

        def lower(spike=spike, barrier=barrier):
            barrier.wait()
            try:
                operations.revise_spike(spike=spike, values={"proceed_at": 0.5}, by=project.created_by, now=now())
            except DomainError:
                pass
            finally:
                connections.close_all()

        other = threading.Thread(target=lower)
        other.start()
        barrier.wait()
        locked = lock(spike)
        other.join()

        stands = queries.spike(project, locked.number)
        assert stands.digest == documents.digest_of(documents.spike_plan(stands))


# --- runs and their zones -------------------------------------------------------------------------------------------


def test_spike_ends_by_itself_in_the_zone_of_its_interval():
    spike = lock(plan(begun()))
    count(spike, "a" * 32, 0.70)
    count(spike, "b" * 32, 0.71)
    assert count(spike, "b" * 32, 0.1).samples["b" * 32] == [0.71, None, None], "what counted stays"

    ended = count(spike, "c" * 32, 0.69)

    assert (ended.state, ended.zone) == ("ended", "proceed")
    assert count(spike, "d" * 32, 0.1).zone == "proceed", "a run after the end changes nothing"
    assert list(Event.objects.filter(type__startswith="spike.").order_by("seq").values_list("type", flat=True)) == [
        "spike.planned",
        "spike.locked",
        "spike.read",
        "spike.read",
        "spike.ended",
    ]


def test_run_before_the_lock_counts_for_nothing():
    spike = plan(begun())
    before = facts(spike.project)

    count(spike, "a" * 32, 0.7)

    assert facts(spike.project) == before


def test_stop_spike_needs_a_reason_and_only_a_locked_one():
    project = begun()
    spike = plan(project)
    with pytest.raises(IllegalStep):
        operations.stop_spike(spike=spike, comment="No.", by=project.created_by, now=now())
    lock(spike)
    with pytest.raises(Invalid):
        operations.stop_spike(spike=spike, comment=" ", by=project.created_by, now=now())

    stopped = operations.stop_spike(spike=spike, comment="Too dear.", by=project.created_by, now=now())

    assert (stopped.state, stopped.zone, stopped.comment) == ("ended", "stopped", "Too dear.")


def end_in(project, value, **values):
    spike = lock(plan(project, **values))
    for n, run in enumerate("abc"):
        count(spike, run * 32, value + n / 100)


# --- what a spike settles -------------------------------------------------------------------------------------------

ONE_OPEN = sheet(2, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def test_open_dimension_keeps_an_option_harder_than_it_looks_until_its_spike_proceeds():
    project = begun()
    compare(project, ONE_OPEN)
    assert (judged(project).open_critical, judged(project).is_realistic) == (("label",), False)

    end_in(project, 0.5)  # pivot: nothing settled
    end_in(project, 0.7, tests="recall")  # another question
    end_in(project, 0.7, option=3)  # another option
    assert judged(project).open_critical == ("label",)
    end_in(project, 0.7)

    assert (judged(project).open_critical, judged(project).is_realistic) == ((), True)


def test_optimism_is_settled_by_a_spike_of_the_effort_alone():
    project = begun()
    compare(project, sheet(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), actual=60.0)
    assert judged(project).ratio.central > 1.5
    end_in(project, 0.7)
    assert not judged(project).is_realistic

    end_in(project, 0.7, tests="effort")

    assert judged(project).is_realistic


def test_kill_zone_makes_an_option_unrealistic_whatever_else_proceeds():
    project = begun()
    compare(project, ONE_OPEN)
    end_in(project, 0.7)
    end_in(project, 0.2, tests="recall")

    verdict = judged(project)

    assert verdict.quadrant in ("harder_than_it_looks", "neither")
    assert "A spike ended in its kill zone: recall reachable." in verdict.reasons


# --- doors ----------------------------------------------------------------------------------------------------------


def test_studio_makes_a_spike_from_an_open_dimension_and_locks_it(client):
    project = begun()
    compare(project, ANOTHER_KIND)
    client.force_login(project.created_by)
    studio = reverse("projects:studio", args=[project.key])
    before = client.get(f"{studio}?section=options&option=2").content.decode()
    assert 'name="tests" value="label"' in before

    made = client.post(reverse("projects:spike-plan", args=[project.key]), {"option": "2", "tests": "label"})

    assert made["Location"] == f"{studio}?section=spikes&spike=1"
    page = client.get(made["Location"])
    values = dict.fromkeys(page.context["form"].fields, "") | {
        "revision": page.context["dossier"].version,
        "title": "Late labels",
        "days": "7",
        "spending_cap": "0",
        "experiment": "Spike 1",
        "least_runs": "3",
        "is_higher_better": "True",
        **{name: PLAN[name] for name in ("hypothesis", "metric", "proceed_at", "kill_at")},
    }
    assert client.post(made["Location"], values).status_code == 302
    client.post(reverse("projects:spike-lock", args=[project.key, 1]))
    spike = queries.spike(project, 1)
    assert (spike.state, spike.title, spike.proceed_at) == ("locked", "Late labels", 0.6)
    locked = client.get(made["Location"])
    assert locked.context["form"] is None
    assert "Inconclusive: 3 more runs, or stop." in locked.content.decode()
    refused = client.post(reverse("projects:spike-stop", args=[project.key, 1]), {"comment": "x" * 4001})
    assert refused.status_code == 422
    assert refused.context["stop_form"]["comment"].value() == "x" * 4001
    assert "4001" in refused.context["stop_form"].errors["comment"][0]
    client.post(reverse("projects:spike-stop", args=[project.key, 1]), {"comment": "Enough."})
    assert queries.spike(project, 1).zone == "stopped"


def test_studio_tells_both_values_of_a_spike_that_two_changed(client):
    project = begun()
    spike = plan(project)
    client.force_login(project.created_by)
    address = f"{reverse('projects:studio', args=[project.key])}?section=spikes&spike=1"
    form = client.get(address).context["form"]
    sent = {name: form.initial.get(name) or "" for name in form.fields} | {"is_higher_better": "True", "days": 9}
    operations.revise_spike(spike=spike, values={"days": 7, "metric": "recall"}, by=project.created_by, now=now())

    answer = client.post(address, sent)

    assert answer.status_code == 412
    assert answer.context["conflict"] == [{"label": "Time box, days", "theirs": "7", "yours": "9"}]
    assert answer.context["form"].initial["metric"] == "recall", "what only they changed is taken over"
    assert queries.spike(project, 1).days == 7


def test_rest_plans_locks_and_stops(client):
    project = begun()
    headers = {"HTTP_AUTHORIZATION": f"Bearer {make_token(project.created_by)}"}
    at = f"/api/v1/projects/{project.key}/dossier/spikes"

    def send(method, path, body=None, status=200):
        answer = getattr(client, method)(path, json.dumps(body or {}), content_type="application/json", **headers)
        assert answer.status_code == status, answer.content
        return answer.json()

    made = send("post", at, {"option": 2, "tests": "signal", **PLAN}, 201)
    assert (made["number"], made["item"], made["state"], made["reading"]["more"]) == (1, 1, "planned", 3)
    assert send("patch", f"{at}/1", {"days": 10})["days"] == 10
    assert send("post", f"{at}/1/lock")["state"] == "locked"
    assert send("patch", f"{at}/1", {"days": 11}, 409)["code"] == "illegal_step"
    count(queries.spike(project, 1), "a" * 32, 0.7)
    read = client.get(f"{at}/1", **headers).json()
    assert (read["runs"], read["reading"]["mean"]) == (["a" * 32], 0.7)
    assert send("post", f"{at}/1/stop", {"comment": "Enough."})["zone"] == "stopped"
    assert [one["number"] for one in client.get(at, **headers).json()["results"]] == [1]


def test_stranger_finds_no_spike(client):
    project = begun()
    plan(project)
    client.force_login(make_user())

    assert client.post(reverse("projects:spike-lock", args=[project.key, 1])).status_code == 404


def test_studio_costs_the_same_queries_for_one_spike_and_for_three(client):
    project = begun()
    client.force_login(project.created_by)
    address = f"{reverse('projects:studio', args=[project.key])}?section=spikes"

    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address)
        return len(queries)

    plan(project)
    client.get(address)
    one = cost()
    plan(project)
    plan(project)

    assert cost() == one
