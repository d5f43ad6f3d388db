"""The components of the design system as template tags. docs/design.md shows each with an example.

Small ones that lists repeat hundreds of times are built here; the larger ones have a template in templates/ui.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zlib import crc32

from django import template
from django.forms import BaseForm, BoundField, CharField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core import charts
from core.prose import prose as rendered
from core.refusals import refusal_of

register = template.Library()

SPRITE = "throughline/icons.svg"
MARKS = {"ok": "check", "warn": "triangle-alert", "bad": "x", "wait": "ellipsis", "thread": "arrow-right"}
MARK_WORDS = {"ok": "met", "warn": "needs attention", "bad": "not met", "wait": "waiting", "thread": "current"}
SKIPPED_WORDS = {"the", "a", "an", "of", "and"}


# --- small signs ----------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "", spin: bool = False) -> SafeString:
    """An icon named in assets/icons.json, 12, 16, 20 or 28 pixels large; read out only if it has a label."""
    return _drawn(name, size, label, spin)


@lru_cache(maxsize=1024, typed=True)
def _drawn(name: str, size: int, label: str, spin: bool) -> SafeString:
    """Kept: a board has hundreds, and few different ones."""
    css = f"icon{'' if size == 16 else f' s{size}'}{' spin' if spin else ''}"
    said = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="{}" {}><use href="{}#{}"/></svg>', css, said, static(SPRITE), name)


@register.simple_tag
def pill(text: object, tone: str = "", *, dot: bool = False, icon: str = "", url: str = "") -> SafeString:
    """A short state. tone: ok, warn, bad, thread or none."""
    lead = mark_safe('<span class="dot"></span>') if dot else _icon(icon, 12)
    css = f"pill {tone}".strip()
    if url:
        return format_html('<a class="{}" href="{}">{}{}</a>', css, url, lead, text)
    return format_html('<span class="{}">{}{}</span>', css, lead, text)


@register.simple_tag
def mark(kind: str, text: str = "", label: str = "") -> SafeString:
    """A round mark before a line: ok, warn, bad, wait or thread; with a text (a step's number) instead of the sign."""
    inner = text or _icon(MARKS.get(kind, "ellipsis"), 12)
    said = format_html('<span class="vh">{}: </span>', label or MARK_WORDS.get(kind, kind))
    return format_html('<span class="mark {}">{}</span>{}', kind, inner, said)


@register.simple_tag
def face(name: str, size: str = "", initials: str = "") -> SafeString:
    """A person as coloured initials. Without a name it is the system itself."""
    return _portrait(name, size, initials)


@lru_cache(maxsize=1024, typed=True)
def _portrait(name: str, size: str, initials: str) -> SafeString:
    if not name:
        return format_html('<span class="face system {}" title="Throughline">{}</span>', size, _icon("zap", 12))
    return format_html(
        '<span class="face face-{} {}" title="{}"><span aria-hidden="true">{}</span><span class="vh">{}</span></span>',
        shade(name),
        size,
        name,
        initials or initials_of(name),
        name,
    )


@register.simple_tag
def faces(names: Iterable[str], most: int = 5) -> SafeString:
    """Several people, overlapping; those beyond `most` are counted."""
    names = list(names)
    shown = format_html_join("", "{}", ((face(name),) for name in names[:most]))
    rest = len(names) - most
    more = (
        format_html('<span class="face face-7" title="{}">+{}</span>', ", ".join(names[most:]), rest)
        if rest > 0
        else ""
    )
    return format_html('<span class="faces">{}{}</span>', shown, more)


def initials_of(name: str) -> str:
    """Two letters: "The data scientist" is DS, "Validator" is VA."""
    words = [word for word in re.split(r"[\W_]+", name) if word and word.lower() not in SKIPPED_WORDS]
    if not words:
        return name[:2].upper()
    return (words[0][:2] if len(words) == 1 else words[0][0] + words[-1][0]).upper()


def shade(name: str) -> int:
    """One of eight colours, always the same for a name; assets/js/live.js computes the same."""
    total = 0
    for byte in name.encode():
        total = (total * 33 + byte) % 65521
    return total % 8


# --- times and numbers ----------------------------------------------------------------------------------------------


@register.simple_tag
def ago(moment: datetime | None, default: str = "–") -> SafeString | str:
    """How long ago, kept current by the page; the exact local and UTC time on hover."""
    return _time(moment, "data-relative") if moment else default


@register.simple_tag
def moment(at: datetime | None, default: str = "–") -> SafeString | str:
    """Date and time in the reader's zone, UTC on hover."""
    return _time(at, "") if at else default


def _time(at: datetime, attribute: str) -> SafeString:
    utc = at.astimezone(UTC)
    shown = f"{utc.day} {utc:%b %Y, %H:%M} UTC"
    return format_html('<time datetime="{}" {}>{}</time>', utc.isoformat(timespec="seconds"), attribute, shown)


@register.filter
def day(value: date | datetime | None) -> str:
    """9 Dec 2026."""
    return f"{value.day} {value:%b %Y}" if value else "–"


@register.filter
def number(value: float | int | None, digits: int = 4) -> str:
    """With that many significant digits; a dash for none."""
    return charts.number(value, digits)


@register.filter
def signed(value: float | None, digits: int = 3) -> str:
    """With its sign: +0.031."""
    if value is None:
        return "–"
    return ("+" if value > 0 else "") + charts.number(value, digits)


@register.filter
def percent(value: float | None, decimals: int = 1) -> str:
    """0.123 is 12.3%."""
    return "–" if value is None else f"{value:.{decimals}%}".replace("-", "−")


@register.filter
def bytesize(value: int | None) -> str:
    """1,234,000 is 1.2 MB."""
    if value is None:
        return "–"
    size = float(value)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 10 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


@register.filter
def duration(seconds: float | None) -> str:
    """75 is "1 m 15 s"."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} m" if hours else f"{minutes} m {rest} s"


@register.filter
def lasted(days: float | None) -> str:
    """3.42 is "3.4 days", 0.05 is "1 h 12 m": what took no day took no 0.0 days."""
    if days is None:
        return "–"
    hours, minutes = divmod(round(days * 1440), 60)
    if hours >= 24:
        return f"{days:.1f} days"
    return f"{hours} h {minutes} m" if hours else f"{minutes} m" if minutes else "under 1 m"


@register.filter
def short(digest: str, length: int = 10) -> str:
    """The beginning of a digest."""
    return digest[:length]


# --- containers -----------------------------------------------------------------------------------------------------


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
    return format_html('<div class="note {}">{}<div>{}</div></div>', tone, _icon(sign), content)


@register.simple_block_tag
def blank(content: str, title: str, *, icon: str = "inbox") -> SafeString:
    """Nothing here yet: what it will be, in the content a sentence and perhaps a .row of buttons."""
    return format_html('<div class="blank">{}<b>{}</b>{}</div>', _icon(icon, 28), title, content)


# --- lines, progress, figures ---------------------------------------------------------------------------------------


@register.inclusion_tag("ui/line.html")
def line(stages: Sequence[Mapping[str, Any]], label: str = "Stages") -> dict[str, Any]:
    """Stages. Each: label, state (done, now, blocked, todo); perhaps note, url, progress (0 to 100), mono."""
    widths = {"done": 100, "todo": 0}
    return {
        "label": label,
        "stages": [{**stage, "width": widths.get(stage["state"], stage.get("progress", 50))} for stage in stages],
    }


@register.simple_tag
def miniline(done: int, total: int, is_now: bool = True) -> SafeString:
    """The same line in a table's cell: `done` stages passed of `total`, the next one half if it is now."""
    states = ["done"] * done + ["now"] * (is_now and done < total)
    cells = format_html_join("", '<i class="{}"></i>', ((s,) for s in states + [""] * (total - len(states))))
    return format_html(
        '<span class="miniline" role="img" aria-label="{} of {} stages passed">{}</span>', done, total, cells
    )


@register.inclusion_tag("ui/progress.html")
def progress(
    value: float | None, max: float = 1, *, label: str = "", note: object = "", tone: str = ""
) -> dict[str, Any]:
    """A bar with its label and note above it. None runs without an end."""
    return {"value": value, "max": max, "label": label, "note": note, "tone": tone}


@register.inclusion_tag("ui/stat.html")
def stat(
    label: str, value: object, *, unit: str = "", note: object = "", tone: str = "", values: Sequence[float | None] = ()
) -> dict[str, Any]:
    """One figure, inside .stats. `values` draws a small line beside it."""
    return {"label": label, "value": value, "unit": unit, "note": note, "tone": tone, "spark": sparkline(values)}


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Sequence[Mapping[str, Any]], label: str = "Parts of this page") -> dict[str, Any]:
    """Each: label, url, here, and perhaps count."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/feed.html")
def feed(entries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What happened. Each: actor ("" is the system), text, at; perhaps object, url, after, note, mark (and step)."""
    return {"entries": entries}


