"""Snapshot before + events = snapshot after, for every operation: an open page kept current by the events alone shows
what a page that is loaded afterwards shows."""

import inspect
import re
from contextlib import suppress
from datetime import timedelta
from functools import partial
from importlib import import_module

import pytest
from django.db import transaction
from django.test import Client

from config import navigation
from core.models import Event
from core.shared import Shared
from experiments import runtable
from projects import scoping
from tests.factories import now
from tests.guards.test_operations import operations
from tests.walk import of_line, of_projects
from tests.walk.splicing import asked_again, differences, fragments, kept_current, main_of, read, taken
from tests.walk.world import Line, Planned

pytestmark = pytest.mark.django_db

# Which app's operations are called, how, and in which world. A name may go on after a blank: the same operation again.
WALKED = (
    ("experiments", of_line.EXPERIMENTS, Line),
    ("models_registry", of_line.REGISTRY, Line),
    ("monitoring", of_line.MONITORING, Line),
    ("projects", of_line.TALK, Line),
    ("projects", of_projects.CALLS, Planned),
)


_FIRST = "the pages of a project that does not exist yet are open nowhere"
_STATE = "asks for another state of the project than the walk's two have"
_QUIET = "told by whispers, gathered, and by what follows it: see tests/projects/test_live.py"
_INNER = "a step of an import or of a longer operation, which tells of itself"
_ELSEWHERE = "changes no page of a project but the one that asked for it"

NOT_WALKED = {
    "experiments": {
        _QUIET: "describe_run log_batch log_inputs log_model_params log_spans log_trace",
        _INNER: "abort_upload begin_upload complete_upload ensure_experiment put_blob take_away take_experiment "
        "take_files take_model take_run",
        _STATE: "cancel_job change_trace_tags create_logged_model delete_experiment delete_experiment_tag "
        "delete_logged_model delete_logged_model_tag delete_traces finalize_logged_model restore_experiment "
        "set_experiment_tags set_logged_model_tags",
    },
    "models_registry": {
        _INNER: "ensure_model start_comparison start_comparisons_of_open_reviews",
        _ELSEWHERE: "create_webhook delete_webhook show_evidence update_webhook",
        _STATE: "choose_evaluation delete_model delete_model_tag delete_version label_predictions rename_model "
        "resume_deployment revise_version roll_back set_model_tags withdraw_decision",
    },
    "monitoring": {},
    "projects": {
        _FIRST: "create_project",
        _ELSEWHERE: "discard_policy draft_policy export_ledger publish_policy revise_policy take_ledger",
        _STATE: "bind_indicator choose_precedent end_delegation end_waiver lock_spike meet_condition name_what_sank "
        "open_ceiling pass_gate release_in_emergency remove_indicator request_gate seal_ceiling sign_acceptance "
        "start_from_template start_sprint take_newest_priors withdraw_gate_decision withdraw_vote",
    },
}


# What differs whenever a page is asked for: tokens of forms (digests know no capitals), places in the log.
_CHANCE = re.compile(r'\b(?=[a-z0-9]*[A-Z])[A-Za-z0-9]{64}\b|data-seq="\d+"')


class _Undone(Exception):
    """Ends what a world was made in."""


class Walk:
    """A world whose pages are open."""

    def __init__(self, world):
        self.world = world
        self.client = Client()
        self.client.force_login(world.owner)
        self.before = {url: self.load(url) for url in world.pages()}

    def load(self, url):
        answer = self.client.get(url)
        assert answer.status_code == 200, f"{url} answers {answer.status_code}"
        return _CHANCE.sub("", main_of(answer.content.decode()))

    def stale_after(self, act):
        """The events of this act, and page by page what an open page shows wrongly after them."""
        seen = Event.objects.order_by("-pk").values_list("pk", flat=True)[0]
        act()
        events = list(Event.objects.filter(pk__gt=seen).order_by("pk"))
        assert events
        stale, after = [], {url: self.load(url) for url in self.before}
        for url, before in self.before.items():
            if after[url] != before:
                page = kept_current(read(before), events, self.client, after)
                stale += [f"{url}: {told}" for told in differences(page, read(after[url]))]
        return [event.type for event in events], stale


@pytest.fixture(scope="module")
def walks(django_db_setup, django_db_blocker, tmp_path_factory):
    """Each world is made once; what is done with it is undone after each test. The studio draws fewer futures, and the
    frame, which is not looked at, counts nothing; nothing is shared between requests, since what is undone is told
    again under the same number; and a run that has been open for as long as all this takes is not silent yet."""
    made = {}

    def walk(world):
        if world not in made:
            made[world] = Walk(world(tmp_path_factory.mktemp("walk")))
        return made[world]

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, suppress(_Undone), transaction.atomic():
        patch.setattr(scoping, "studio", partial(scoping.studio, draws=200))
        patch.setattr(navigation, "_counts", lambda project: {})
        patch.setattr(Shared, "get", lambda self, key, make: make())
        patch.setattr(runtable, "SILENT_AFTER", timedelta(days=1))
        for world in (Planned, Line):
            walk(world)
        yield walk
        raise _Undone


CASES = [
    pytest.param(app, name.split()[0], call, world, id=f"{app}-{name}")
    for app, calls, world in WALKED
    for name, call in calls.items()
]


@pytest.mark.parametrize(("app", "name", "call", "world"), CASES)
def test_open_pages_follow(walks, app, name, call, world):
    walk, operation = walks(world), getattr(import_module(f"{app}.operations"), name)

    def act():
        moment = {"now": now()} if "now" in inspect.signature(operation).parameters else {}
        operation(**call(walk.world), **moment)

    events, stale = walk.stale_after(act)

    assert not stale, f"after {events}:\n" + "\n".join(stale)


@pytest.mark.parametrize("world", [Planned, Line])
def test_whole_pages_answer_htmx_with_what_is_taken_of_them(walks, world):
    """A page that answers htmx with something else, such as a dialog, could not keep its own parts current."""
    walk, lost = walks(world), []
    for url, page in walk.before.items():
        for fragment in fragments(read(page)):
            if "hx-select" in fragment.attributes and not taken(asked_again(fragment, walk.client), fragment):
                lost.append(f"{url} #{fragment.id}")

    assert lost == []


@pytest.mark.parametrize("app", sorted(NOT_WALKED))
def test_every_operation_is_walked_or_says_why_not(app):
    there = {name.partition(".")[2] for name, _ in operations() if name.startswith(f"{app}.")}
    walked = {name.split()[0] for one, calls, _ in WALKED if one == app for name in calls}
    excused = [name for names in NOT_WALKED[app].values() for name in names.split()]

    assert sorted([*walked, *excused]) == sorted(there)
