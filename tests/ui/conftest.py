"""A real browser on pages that no server serves: templates rendered here, files from build/static, a socket we hold."""

import json
import mimetypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.template import engines
from django.templatetags.static import static
from playwright.sync_api import Browser, Page, Route, WebSocketRoute

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "build" / "static"
ORIGIN = "http://localhost"
FRAME = {
    "rail": [
        {
            "label": "Overview",
            "icon": "house",
            "url": "/p/FRD/",
            "group": "Card fraud scoring",
            "key": "o",
            "here": True,
        },
        {"label": "Risks", "icon": "triangle-alert", "url": "/p/FRD/risks/", "group": "Card fraud scoring", "count": 4},
    ],
    "user": SimpleNamespace(is_authenticated=True, name="Data scientist", username="ds"),
    "project": SimpleNamespace(key="FRD", name="Card fraud scoring"),
    "live_seq": 7,
    "csrf_token": "the-token",
}


@dataclass
class Answer:
    body: str = ""
    status: int = 200
    type: str = "text/html"


@dataclass
class Asked:
    method: str
    path: str
    fields: dict[str, str]
    csrf: str | None


@dataclass
class Site:
    """One page, what its requests are answered with, and what it asked."""

    page: Page
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    sockets: list[WebSocketRoute] = field(default_factory=list)
    is_mute: bool = False  # the sockets answer nothing
    is_down: bool = False  # no request comes through
    complaints: list[str] = field(default_factory=list)

    def open(self, source: str, base: str = "ui/project.html", **context: object) -> Page:
        """Show a page whose main block is `source`."""
        script = f'<script src="{static("throughline/board.js")}" defer></script>'
        head = f'{{% extends "{base}" %}}{{% load ui %}}{{% block scripts %}}{script}{{% endblock %}}'
        whole = f"{head}{{% block main %}}{source}{{% endblock %}}"
        self.answers["/"] = Answer(engines["django"].from_string(whole).render({**FRAME, **context}))
        self.page.goto(f"{ORIGIN}/")
        return self.page

    def requests(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    def until(self, is_true: Callable[[], object], seconds: float = 4) -> None:
        """Wait until a condition holds, or fail."""
        for _ in range(int(seconds * 50)):
            if is_true():
                return
            self.page.wait_for_timeout(20)
        raise AssertionError("it did not become true")

    def answer(self, route: Route) -> None:
        if self.is_down:
            route.abort()
            return
        request, path = route.request, urlsplit(route.request.url).path
        if path.startswith(settings.STATIC_URL):
            file = STATIC / path.removeprefix(settings.STATIC_URL)
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0])
            return
        fields = {name: values[0] for name, values in parse_qs(request.post_data or "").items()}
        self.asked.append(Asked(request.method, path, fields, request.headers.get("x-csrftoken")))
        answer = self.answers.get(path, Answer("", 404))
        directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        policy = "; ".join(" ".join([name, *values]) for name, values in directives.items())
        headers = {"content-type": answer.type, "content-security-policy": policy}
        route.fulfill(status=answer.status, body=answer.body, headers=headers)

    def connect(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        socket.on_message(lambda text: self.hear(socket, str(text)))

    def hear(self, socket: WebSocketRoute, text: str) -> None:
        """Answer what the page asks over its socket, as the server does: with what is HTML."""
        said = {} if text == "ping" else json.loads(text)
        if "ask" not in said:
            return
        self.asked += [Asked("ASK", urlsplit(address).path, {}, None) for address in said["of"]]
        found = {address: self.answers.get(urlsplit(address).path, Answer("", 404)) for address in said["of"]}
        parts = {of: one.body for of, one in found.items() if (one.status, one.type) == (200, "text/html")}
        if not self.is_mute:
            socket.send(json.dumps({"ask": said["ask"], "parts": parts}))


@pytest.fixture
def site(browser: Browser) -> Iterator[Site]:
    assert (STATIC / "throughline" / "manifest.json").exists(), "The front end is not built. Run: make setup"
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    made = Site(page)
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    page.on("console", lambda line: made.complaints.append(line.text) if "Security Policy" in line.text else None)
    page.route("**/*", made.answer)
    page.route_web_socket(re.compile("/ws/"), made.connect)
    yield made
    context.close()
    assert made.complaints == []