@register.inclusion_tag("ui/pages.html")
def pages(*, prev_url: str = "", next_url: str = "", summary: str = "") -> dict[str, Any]:
    """The foot of a list that continues."""
    return {"prev_url": prev_url, "next_url": next_url, "summary": summary}


# --- buttons and forms ----------------------------------------------------------------------------------------------


@register.simple_tag
def button(
    text: str,
    kind: str = "",
    *,
    icon: str = "",
    href: str = "",
    reason: str | None = None,
    tip: bool = False,
    **attributes: Any,
) -> SafeString:
    """A button, or a link that looks like one. kind: primary, quiet, danger, small, and combinations.

    With a reason it cannot be pressed, and says why: as text below it, or with tip=True when pointed at. Further
    attributes pass through, with - for _: hx_post=..., data_confirm=..., name=..., value=...
    """
    css = f"btn {kind}".strip()
    if reason:
        return _refused(text, css, icon, reason, tip)
    if href:
        return format_html('<a class="{}" href="{}" {}>{}{}</a>', css, href, _attributes(attributes), _icon(icon), text)
    attributes = {"type": "submit", **attributes}
    return format_html('<button class="{}" {}>{}{}</button>', css, _attributes(attributes), _icon(icon), text)


def _refused(text: str, css: str, icon: str, reason: str, tip: bool) -> SafeString:
    css = css.replace(" primary", "").replace(" danger", "")
    start = format_html('<button class="{}" type="button" aria-disabled="true" data-refused', css)
    if tip:
        return format_html(
            '{} data-tip="{}" aria-description="{}">{}{}</button>', start, reason, reason, _icon(icon), text
        )
    id = f"why-{crc32(f'{text} {reason}'.encode()):x}"
    return format_html(
        '<span class="refused">{} aria-describedby="{}">{}{}</button><span class="reason" id="{}">{}{}</span></span>',
        start,
        id,
        _icon(icon),
        text,
        id,
        _icon("lock", 12),
        reason,
    )


