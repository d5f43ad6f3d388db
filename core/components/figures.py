"""Lines of stages, progress, single figures, tabs, feeds, the foot of a list."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.components.drawings import sparkline
from core.components.library import register


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
