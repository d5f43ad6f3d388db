"""A world whose pages are open, and what they show wrongly after something was done in it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import unescape
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.test import Client, TestCase

from core.models import Event
from experiments.events import RUN_MEASURED
from experiments.operations import batches
from tests.walk.asking import Answers, Questions
from tests.walk.splicing import asked_again, differences, fragments, kept_current, main_of, read, taken
from tests.walk.world import World

# What a page loads as soon as it is open.
_LOADED = re.compile(r'<(\w+) id="[^"]+" hx-get="([^"]+)" hx-trigger="load" hx-swap="outerHTML">\s*</\1>')
# What differs whenever a page is asked for: tokens of forms (digests know no capitals), places in the log.
_CHANCE = re.compile(r'\b(?=[a-z0-9]*[A-Z])[A-Za-z0-9]{64}\b|data-seq="\d+"')


@dataclass(frozen=True)
class Page:
    """What one page shows, with what it asked for that and how it was answered."""

    html: str
    questions: Questions
    answers: list[int]


Pages = dict[str, Page]


class Walk:
    def __init__(self, world: World) -> None:
        self.world = world
        self.client = Client()
        self.client.force_login(world.owner)
        answers = Answers()
        self.pages: Pages = {url: self._load(url, answers) for url in world.pages()}

    def stale_after(self, prepare: Callable[[], Any], act: Callable[[Any], object]) -> tuple[list[str], list[str]]:
        """The events of this act, and page by page what an open page shows wrongly after them. The pages are opened
        after it was prepared."""
        with connection.execute_wrapper(preparing := Questions()):
            prepared = prepare()
        before = self._now(self.pages) if preparing.has_written else self.pages
        heard = self._heard(partial(act, prepared))
        after = self._now(before)
        whole, stale = {url: page.html for url, page in after.items()}, []
        for url, page in before.items():
            if whole[url] != page.html:
                kept = kept_current(read(page.html), heard, self.client, whole)
                stale += [f"{url}: {told}" for told in differences(kept, read(whole[url]))]
        return [event.type for event in heard], stale

    def lost(self) -> list[str]:
        """The parts that are taken from their whole page, and are not in what it answers htmx."""
        return [
            f"{url} #{fragment.id}"
            for url, page in self.pages.items()
            for fragment in fragments(read(page.html))
            if "hx-select" in fragment.attributes and not taken(asked_again(fragment, self.client), fragment)
        ]

    def _heard(self, act: Callable[[], object]) -> list[Event]:
        """What the open pages of the project hear of an act: its events, or what is whispered when it is committed."""
        seen = Event.objects.order_by("-pk").values_list("pk", flat=True)[0]
        whispered: list[Event] = []

        def measured(project_id: int, run_id: str) -> None:
            whispered.append(Event(stream_id=project_id, type=RUN_MEASURED, subject_type="run", subject_id=run_id))

        with patch.object(batches, "measured", measured):
            with TestCase.captureOnCommitCallbacks() as committed:
                act()
            recorded = list(Event.objects.filter(pk__gt=seen).order_by("pk"))
            for tell in () if recorded else committed:
                tell()
        assert recorded or whispered
        return [event for event in [*recorded, *whispered] if event.stream_id == self.world.project.pk]

    def _now(self, pages: Pages) -> Pages:
        """The pages as they are now: loaded again, if anything that they ask is answered in another way."""
        answers = Answers()
        return {
            url: page if answers.to(page.questions) == page.answers else self._load(url, answers)
            for url, page in pages.items()
        }

    def _load(self, url: str, answers: Answers) -> Page:
        with connection.execute_wrapper(questions := Questions()):
            answer = self.client.get(url)
            assert answer.status_code == 200, f"{url} answers {answer.status_code}"
            html = _LOADED.sub(self._loaded, main_of(answer.content.decode()))
        return Page(_CHANCE.sub("", html), questions, answers.to(questions))

    def _loaded(self, place: re.Match[str]) -> str:
        answer = self.client.get(unescape(place[2]), headers={"HX-Request": "true"})
        assert answer.status_code == 200, f"{place[2]} answers {answer.status_code}"
        return answer.content.decode()
