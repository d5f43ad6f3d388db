"""How the events of imports read."""

from django.urls import reverse

from core.models import Event
from porting import events as names
from projects.feed import Told, tells


@tells(names.IMPORT_STARTED)
def _started(event: Event, key: str) -> Told:
    return Told("started the import of", object=event.subject_label, url=_url(event, key))


@tells(names.IMPORT_FINISHED)
def _finished(event: Event, key: str) -> Told:
    said = [f"{event.data.get(name, 0):,} {name}" for name in ("runs", "points", "versions")]
    return Told(
        "Import finished:", object=event.subject_label, url=_url(event, key), note=", ".join(said), passive=True
    )


@tells(names.IMPORT_FAILED)
def _failed(event: Event, key: str) -> Told:
    note = str(event.data.get("reason", ""))
    return Told("Import stopped:", object=event.subject_label, url=_url(event, key), note=note, passive=True)


@tells(names.EXPORT_STARTED)
def _export_started(event: Event, key: str) -> Told:
    return Told("started an", object=event.subject_label, url=reverse("porting:exports", args=[key]))


_EXPORT_WORDS = {
    names.EXPORT_FINISHED: "Ready for download:",
    names.EXPORT_FAILED: "Export stopped:",
    names.EXPORT_EXPIRED: "Archive no longer kept:",
}


@tells(*_EXPORT_WORDS)
def _export_ended(event: Event, key: str) -> Told:
    word = _EXPORT_WORDS[event.type]
    note = str(event.data.get("reason", ""))
    url = reverse("porting:exports", args=[key])
    return Told(word, object=event.subject_label, url=url, note=note, passive=True)


def _url(event: Event, key: str) -> str:
    return reverse("porting:import", args=[key, int(event.subject_id)])