@register.inclusion_tag("ui/field.html")
def field(
    bound: BoundField,
    *,
    label: str = "",
    help: str = "",
    across: bool = False,
    max_bytes: int | None = None,
    **attributes: Any,
) -> dict[str, Any]:
    """One field of a form with its label, help and error, joined for screen readers. Attributes go to the control."""
    bound.form.is_told = True  # type: ignore[attr-defined]  # a mark for `kept`: the form has its place on the page
    help_text = help or bound.help_text
    described = " ".join(
        f"{bound.auto_id}_{part}" for part, there in (("helptext", help_text), ("error", bound.errors)) if there
    )
    attrs = {name.replace("_", "-"): value for name, value in attributes.items()}
    attrs |= {"aria-describedby": described} if described else {}
    attrs |= {"aria-invalid": "true"} if bound.errors else {}
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attrs),
        "kind": _kind(bound),
        "label": label or bound.label,
        "help": help_text,
        "optional": not bound.field.required,
        "across": across,
        "max_bytes": max_bytes,
    }


@register.inclusion_tag("ui/errors.html")
def errors(form: Any) -> dict[str, Any]:
    """What is wrong with a form, at its head: sentences about the whole, and links to the fields that are wrong."""
    wrong = [bound for bound in form if bound.errors and not bound.is_hidden]
    hidden = [f"{bound.label}: {error}" for bound in form.hidden_fields() for error in bound.errors]
    return {"whole": [*form.non_field_errors(), *hidden], "wrong": wrong}


