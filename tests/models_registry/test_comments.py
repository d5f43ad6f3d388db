"""What people say of versions: on the page, by REST and by MLflow's address the same."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import Event
from models_registry.models import VersionComment
from projects.roles import Role
from tests.factories import make_member, make_user
from tests.models_registry.factories import make_version

pytestmark = pytest.mark.django_db


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def page(version):
    return f"/p/{version.project.key}/models/{version.model.name}/{version.number}/"


def say(user, version, path="comments/", **given):
    return client_of(user).post(page(version) + path, given, headers={"HX-Request": "true"})


def test_a_version_is_talked_of_on_its_page():
    version = make_version()
    author, reader = make_member(version.project, Role.VALIDATOR), make_member(version.project, Role.VIEWER)

    said = say(author, version, text="Better **recall**").content.decode()
    made = VersionComment.objects.get()

    assert "Better <strong>recall</strong>" in said
    shown = client_of(reader).get(page(version)).content.decode()
    assert "<strong>recall</strong>" in shown
    assert 'id="comment-text"' not in shown
    assert say(reader, version, text="No").status_code == 403
    assert say(make_user(), version, text="No").status_code == 404
    assert say(version.project.created_by, version, f"comments/{made.pk}/", text="Mine").status_code == 403
    assert "Nothing said yet" in say(author, version, f"comments/{made.pk}/", act="delete").content.decode()
    steps = [one.data for one in Event.objects.filter(type="version.commented").order_by("seq")]
    assert [one["step"] for one in steps] == ["added", "deleted"]


def test_comments_by_rest():
    version = make_version()
    client = client_of(make_member(version.project, Role.VALIDATOR))
    address = f"/api/v1/projects/{version.project.key}/models/{version.model.name}/versions/{version.number}/comments"

    def call(method, path="", body=None):
        return client.generic(method, address + path, json.dumps(body) if body else "", content_type="application/json")

    made = call("POST", "", {"text": "Fine"})
    path = f"/{made.json()['id']}"

    assert (made.status_code, made["Location"]) == (201, address + path)
    assert call("PATCH", path, {"text": "Good"}).json()["text"] == "Good"
    assert [one["text"] for one in call("GET").json()["results"]] == ["Good"]
    assert call("POST", "", {"text": "Fine", "visibility": "team"}).status_code == 400
    assert call("DELETE", path).status_code == 204
    assert call("GET", path).status_code == 404


def test_the_page_costs_the_same_for_one_comment_and_for_three():
    version, costs = make_version(), []
    for count in (1, 2):
        for _ in range(count):
            say(make_member(version.project, Role.VALIDATOR), version, text="So")
        with CaptureQueriesContext(connection) as asked:
            client_of(version.project.created_by).get(page(version))
        costs.append(len(asked))

    assert costs[0] == costs[1]
