"""Charts as SVG, drawn on the server: pure functions from numbers to geometry and markup; knows no Django.

A drawing has the coordinates 0 to 100 both ways and stretches to the place it is given; the labels of its axes are text
beside it, so that they keep their size. Every chart also carries its numbers as a table, for those who cannot see it.
"""

from core.charts.distributions import Bar, Cell, HeatMap, HeatRow, bars, heat_map, histogram
from core.charts.drawing import Chart, Key
from core.charts.estimates import gauge, interval
from core.charts.fields import Bubble, Spot, bubbles, quadrants
from core.charts.lines import Flag, Limit, Series, burn_up, curve, sparkline
from core.charts.numbers import Value, nice_ticks, number, thin

__all__ = [
    "Bar",
    "Bubble",
    "Cell",
    "Chart",
    "Flag",
    "HeatMap",
    "HeatRow",
    "Key",
    "Limit",
    "Series",
    "Spot",
    "Value",
    "bars",
    "bubbles",
    "burn_up",
    "curve",
    "gauge",
    "heat_map",
    "histogram",
    "interval",
    "nice_ticks",
    "number",
    "quadrants",
    "sparkline",
    "thin",
]
