"""Times, numbers and Markdown as a reader meets them."""

from datetime import UTC, date, datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from core import charts
from core.components.library import register
from core.prose import prose as rendered


@register.simple_tag
def ago(moment: datetime | None, default: str = "–", *, brief: bool = False) -> SafeString | str:
    """How long ago, kept current by the page; the exact local and UTC time on hover. `brief` is 4m for 4 min. ago."""
    return _time(moment, mark_safe('data-relative="brief"') if brief else "data-relative") if moment else default


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


@register.filter
def prose(text: str, attachments: str = "") -> SafeString:
    """Markdown as HTML for an element of class `prose`; nothing of it can run. `attachments`: below it they lie."""
    return rendered(text, attachments)
