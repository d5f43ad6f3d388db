"""What holds the parts of a page: cards, dialogs, notes, and the attributes that keep them current."""

from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.components.library import register
from core.components.signs import maybe_icon


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    *,
    meta: object = "",
    pill: object = "",
    tone: str = "",
    body: str = "body",
    icon: str = "",
    id: str = "",
    live: str = "",
    url: str = "",
    subject: str = "",
    css: str = "",
) -> SafeString:
    """A card. body is "body" (with a margin), "rows" (lines), or "none" (a table reaches the edge).

    With `live` (event prefixes) and `url` it is a fragment that fetches itself again; it then needs an id.
    """
    names = {"content": content, "title": title, "meta": meta, "pill": pill, "tone": tone}
    names |= {
        "body": body,
        "icon": icon,
        "id": id,
        "css": css,
        "live": live_attributes(live, url, subject) if live else "",
    }
    return render_to_string("ui/card.html", names)


@register.simple_tag(name="live")
def live_attributes(prefixes: str, url: str, subject: str = "") -> SafeString:
    """The attributes that keep an element current: it is fetched from url when an event of these types arrives."""
    only = format_html(' data-live-subject="{}"', subject) if subject else ""
    return format_html(
        'data-live="{}"{} hx-get="{}" hx-trigger="live" hx-swap="morph:outerHTML" hx-target="this"', prefixes, only, url
    )


@register.simple_tag(takes_context=True)
def itself(context: Context, id: str) -> SafeString:
    """The attributes beside data-live of an element that changes seldom, and for which no view makes a fragment: its
    whole page is asked for again, and of the answer only the element with this id is taken."""
    request = context.get("request")  # the catalogue is rendered without one
    if request is None or request.method != "GET":  # a refused form stands at an address that may not be asked for
        return SafeString("")
    return format_html(
        'hx-get="{}" hx-select="#{}" hx-trigger="live" hx-swap="morph:outerHTML" hx-target="this" hx-disinherit="*"',
        request.get_full_path(),
        id,
    )


@register.simple_block_tag
def dialog(content: str, id: str, title: str, *, wide: bool = False, show: bool = False) -> SafeString:
    """A dialog; a button with data-opens="its id" opens it. `show` opens it at once (a form that came back wrong)."""
    names = {"content": content, "id": id, "title": title, "wide": wide, "show": show}
    return render_to_string("ui/dialog.html", names)


@register.simple_block_tag
def note(content: str, tone: str = "", icon: str = "") -> SafeString:
    """A sentence that must be seen. tone: ok, warn, bad, thread or none."""
    sign = icon or {"ok": "circle-check", "warn": "triangle-alert", "bad": "circle-alert"}.get(tone, "info")
    return format_html('<div class="note {}">{}<div>{}</div></div>', tone, maybe_icon(sign), content)


@register.simple_block_tag
def blank(content: str, title: str, *, icon: str = "inbox") -> SafeString:
    """Nothing here yet: what it will be, in the content a sentence and perhaps a .row of buttons."""
    return format_html('<div class="blank">{}<b>{}</b>{}</div>', maybe_icon(icon, 28), title, content)
