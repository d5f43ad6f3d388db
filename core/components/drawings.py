"""The drawings of core.charts in their places."""

from collections.abc import Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from core import charts
from core.components.library import register


@register.simple_tag
def sparkline(values: Sequence[float | None], label: str = "", reference: float | None = None) -> SafeString:
    return mark_safe(charts.sparkline(values, label=label, reference=reference))


@register.simple_tag
def interval(low: float, value: float, high: float) -> SafeString:
    """An estimate in its confidence interval, against zero."""
    return mark_safe(charts.interval(low, value, high))


@register.inclusion_tag("ui/chart.html")
def chart(drawn: charts.Chart, size: str = "") -> dict[str, Any]:
    """A Chart of core.charts (curve, burn_up, histogram) with axes, legend and table twin. size: low, tall or none.
    Of a single point there is little to see: it is given little room."""
    is_single = len(drawn.x_labels) == 1
    return {"chart": drawn, "svg": mark_safe(drawn.svg), "size": f"{size} single".strip() if is_single else size}


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
