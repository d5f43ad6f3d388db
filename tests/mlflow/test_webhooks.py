"""Webhooks of MLflow's protocol: told from events, signed, and never sent where they must not go."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from core import addresses, outbound
from core.models import Event, Job
from models_registry import hooks
from models_registry.models import Webhook
from projects.roles import Role
from tests.drain import drain
from tests.factories import make_member, make_project, make_user
from tests.mlflow.door import Mlflow, refusal, token_of

URL = "https://hooks.example.com/registry"
CREATED = [{"entity": "REGISTERED_MODEL", "action": "CREATED"}]


@pytest.fixture
def engineer(project):
    return Mlflow(project=project, token=token_of(make_member(project, Role.ENGINEER)))


class Listener(HTTPServer):
    """A receiver on the loopback: what it got, and what it is to answer."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Receiver)
        self.got, self.statuses, self.body, self.headers = [], [], b"", {}


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *args):
        pass


@contextmanager
def listening():
    server = Listener()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def listener():
    with listening() as server:
        yield server


def here(server):
    return f"127.0.0.1:{server.server_port}"


def test_a_webhooks_whole_life(engineer):
    made = engineer.ok(
        "POST", "webhooks", name="chat", url=URL, events=CREATED, description="to chat", secret="very secret"
    )["webhook"]
    address = f"webhooks/{made['webhook_id']}"

    assert made["events"] == CREATED
    assert (made["status"], made["url"], made["description"]) == ("ACTIVE", URL, "to chat")
    assert engineer.ok("GET", address)["webhook"] == made
    assert engineer.ok("GET", "webhooks")["webhooks"] == [made]
    changed = engineer.ok(
        "PATCH", address, status="DISABLED", events=[{"entity": "MODEL_VERSION", "action": "CREATED"}]
    )
    assert changed["webhook"]["status"] == "DISABLED"
    assert changed["webhook"]["name"] == "chat"
    assert engineer.ok("DELETE", address) == {}
    assert refusal(engineer.get(address)) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert list(Event.objects.filter(subject_type="webhook").values_list("type", flat=True)) == [
        "webhook.created",
        "webhook.updated",
        "webhook.deleted",
    ]


def test_a_secret_is_never_shown_and_not_stored_as_it_is(engineer):
    engineer.ok("POST", "webhooks", name="chat", url=URL, events=CREATED, secret="very secret")

    assert "very secret" not in engineer.get("webhooks").content.decode()
    assert "very secret" not in Webhook.objects.get().sealed_secret
    assert "very secret" not in json.dumps(list(Event.objects.values_list("data", flat=True)))


def test_who_may_manage_webhooks(project, api, engineer):
    made = engineer.ok("POST", "webhooks", name="chat", url=URL, events=CREATED)["webhook"]
    owner = make_user()
    stranger = Mlflow(project=make_project(owner=owner), token=token_of(owner))

    assert refusal(api.post("webhooks", name="b", url=URL, events=CREATED)) == (403, "PERMISSION_DENIED")
    assert refusal(api.get("webhooks")) == (403, "PERMISSION_DENIED")
    for method, tail in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/test")):
        assert refusal(api.call(method, f"webhooks/{made['webhook_id']}{tail}")) == (403, "PERMISSION_DENIED")
        answer = stranger.call(method, f"webhooks/{made['webhook_id']}{tail}")
        assert refusal(answer) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert stranger.ok("GET", "webhooks")["webhooks"] == []
    assert Webhook.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "a b"}, "Webhook name"),
        ({"name": "x" * 64}, "Webhook name"),
        ({"name": ""}, "name"),
        ({"events": []}, "Events are"),
        ({"events": [{"entity": "PROMPT", "action": "CREATED"}]}, "prompt.created"),
        ({"events": [{"entity": "MODEL_VERSION"}]}, "action"),
        ({"status": "SLEEPING"}, "SLEEPING"),
        ({"secret": "x" * 501}, "501 characters"),
        ({"url": "ftp://hooks.example.com/"}, "https://"),
    ],
)
def test_what_cannot_be_is_refused(engineer, change, said):
    response = engineer.post("webhooks", **{"name": "chat", "url": URL, "events": CREATED} | change)

    assert refusal(response) == (400, "INVALID_PARAMETER_VALUE")
    assert said in response.json()["message"]
    assert Webhook.objects.count() == 0


def test_a_taken_name_and_too_many(engineer, monkeypatch):
    engineer.ok("POST", "webhooks", name="chat", url=URL, events=CREATED)

    again = engineer.post("webhooks", name="chat", url=URL, events=CREATED)
    monkeypatch.setattr("models_registry.operations.webhooks.MAX_WEBHOOKS", 1)
    more = engineer.post("webhooks", name="other", url=URL, events=CREATED)

    assert refusal(again) == (400, "RESOURCE_ALREADY_EXISTS")
    assert refusal(more) == (409, "RESOURCE_CONFLICT")