@register.inclusion_tag("ui/kept.html", takes_context=True)
def kept(context: Context) -> dict[str, Any]:
    """At the end of a page: the form of the context that was refused and has no place on the page any more, since the
    thing moved on. What was written is shown, with why not."""
    shown: dict[Any, Any] = context.flatten()
    for form in shown.values():
        if isinstance(form, BaseForm) and refusal_of(form) and not getattr(form, "is_told", False):
            texts = [(bound.label, bound.value()) for bound in form if _is_written(bound)]
            return {"refusal": refusal_of(form), "texts": texts}
    return {}


def _is_written(bound: BoundField) -> bool:
    return not bound.is_hidden and type(bound.field) is CharField and bool(bound.value())


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if bound.is_hidden:
        return "hidden"
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return "choices"
    return "file" if isinstance(widget, FileInput) else "plain"


@register.simple_tag
def copy(text: str, shown: str = "", block: bool = False) -> SafeString:
    """A text in the fixed font with a button that copies it. `shown` is a shorter form of it."""
    what = format_html('<span class="mono" title="{}">{}</span>', text, shown or text)
    press = format_html(
        '<button type="button" class="iconbtn tiny" data-copy="{}" aria-label="Copy">{}</button>',
        text,
        _icon("copy", 12),
    )
    return format_html('<span class="copy{}">{}{}</span>', " block" if block else "", what, press)


@register.filter
def prose(text: str, attachments: str = "") -> SafeString:
    """Markdown as HTML for an element of class `prose`; nothing of it can run. `attachments`: below it they lie."""
    return rendered(text, attachments)


# --- charts ---------------------------------------------------------------------------------------------------------


@register.simple_tag
def sparkline(values: Sequence[float | None], label: str = "", reference: float | None = None) -> SafeString:
    return mark_safe(charts.sparkline(values, label=label, reference=reference))


@register.simple_tag
def interval(low: float, value: float, high: float) -> SafeString:
    """An estimate in its confidence interval, against zero."""
    return mark_safe(charts.interval(low, value, high))


@register.inclusion_tag("ui/chart.html")
def chart(drawn: charts.Chart, size: str = "") -> dict[str, Any]:
    """A Chart of core.charts (curve, burn_up, histogram) with axes, legend and table twin. size: low, tall or none."""
    return {"chart": drawn, "svg": mark_safe(drawn.svg), "size": size}


@register.simple_tag
def quadrants(drawn: charts.Chart) -> SafeString:
    """What `charts.quadrants` drew; its figures stand in the list beside it."""
    return mark_safe(drawn.svg)


@register.inclusion_tag("ui/heatmap.html")
def heatmap(drawn: charts.HeatMap, caption: str, warm: str = "", hot: str = "") -> dict[str, Any]:
    """A HeatMap of core.charts; warm and hot are the words of the key."""
    return {"map": drawn, "caption": caption, "warm": warm, "hot": hot, "shown": charts.thin(drawn.columns)}


@register.inclusion_tag("ui/bars.html")
def bars(drawn: Sequence[charts.Bar]) -> dict[str, Any]:
    """The bars of core.charts.bars."""
    return {"bars": drawn}


# --- pieces ---------------------------------------------------------------------------------------------------------


def _icon(name: str, size: int = 16) -> SafeString | str:
    return icon(name, size) if name else ""


def _attributes(attributes: Mapping[str, Any]) -> SafeString:
    """Attributes as markup: True stands alone, False and None are left out."""
    pairs = (
        (name.replace("_", "-"), value)
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    return format_html_join(
        " ", "{}", ((name if value is True else format_html('{}="{}"', name, value),) for name, value in pairs)
    )
