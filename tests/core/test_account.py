"""Signing in, the first administrator, tokens: by the pages and by the API."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from core import operations
from core.errors import Conflict, Invalid, NotAllowed
from core.models import Event, SetupLink, Token, User
from core.roles import DEFAULT_SCOPES
from tests.factories import PASSWORD, make_project, make_user, now

pytestmark = pytest.mark.django_db


def bearer(user, **kwargs):
    made = operations.create_token(user=user, label="test", by=user, now=now(), **kwargs)
    return {"HTTP_AUTHORIZATION": f"Bearer {made.text}"}


def test_sign_in_leads_to_where_one_was_going(client):
    user = make_user()

    response = client.post("/sign-in/", {"username": user.username, "password": PASSWORD, "next": "/account/"})

    assert response["Location"] == "/account/"
    assert Event.objects.filter(type="user.signed_in", actor=user).count() == 1


def test_sign_in_never_leads_to_another_site(client):
    user = make_user()

    response = client.post(
        "/sign-in/", {"username": user.username, "password": PASSWORD, "next": "https://evil.example"}
    )

    assert response["Location"] == "/"


def test_sign_in_says_the_same_for_a_wrong_name_and_a_wrong_password(client):
    user = make_user()

    answers = [
        client.post("/sign-in/", {"username": name, "password": "wrong"}).content.decode().replace(name, "")
        for name in (user.username, "nobody-here")
    ]

    assert [a.count("The user name or the password is wrong.") for a in answers] == [1, 1]


def test_sign_in_locks_after_ten_failures_and_opens_again(client):
    user = make_user()
    right = {"username": user.username, "password": PASSWORD}
    for _ in range(operations.MAX_FAILED_SIGN_INS):
        client.post("/sign-in/", right | {"password": "wrong"})

    assert client.post("/sign-in/", right).status_code == 429
    later = datetime.now(UTC) + operations.LOCKED_FOR
    assert not operations.is_locked_out(username=user.username, address="127.0.0.1", now=later)


def test_setup_makes_the_first_administrator_once(client):
    secret = operations.open_setup(now=now())
    form = {"name": "Administrator", "username": "admin", "password": "a long enough phrase"}

    first = client.post(f"/setup/{secret}/", form)
    second = client.post(f"/setup/{secret}/", form | {"username": "second"})

    assert (first.status_code, User.objects.get(is_superuser=True).username) == (302, "admin")
    assert "This setup link was used" in second.content.decode()
    assert operations.open_setup(now=now()) is None


def test_setup_weak_password_leaves_the_link_open(client):
    secret = operations.open_setup(now=now())

    response = client.post(f"/setup/{secret}/", {"name": "A", "username": "admin", "password": "short"})

    assert "too short" in response.content.decode()
    assert SetupLink.objects.get().used_at is None
    assert not User.objects.exists()


def test_setup_with_a_guessed_secret_refused():
    operations.open_setup(now=now())

    with pytest.raises(NotAllowed):
        operations.use_setup(secret="guess", username="a", password=PASSWORD, name="A", now=now())


def test_setup_refused_once_there_is_an_administrator():
    secret = operations.open_setup(now=now())
    make_user(is_admin=True)

    with pytest.raises(Conflict):
        operations.use_setup(secret=secret, username="a", password=PASSWORD, name="A", now=now())


@pytest.mark.parametrize(
    ("change", "field"), [({"scopes": ["everything"]}, "scopes"), ({"days": 366}, "days"), ({"label": " "}, "label")]
)
def test_create_token_bad_value_names_the_field(change, field):
    user = make_user()

    with pytest.raises(Invalid) as caught:
        operations.create_token(**({"user": user, "label": "x", "by": user, "now": now()} | change))

    assert caught.value.field == field
    assert not Token.objects.exists()


def test_token_is_stored_as_a_digest_only():
    made = operations.create_token(user=make_user(), label="x", by=None, now=now())

    assert made.text.startswith("tl_")
    assert made.text not in str(Token.objects.values_list().get())


def test_token_opens_the_api_until_it_is_revoked(client):
    user = make_user()
    made = operations.create_token(user=user, label="x", by=user, now=now())
    header = {"HTTP_AUTHORIZATION": f"Bearer {made.text}"}
    assert client.get("/api/v1/me", **header).json()["username"] == user.username

    operations.revoke_token(token=made.token, by=user, now=now())

    response = client.get("/api/v1/me", **header)
    assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer realm="throughline"')


def test_me_tells_what_the_token_may(client):
    user = make_user()
    made = operations.create_token(user=user, label="ci", scopes=["approve", "read"], by=user, now=now())

    told = client.get("/api/v1/me", headers={"Authorization": f"Bearer {made.text}"}).json()["token"]

    assert (told["label"], told["scopes"], told["project"]) == ("ci", ["approve", "read"], None)
    assert made.text not in str(told)
    client.force_login(user)
    assert client.get("/api/v1/me").json()["token"] is None


def test_token_as_basic_password_needs_its_owners_name(client):
    user = make_user()
    text = operations.create_token(user=user, label="x", by=user, now=now()).text

    def basic(name):
        value = base64.b64encode(f"{name}:{text}".encode()).decode()
        return client.get("/api/v1/me", HTTP_AUTHORIZATION=f"Basic {value}").status_code

    assert (basic(user.username), basic("somebody")) == (200, 401)


def test_token_expired_is_refused(client):
    user = make_user()
    made = operations.create_token(user=user, label="x", by=user, now=now() - timedelta(days=2), days=1)

    assert client.get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {made.text}").status_code == 401


def test_revoke_token_of_somebody_else_refused():
    made = operations.create_token(user=make_user(), label="x", by=None, now=now())

    with pytest.raises(NotAllowed):
        operations.revoke_token(token=made.token, by=make_user(), now=now())

    made.token.refresh_from_db()
    assert made.token.revoked_at is None


def test_tokens_by_api_made_listed_and_revoked(client):
    user = make_user()
    header = bearer(user)

    made = client.post("/api/v1/tokens", {"label": "mine"}, "application/json", **header)
    listed = client.get("/api/v1/tokens", **header).json()["results"]
    client.delete(f"/api/v1/tokens/{made.json()['id']}", **header)

    assert (made.status_code, made.json()["scopes"]) == (201, sorted(DEFAULT_SCOPES))
    assert [token["label"] for token in listed] == ["mine", "test"]
    assert Token.objects.get(label="mine").revoked_at is not None


def test_tokens_by_api_never_grow_in_power(client):
    header = bearer(make_user(), scopes=["read", "write"])

    made = client.post("/api/v1/tokens", {"label": "x", "scopes": ["approve", "read"]}, "application/json", **header)

    assert made.json()["scopes"] == ["read"]


def test_read_token_may_not_write(client):
    header = bearer(make_user(), scopes=["read"])

    response = client.post("/api/v1/tokens", {"label": "x"}, "application/json", **header)

    assert (response.status_code, response.json()["code"]) == (403, "missing_scope")


def test_account_page_shows_a_new_token_once(client):
    user = make_user()
    client.force_login(user)

    page = client.post("/account/", {"label": "notebook", "scopes": ["read"], "days": 30}).content.decode()

    assert "tl_" in page
    assert user.tokens.get().prefix in client.get("/account/").content.decode()


def test_account_revoke_of_a_strangers_token_is_404(client):
    token = operations.create_token(user=make_user(), label="x", by=None, now=now()).token
    client.force_login(make_user())

    assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 404


def test_password_change_needs_the_current_one(client):
    user = make_user()
    client.force_login(user)

    wrong = client.post("/account/password/", {"current": "no", "password": "another long phrase"})
    right = client.post("/account/password/", {"current": PASSWORD, "password": "another long phrase"})

    user.refresh_from_db()
    assert "This is not your password." in wrong.content.decode()
    assert (right.status_code, user.check_password("another long phrase")) == (302, True)


def test_idempotency_key_gives_the_first_answer_again(client):
    header = bearer(make_user()) | {"HTTP_IDEMPOTENCY_KEY": "one"}

    first = client.post("/api/v1/tokens", {"label": "x"}, "application/json", **header)
    again = client.post("/api/v1/tokens", {"label": "x"}, "application/json", **header)
    other = client.post("/api/v1/tokens", {"label": "y"}, "application/json", **header)

    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert Token.objects.filter(label="x").count() == 1


@pytest.mark.parametrize("key", ["", "k" * 256, "new\nline"])
def test_idempotency_key_that_cannot_be_is_refused(client, key):
    header = bearer(make_user()) | {"HTTP_IDEMPOTENCY_KEY": key}

    assert client.post("/api/v1/tokens", {"label": "x"}, "application/json", **header).status_code == 400


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "invalid_json"),
        ('{"label": "x", "label": "y"}', 400, "invalid_json"),
        ('{"label": "x", "days": NaN}', 400, "invalid_json"),
        ('{"label": "x", "is_staff": true}', 400, "unknown_field"),
        ('{"label": "x", "days": 0}', 400, "min_value"),
    ],
)
def test_bad_body_is_a_problem_that_names_it(client, body, status, code):
    response = client.post("/api/v1/tokens", body, "application/json", **bearer(make_user()))

    problem = response.json()
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert code in [problem["code"], *[error["code"] for error in problem["errors"]]]


def test_health_is_ready(client):
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json() == {"status": "ready", "not_ready": {}}


def test_health_names_what_is_not_ready(client, settings):
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"

    response = client.get("/health/ready")

    assert (response.status_code, list(response.json()["not_ready"])) == (503, ["broker"])


def test_metrics_can_be_closed_with_a_token(client, settings):
    make_project()
    assert "throughline_events" in client.get("/metrics").content.decode()

    settings.METRICS_TOKEN = "secret"

    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer secret").status_code == 200