HOSTILE = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0x7f.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://a.localhost/",
    "http://metadata.google.internal/",
    "http://printer.local/",
    "http://intranet/",
    "http://example.com./",
    "http://user@example.com/",
    "http://user:word@example.com/",
    "http://example.com:22/",
    "http://example.com:6379/",
    "http://example.com:99999/",
    "http://example.com\\@127.0.0.1/",
    "http://exa mple.com/",
    "http://example.com/\r\nX: y",
    "http://ex\u00e4mple.com/",
    "http://\u2460\u2461\u2466.0.0.1/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "ftp://example.com/",
    "javascript:alert(1)",
    "//example.com/",
    "https://",
    "http://[::1/",
    "https://example.com/" + "x" * 500,
]


@pytest.mark.parametrize("url", HOSTILE)
def test_an_address_that_must_not_be_called(engineer, url):
    response = engineer.post("webhooks", name="chat", url=url, events=CREATED)

    assert refusal(response) == (400, "INVALID_PARAMETER_VALUE")
    assert Webhook.objects.count() == 0
    with pytest.raises(outbound.Blocked):
        outbound.post(url, body=b"", headers={}, allowed=frozenset())


@pytest.mark.parametrize(
    "url", [URL, "http://example.com:8080/a?b=c", "https://93.184.216.34/", "https://[2606:4700::1]/"]
)
def test_an_address_of_the_open_internet(url):
    assert addresses.why_not_url(url, allowed=frozenset()) is None


def test_a_name_that_leads_inside_is_not_called(listener, monkeypatch):
    """The name is harmless and the address is not, also when it was another a moment ago."""
    port, answers = listener.server_port, iter(["93.184.216.34", "127.0.0.1"])
    monkeypatch.setattr(addresses, "PORTS", {port})
    resolved = []

    def rebinding(host, asked, **kwargs):
        resolved.append(next(answers))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (resolved[-1], asked))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    assert socket.getaddrinfo("rebind.example.com", port)[0][4][0] == "93.184.216.34"

    with pytest.raises(outbound.Blocked):
        outbound.post(f"http://rebind.example.com:{port}/", body=b"{}", headers={}, allowed=frozenset())

    assert resolved == ["93.184.216.34", "127.0.0.1"]
    assert listener.got == []


def test_the_operator_allows_a_host_inside(listener):
    answer = outbound.post(f"http://{here(listener)}/x", body=b"{}", headers={}, allowed=frozenset([here(listener)]))

    assert answer.status == 200
    other = frozenset([f"127.0.0.1:{listener.server_port + 1}"])
    assert addresses.why_not_url(f"http://{here(listener)}/", allowed=other) is not None


def test_a_redirect_is_not_followed(listener):
    with listening() as inside:
        listener.statuses, listener.headers = [302], {"Location": f"http://{here(inside)}/secret"}

        answer = outbound.post(f"http://{here(listener)}/", body=b"{}", headers={}, allowed=frozenset([here(listener)]))

    assert (answer.status, inside.got) == (302, [])


def test_a_large_answer_is_read_no_further_than_its_limit(listener):
    listener.body = b"x" * 1_000_000

    answer = outbound.post(f"http://{here(listener)}/", body=b"{}", headers={}, allowed=frozenset([here(listener)]))

    assert len(answer.body) == outbound.MAX_ANSWER


