"""How the events of documents read."""

from django.urls import reverse

from core.models import Event
from documents.events import PASSAGE_WRITTEN
from projects.feed import Told, tells


@tells(PASSAGE_WRITTEN)
def _passage(event: Event, key: str) -> Told:
    text = "took back the text of" if event.data.get("is_empty") else "wrote"
    url = reverse("documents:document", args=[key, event.data["kind"]])
    after = f", {event.data['about']}" if event.data.get("about") else ""
    return Told(text, object=f"{event.data['paragraph']} {event.data['title']}", url=url, after=after)
