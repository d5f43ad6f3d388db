"""People are told once, of what they may see, when they want it: to a real SMTP server and a real receiver."""

import json
import re
import socketserver
import threading
from datetime import datetime, time, timedelta
from email import message_from_bytes, policy

import pytest
from django.db import connection

from core.errors import Invalid, NotAllowed, NotFound, PreconditionFailed
from core.models import Event
from core.prose import mentioned, prose
from experiments import operations as experiments
from inbox import operations, queries
from inbox.clock import Hours, after_quiet, next_digest
from inbox.enums import Group, Kind
from inbox.models import Dispatch, Notification, Preferences, ProjectChannel
from inbox.operations import News
from projects import operations as projects
from projects.roles import Role
from tests.drain import drain
from tests.experiments.factories import make_run
from tests.factories import make_member, make_project, make_user, now
from tests.inbox.test_inbox import make_asked
from tests.mlflow.test_webhooks import here, listener  # noqa: F401 (a fixture)
from tests.projects.factories import make_item, make_token

LATER = timedelta(days=2)


class Smtp(socketserver.StreamRequestHandler):
    """As much of SMTP as Django's backend speaks."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    body += part
                self.server.got.append(message_from_bytes(body, policy=policy.default))
                self.wfile.write(b"250 taken\r\n")
            elif word == b"RCPT" and self.server.refusals:
                self.wfile.write(self.server.refusals.pop() + b"\r\n")
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 well\r\n")


@pytest.fixture
def mail(settings):
    """A mail server on the loopback: what it got, and what it is to refuse."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp) as server:
        server.got, server.refusals, server.daemon_threads = [], [], True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_URL, settings.PUBLIC_URL = "smtp://here", "https://line.example.com"
        yield server
        server.shutdown()
        thread.join()


def make_reader(project, role=Role.ENGINEER, **values):
    user = make_member(project, role)
    operations.set_preferences(values={"email": f"{user.username}@example.com"} | values, by=user)
    return user


def tell(user, project, source="s", kind=Kind.MENTION, text="mentioned you on the run first"):
    news = News(kind=kind, source=source, text=text, url="/x/", project=project, actor=project.created_by)
    return operations.notify(news=news, people=[user], now=now())


# --- who is mentioned ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@anna look", ["anna"]),
        ("see @anna.b, and (@carl).", ["anna.b", "carl"]),
        ("@anna @Anna", ["anna"]),
        ("mail a@example.com", []),
        ("`@anna` and\n\n    @carl\n\n```\n@dora\n```", []),
        ("[@anna](https://example.com/@carl)", ["anna"]),
        ("@@anna a/@carl", []),
        ("", []),
    ],
)
def test_mentions(text, names):
    assert mentioned(text) == names


def test_mention_is_marked_and_nothing_else_gets_through():
    assert '<span class="mention">@anna</span>' in prose("hello @anna <b>")
    assert "<b>" not in prose("hello @anna <b>")


@pytest.mark.django_db
def test_only_members_who_are_mentioned_are_told_and_once():
    project = make_project()
    writer, reader = make_member(project, Role.DATA_SCIENTIST), make_member(project, Role.VIEWER)
    stranger = make_user()
    run = make_run(project)
    text = f"@{reader.username.upper()} and @{stranger.username}, see what @{writer.username} did, @nobody"
    comment = projects.add_comment(talk=experiments.RUN_TALK, on=run, text=text, by=writer, now=now())
    drain()
    projects.change_comment(talk=experiments.RUN_TALK, comment=comment, text=text + " again", by=writer, now=now())
    drain()

    told = Notification.objects.get(kind=Kind.MENTION)
    assert (told.user, told.actor, told.project) == (reader, writer, project)
    assert [row.by for row in queries.inbox(reader, now=now()).of(Group.MENTIONS)] == [writer.name]
    projects.remove_member(membership=project.memberships.get(user=reader), by=project.created_by)
    assert queries.inbox(reader, now=now()).of(Group.MENTIONS) == []


