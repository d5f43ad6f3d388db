"""How the inbox's events read."""

from core.models import Event
from inbox import events as names
from projects.feed import Told, plain, register, tells

register(names.CHANNEL_REMOVED, plain("took away the chat of", view="inbox:chat"))


@tells(names.CHANNEL_SET)
def _channel_set(event: Event, key: str) -> Told:
    told = plain("has the chat told of", view="inbox:chat")(event, key)
    return Told(told.text, object=", ".join(event.data.get("kinds", [])) or "nothing", url=told.url)