def test_a_peer_that_sends_a_byte_now_and_then_is_cut_off(monkeypatch):
    monkeypatch.setattr(outbound, "SECONDS", 0.3)
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            peer, _ = server.accept()
            with peer:
                while not done.wait(0.05):
                    try:
                        peer.sendall(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(outbound.Failed):
            outbound.post(f"http://{address}/", body=b"{}", headers={}, allowed=frozenset([address]))
        done.set()
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_what_happens_in_the_registry_is_told_and_signed(project, engineer, listener, settings):
    settings.WEBHOOK_ALLOWED_HOSTS = [here(listener)]
    everything = [dict(zip(("entity", "action"), name.upper().split("."), strict=True)) for name in hooks.EXAMPLES]
    engineer.ok("POST", "webhooks", name="all", url=f"http://{here(listener)}/in", events=everything, secret="s3cret")
    root = engineer.run()["info"]["artifact_uri"]
    engineer.proxy("PUT", f"artifacts/{root.removeprefix('mlflow-artifacts:/')}/model/MLmodel", b"flavors: {}")

    tags = [{"key": "team", "value": "fraud"}]
    engineer.ok("POST", "registered-models/create", name="scorer", description="scores", tags=tags)
    engineer.ok("POST", "model-versions/create", name="scorer", source=f"{root}/model")
    engineer.ok("POST", "model-versions/set-tag", name="scorer", version="1", key="checked", value="yes")
    engineer.ok("DELETE", "model-versions/delete-tag", name="scorer", version="1", key="checked")
    engineer.ok("POST", "registered-models/alias", name="scorer", alias="next", version="1")
    engineer.ok("DELETE", "registered-models/alias", name="scorer", alias="next")
    drain()

    told = {}
    for path, headers, body in listener.got:
        said = json.loads(body)
        told[f"{said['entity']}.{said['action']}"] = said["data"]
        signed = f"{headers['X-MLflow-Delivery-Id']}.{headers['X-MLflow-Timestamp']}.".encode() + body
        digest = base64.b64encode(hmac.new(b"s3cret", signed, hashlib.sha256).digest()).decode()
        assert headers["X-MLflow-Signature"] == f"v1,{digest}"
        assert (path, set(said)) == ("/in", {"entity", "action", "timestamp", "data"})
    run_id = root.split("/")[-2]
    version = {"name": "scorer", "version": "1"}
    assert told == {
        "registered_model.created": {"name": "scorer", "tags": {"team": "fraud"}, "description": "scores"},
        "model_version.created": version | {"source": f"{root}/model", "run_id": run_id, "tags": {}, "description": ""},
        "model_version_tag.deleted": version | {"key": "checked"},
        "model_version_alias.created": version | {"alias": "next"},
        "model_version_alias.deleted": {"name": "scorer", "alias": "next"},
    }


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_fails_is_told_again_with_the_same_id(engineer, listener, settings):
    settings.WEBHOOK_ALLOWED_HOSTS = [here(listener)]
    listener.statuses = [500, 302]
    engineer.ok("POST", "webhooks", name="a", url=f"http://{here(listener)}/", events=CREATED)

    engineer.ok("POST", "registered-models/create", name="scorer")
    drain()

    assert len({headers["X-MLflow-Delivery-Id"] for _, headers, _ in listener.got}) == 1
    assert len(listener.got) == 3
    assert "X-MLflow-Signature" not in listener.got[0][1]
    assert Job.objects.get(kind="deliver_webhook").state == "succeeded"


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_fails_for_ever_is_given_up_and_that_is_seen(project, engineer, listener, settings):
    settings.WEBHOOK_ALLOWED_HOSTS = [here(listener)]
    listener.statuses = [500] * 50
    engineer.ok("POST", "webhooks", name="a", url=f"http://{here(listener)}/", events=CREATED)

    engineer.ok("POST", "registered-models/create", name="scorer")
    drain()

    assert len(listener.got) == 7
    assert Job.objects.get(kind="deliver_webhook").state == "failed"
    assert Event.objects.filter(stream_id=project.pk, type="job.failed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_disabled_foreign_and_uninterested_webhooks_are_not_told(engineer, listener, settings):
    settings.WEBHOOK_ALLOWED_HOSTS = [here(listener)]
    url, owner = f"http://{here(listener)}/", make_user()
    foreign = Mlflow(project=make_project(owner=owner), token=token_of(owner))
    foreign.ok("POST", "webhooks", name="a", url=url, events=CREATED)
    engineer.ok("POST", "webhooks", name="b", url=url, events=CREATED, status="DISABLED")
    engineer.ok("POST", "webhooks", name="c", url=url, events=[{"entity": "MODEL_VERSION", "action": "CREATED"}])

    engineer.ok("POST", "registered-models/create", name="scorer")
    drain()

    assert listener.got == []


def test_trying_a_webhook_says_what_came_of_it(project, engineer, listener, settings):
    settings.WEBHOOK_ALLOWED_HOSTS = [here(listener)]
    listener.body = b"the answer of somebody else"
    admin = make_user(is_admin=True)
    made = engineer.ok("POST", "webhooks", name="a", url=f"http://{here(listener)}/", events=CREATED)["webhook"]
    address = f"webhooks/{made['webhook_id']}/test"

    found = engineer.ok("POST", address, event={"entity": "MODEL_VERSION", "action": "CREATED"})
    settings.WEBHOOK_ALLOWED_HOSTS = []
    blocked = engineer.ok("POST", address)

    assert found == {"result": {"success": True, "response_status": 200}}
    assert json.loads(listener.got[0][2])["data"] == hooks.EXAMPLES["model_version.created"]
    assert blocked["result"]["success"] is False
    assert len(listener.got) == 1
    assert admin.is_superuser


def test_names_payloads_and_signature_are_those_of_the_installed_mlflow():
    from mlflow.entities.webhook import VALID_ENTITY_ACTIONS, WebhookEvent  # noqa: PLC0415 (takes seconds)
    from mlflow.webhooks.delivery import _generate_hmac_signature  # noqa: PLC0415
    from mlflow.webhooks.types import get_example_payload_for_event  # noqa: PLC0415

    known = {f"{entity.value}.{action.value}" for entity, actions in VALID_ENTITY_ACTIONS.items() for action in actions}
    models = {name for name in known if not name.startswith(("prompt", "budget"))}
    assert set(hooks.EXAMPLES) == models
    for name, payload in hooks.EXAMPLES.items():
        assert set(payload) == set(get_example_payload_for_event(WebhookEvent.from_str(name))), name
    headers = hooks.signed_headers(secret="k", delivery_id="d", timestamp=5, body=b"{}")
    assert headers["X-MLflow-Signature"] == _generate_hmac_signature("k", "d", "5", "{}")