@pytest.mark.django_db
def test_a_comment_to_the_team_tells_nobody_else():
    project = make_project()
    engineer, sponsor = make_member(project, Role.ENGINEER), make_member(project, Role.SPONSOR)
    item, text = make_item(project), f"@{engineer.username} @{sponsor.username} look"

    for visibility in ("team", "everyone"):
        projects.add_comment(
            talk=projects.ITEM_TALK, on=item, text=text, visibility=visibility, by=project.created_by, now=now()
        )
    drain()

    told = Notification.objects.filter(kind=Kind.MENTION)
    assert (told.filter(user=engineer).count(), told.filter(user=sponsor).count()) == (2, 1)
    assert f"/board/items/{item.number}/#comment-" in told.filter(user=sponsor).get().url


@pytest.mark.django_db
def test_who_is_told_of_assignments_and_gates():
    project = make_asked()
    validator, engineer = make_member(project, Role.VALIDATOR), make_member(project, Role.ENGINEER)
    item = make_item(project, assignee=engineer)
    projects.revise_item(item=item, values={"title": "Another title"}, by=project.created_by)
    projects.withdraw_gate_request(
        request=project.gate_requests.get(), by=project.gate_requests.get().requested_by, now=now()
    )
    asking = make_member(project, Role.DATA_SCIENTIST)
    projects.request_gate(project=project, by=asking, now=now())
    drain()
    projects.decide_gate(project=project, verdict="approve", by=validator, now=now())
    drain()

    told = Notification.objects.exclude(user=None)
    assigned = told.filter(kind=Kind.ASSIGNMENT, text__startswith="assigned an item")
    assert [one.user for one in assigned] == [engineer]
    gate = told.filter(kind=Kind.GATE).order_by("pk")
    assert [one.user for one in gate.filter(source__startswith="gate:")] == [validator]
    assert project.created_by in [one.user for one in gate.filter(source__startswith="gate-ready:")]


@pytest.mark.django_db
def test_what_soon_ends_is_told_once():
    from core.operations import create_token  # noqa: PLC0415 (one use)

    user = make_user()
    create_token(user=user, label="notebook", by=user, now=now(), days=3)
    create_token(user=user, label="later", by=user, now=now(), days=30)

    assert operations.note_expiring(now=now()) == 1
    assert operations.note_expiring(now=now()) == 0
    assert "notebook" in Notification.objects.get().text


# --- when -----------------------------------------------------------------------------------------------------------


def at(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("hours", "now", "due"),
    [
        (Hours("UTC"), "2026-01-05T10:20+00:00", "2026-01-05T11:00+00:00"),
        (Hours("Europe/Berlin", digest_hour=8), "2026-01-05T06:30+00:00", "2026-01-05T07:00+00:00"),
        (Hours("Europe/Berlin", digest_hour=8), "2026-01-05T07:30+00:00", "2026-01-06T07:00+00:00"),
        (Hours("Europe/Berlin", digest_hour=8), "2026-03-28T12:00+00:00", "2026-03-29T06:00+00:00"),
        (Hours("UTC", time(22), time(7)), "2026-01-05T21:30+00:00", "2026-01-06T07:00+00:00"),
        (Hours("UTC", time(12), time(14), digest_hour=13), "2026-01-05T10:00+00:00", "2026-01-05T14:00+00:00"),
    ],
)
def test_digest_comes_at_its_hour_and_never_in_quiet_hours(hours, now, due):
    assert next_digest(hours, now=at(now)) == at(due)


def test_chat_waits_for_the_end_of_the_quiet_hours():
    hours = Hours("America/New_York", time(20), time(6))
    assert after_quiet(hours, at=at("2026-01-06T03:00+00:00")) == at("2026-01-06T11:00+00:00")
    assert after_quiet(hours, at=at("2026-01-06T15:00+00:00")) == at("2026-01-06T15:00+00:00")


