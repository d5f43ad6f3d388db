"""Small signs that lists repeat hundreds of times: icons, pills, marks, faces, a text to copy."""

from collections.abc import Iterable
from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core.components.library import register
from core.models.identity import initials_of

SPRITE = "throughline/icons.svg"
MARKS = {"ok": "check", "warn": "triangle-alert", "bad": "x", "wait": "ellipsis", "thread": "arrow-right"}
MARK_WORDS = {"ok": "met", "warn": "needs attention", "bad": "not met", "wait": "waiting", "thread": "current"}


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
    lead = mark_safe('<span class="dot"></span>') if dot else maybe_icon(icon, 12)
    css = f"pill {tone}".strip()
    if url:
        return format_html('<a class="{}" href="{}">{}{}</a>', css, url, lead, text)
    return format_html('<span class="{}">{}{}</span>', css, lead, text)


@register.simple_tag
def mark(kind: str, text: str = "", label: str = "") -> SafeString:
    """A round mark before a line: ok, warn, bad, wait or thread; with a text (a step's number) instead of the sign."""
    inner = text or maybe_icon(MARKS.get(kind, "ellipsis"), 12)
    said = format_html('<span class="vh">{}: </span>', label or MARK_WORDS.get(kind, kind))
    return format_html('<span class="mark {}">{}</span>{}', kind, inner, said)


@register.simple_tag
def face(name: str, size: str = "", initials: str = "") -> SafeString:
    """A person as coloured initials. Without a name it is the system itself."""
    return _portrait(name, size, initials)


@lru_cache(maxsize=1024, typed=True)
def _portrait(name: str, size: str, initials: str) -> SafeString:
    if not name:
        return format_html('<span class="face system {}" title="Throughline">{}</span>', size, maybe_icon("zap", 12))
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


def shade(name: str) -> int:
    """One of eight colours, always the same for a name; assets/js/live.js computes the same."""
    total = 0
    for byte in name.encode():
        total = (total * 33 + byte) % 65521
    return total % 8


@register.simple_tag
def copy(text: str, shown: str = "", block: bool = False) -> SafeString:
    """A text in the fixed font with a button that copies it. `shown` is a shorter form of it."""
    what = format_html('<span class="mono" title="{}">{}</span>', text, shown or text)
    press = format_html(
        '<button type="button" class="iconbtn tiny" data-copy="{}" aria-label="Copy">{}</button>',
        text,
        maybe_icon("copy", 12),
    )
    return format_html('<span class="copy{}">{}{}</span>', " block" if block else "", what, press)


def maybe_icon(name: str, size: int = 16) -> SafeString | str:
    return icon(name, size) if name else ""