# --- by e-mail ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_digest_is_one_mail_sent_once(mail, client):
    project = make_project(name="Fraud")
    reader = make_reader(project)
    tell(reader, project, "one", text="mentioned you on the run first")
    tell(reader, project, "two", text="mentioned you on the run second")
    tell(reader, project, "two", text="again")
    tell(reader, project, "three", kind=Kind.ASSIGNMENT, text="assigned an item to you: Tune")

    assert operations.send_due(now=now())["email"] == 0  # not before its hour
    assert operations.send_due(now=now() + LATER) == {"email": 1, "webhook": 0}
    assert operations.send_due(now=now() + LATER) == {"email": 0, "webhook": 0}
    (got,) = mail.got
    assert got["To"] == f"{reader.username}@example.com"
    assert got["Subject"] == "Throughline: 3 things for you"
    body = got.get_content().replace("\r\n", "\n")
    assert f"{project.created_by.name} mentioned you on the run first (Fraud)\n  https://line.example.com/x/" in body
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    link = re.search(rf"{Kind.MENTION.label}.*?by e-mail: https://line.example.com(\S+)", body, re.DOTALL)[1]
    assert client.get(link).status_code == 200
    assert "email" in queries.preferences_of(reader).channels["mention"]
    assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert queries.preferences_of(reader).channels["mention"] == []
    assert "email" in queries.preferences_of(reader).channels["assignment"]
    assert client.get("/inbox/unsubscribe/forged/").status_code == 404
    tell(reader, project, "four")
    assert operations.send_due(now=now() + LATER)["email"] == 0


@pytest.mark.django_db
def test_refused_mail_is_tried_again_and_given_up_in_the_end(mail):
    project = make_project()
    reader = make_reader(project)
    tell(reader, project)
    mail.refusals = [b"451 later"] * 8

    operations.send_due(now=now() + LATER)
    row = Dispatch.objects.get()
    assert (row.state, row.attempts) == ("pending", 1)
    assert "451" in row.error
    for days in range(3, 10):
        operations.send_due(now=now() + timedelta(days=days))
    row.refresh_from_db()
    assert (row.state, row.attempts, mail.got) == ("dead", 8, [])


@pytest.mark.django_db
def test_nobody_is_mailed_who_left_or_wants_none_or_where_no_mail_is_set_up(mail, settings):
    project = make_project()
    left = make_reader(project)
    tell(left, project)
    projects.remove_member(membership=project.memberships.get(user=left), by=project.created_by)
    tell(make_reader(project, channels={"mention": []}), project)
    tell(make_member(project, Role.VIEWER), project)
    settings.EMAIL_URL = ""
    tell(make_reader(project), project)

    assert operations.send_due(now=now() + LATER)["email"] == 0
    assert (mail.got, Dispatch.objects.get().state) == ([], "dropped")


@pytest.mark.django_db(transaction=True)
def test_eight_senders_at_once_send_each_thing_once(mail):
    project = make_project()
    readers = [make_reader(project) for _ in range(3)]
    for reader in readers:
        tell(reader, project)
    begin = threading.Barrier(8)

    def send():
        begin.wait()
        operations.send_due(now=now() + LATER)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(message["To"] for message in mail.got) == sorted(f"{one.username}@example.com" for one in readers)
    assert set(Dispatch.objects.values_list("state", flat=True)) == {"sent"}


# --- by chat --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_chat_of_a_person_and_of_a_project(listener, settings):  # noqa: F811 (the fixture)
    settings.WEBHOOK_ALLOWED_HOSTS = [here(listener)]
    project = make_project(name="A & <B>")
    address = f"http://{here(listener)}"
    url = {"shape": "slack", "url": f"{address}/mine", "channels": {"mention": ["webhook"]}}
    reader = make_reader(project, **url)
    by = project.created_by
    projects_chat = {"project": project, "shape": "teams", "kinds": ["mention"], "by": by}
    operations.set_channel(url=f"{address}/team", **projects_chat)
    listener.statuses = [503]
    tell(reader, project)

    operations.send_due(now=now())
    operations.send_due(now=now() + timedelta(hours=1))
    operations.send_due(now=now() + timedelta(hours=2))
    got = {path: json.loads(body) for path, _, body in listener.got}
    assert [path for path, _, _ in listener.got].count("/mine") + [path for path, _, _ in listener.got].count(
        "/team"
    ) == 3
    assert got["/mine"]["text"].startswith("</x/|") or "/x/|" in got["/mine"]["text"]
    assert "A &amp; &lt;B&gt;" in got["/mine"]["text"]
    assert got["/team"]["attachments"][0]["content"]["type"] == "AdaptiveCard"
    kept = [Preferences.objects.get(user=reader).sealed_url, ProjectChannel.objects.get().sealed_url]
    said = json.dumps(list(Event.objects.values_list("data", flat=True)))
    assert not any(address in text for text in [*kept, said])


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/", "https://localhost/", "ftp://example.com/", "http://[::1]/"])
def test_chat_never_goes_where_it_must_not(url):
    project = make_project()
    with pytest.raises(Invalid):
        operations.set_channel(project=project, shape="slack", kinds=[], url=url, by=project.created_by)
    with pytest.raises(Invalid):
        operations.set_preferences(values={"url": url}, by=project.created_by)
    assert not ProjectChannel.objects.exists()
    assert not Preferences.objects.filter(version__gt=1).exists()


@pytest.mark.django_db
def test_who_may_give_a_project_a_chat():
    project = make_project()
    given = {"project": project, "shape": "slack", "kinds": ["alert"], "url": "https://hooks.example.com/x"}
    with pytest.raises(NotAllowed):
        operations.set_channel(by=make_member(project, Role.ENGINEER), **given)
    operations.set_channel(by=project.created_by, **given)
    with pytest.raises(PreconditionFailed):
        operations.set_channel(by=project.created_by, expected_version=0, **given)
    with pytest.raises(NotAllowed):
        operations.remove_channel(project=project, by=make_member(project, Role.ENGINEER))
    operations.remove_channel(project=project, by=project.created_by)
    with pytest.raises(NotFound):
        operations.remove_channel(project=project, by=project.created_by)


# --- settings -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_settings_page_and_rest(client):
    project = make_project()
    user = project.created_by
    client.force_login(user)
    page = client.get("/account/notifications/")
    assert b"sends no e-mail" in page.content
    form = page.context["form"]
    given = {name: value for name, value in form.initial.items() if value is not None}
    done = client.post("/account/notifications/", given | {"email": "a@example.com", "zone": "Asia/Tokyo"})
    assert done.status_code == 302
    stale = client.post("/account/notifications/", given | {"zone": "Europe/Berlin"})
    assert stale.status_code == 412
    assert client.get(f"/p/{project.key}/chat/").status_code == 200

    header = {"Authorization": f"Bearer {make_token(user)}"}
    url = "/api/v1/me/notifications"
    answer = client.get(url, headers=header)
    assert (answer.json()["zone"], answer.json()["email"]) == ("Asia/Tokyo", "a@example.com")

    def patch(match="*", **body):
        return client.patch(url, body, "application/json", headers=header | {"If-Match": match})

    assert patch(match=answer.headers["ETag"], quiet_from="22:00", quiet_until="07:00").status_code == 200
    assert patch(match=answer.headers["ETag"], zone="UTC").status_code == 412
    for body, status in [
        ({"zone": "Mars/Base"}, 422),
        ({"quiet_from": "07:00"}, 422),
        ({"channels": {"nothing": ["email"]}}, 422),
        ({"channels": {"mention": ["pigeon"]}}, 422),
        ({"email": "no address"}, 422),
        ({"digest_hour": 24}, 400),
        ({"colour": "red"}, 400),
        ({"url": "http://10.0.0.1/"}, 422),
    ]:
        assert patch(**body).status_code == status, body
    assert client.get(url, headers=header).json()["zone"] == "Asia/Tokyo"
    chat = f"/api/v1/projects/{project.key}/chat"
    assert client.get(chat, headers=header).status_code == 404
    body = {"shape": "slack", "kinds": ["alert"], "url": "https://hooks.example.com/x"}
    assert client.put(chat, body, "application/json", headers=header).json()["kinds"] == ["alert"]
    assert "hooks" not in client.get(chat, headers=header).content.decode()
    assert client.delete(chat, headers=header).status_code == 204


@pytest.mark.django_db
def test_a_token_of_one_project_neither_reads_nor_changes_how_its_user_is_told(client):
    project = make_project()
    token = {"HTTP_AUTHORIZATION": f"Bearer {make_token(project.created_by, project=project)}"}
    url = "/api/v1/me/notifications"

    answer = client.patch(url, {"digest": "off"}, content_type="application/json", **token)

    assert (answer.status_code, client.get(url, **token).status_code) == (403, 403)
    assert "token of one project" in answer.json()["detail"]
    assert not Preferences.objects.filter(user=project.created_by).exists()
