"""Charts: what is drawn encloses what was measured, and the table twin says the same."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import charts
from core.charts import Limit, Series

VALUES = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)
GAPPY = st.lists(VALUES | st.none() | st.just(float("nan")), max_size=30)


@given(VALUES, VALUES)
def test_nice_ticks_enclose_and_are_even(a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    ticks = charts.nice_ticks(low, high)
    steps = [y - x for x, y in pairwise(ticks)]
    assert ticks[0] <= low + 1e-6 * max(1, steps[0])
    assert ticks[-1] >= high - 1e-6 * max(1, steps[0])
    assert 1 <= len(steps) <= 8
    assert max(steps) == pytest.approx(min(steps), rel=1e-3)


@given(st.lists(GAPPY, min_size=1, max_size=3))
def test_curve_of_anything_stays_inside_the_drawing(lines: list[list[float | None]]) -> None:
    labels = [str(i) for i in range(max(len(line) for line in lines))]
    chart = charts.curve([Series(f"s{i}", line) for i, line in enumerate(lines)], x_labels=labels)
    ElementTree.fromstring(chart.svg)
    numbers = [float(n) for d in re.findall(r' d="([^"]+)"', chart.svg) for n in re.findall(r"-?\d+\.?\d*", d)]
    assert all(-0.01 <= n <= 100.01 for n in numbers)
    assert len(chart.rows) == len(labels)


def test_curve_breaks_at_a_gap_and_shades_the_bad_side() -> None:
    chart = charts.curve(
        [Series("PR-AUC", [0.8, 0.82, None, 0.81, 0.83])],
        x_labels=["a", "b", "c", "d", "e"],
        limit=Limit(0.78, "minimal useful value", bad="below"),
        x_name="Day",
    )
    assert chart.svg.count('class="ln s1"') == 2
    assert 'class="band"' in chart.svg
    assert [key.label for key in chart.legend] == ["PR-AUC", "minimal useful value"]
    assert chart.columns == ["Day", "PR-AUC"]
    assert chart.rows[2] == ["c", "–"]


def test_labels_are_escaped() -> None:
    chart = charts.curve([Series("<script>", [1.0, 2.0])], x_labels=["a", "b"], summary='"><b>')
    assert "<script>" not in chart.svg
    assert "<b>" not in chart.svg
    assert "<i>" not in charts.sparkline([1, 2], label="<i>")


def test_burn_up_ends_its_pace_at_the_agreed_scope() -> None:
    chart = charts.burn_up(days=["Mon", "Tue", "Wed"], done=[0, 5], scope=[8, 10])
    assert chart.summary == "5 of 10 points done"
    assert chart.rows == [["Mon", "0", "8", "0"], ["Tue", "5", "10", "5"], ["Wed", "–", "–", "10"]]


def test_burn_up_marks_changes_of_scope_on_its_line_and_in_its_table() -> None:
    chart = charts.burn_up(
        days=["Fri", "Sat", "Mon"], done=[0, 0], scope=[8, 10], target=[5, 5, 10], marks=[(1, "A-2 added"), (1, "A-3")]
    )

    assert "<title>A-2 added; A-3</title>" in chart.svg
    assert chart.columns == ["Day", "Done", "Agreed scope", "Even pace", "What changed"]
    assert chart.rows[1] == ["Sat", "0", "10", "5", "A-2 added; A-3"]


def test_burn_up_of_an_empty_sprint_draws_nothing_wrong() -> None:
    chart = charts.burn_up(days=[], done=[], scope=[])
    assert chart.summary == "0 of 0 points done"
    assert chart.rows == []


def test_sparkline_without_values_is_empty() -> None:
    assert charts.sparkline([]) == ""
    assert charts.sparkline([None, float("nan")]) == ""
    assert "pt" in charts.sparkline([3])
    assert charts.sparkline([], reference=1) == ""


def test_sparkline_has_room_for_its_reference() -> None:
    plain, held = charts.sparkline([2, 3]), charts.sparkline([2, 3], reference=1)

    assert ("rule" in plain, "rule" in held) == (False, True)
    assert charts.sparkline([2, 3], reference=float("nan")) == plain
    assert plain.split('class="ln"')[1] != held.split('class="ln"')[1]


def test_gauge_shows_how_far_it_is_and_shades_what_is_not_useful() -> None:
    drawn = charts.gauge("pr_auc", today=0.2, wanted=0.4, now=0.6)
    assert drawn.summary == "pr_auc: Today 0.2, Minimal useful 0.4, Now 0.6"
    assert drawn.x_labels == ["0.2", "0.4", "0.6"]
    assert [key.label for key in drawn.legend] == ["Today 0.2", "Minimal useful 0.4", "Now 0.6"]
    assert '<rect class="band" x="0" width="50"' in drawn.svg
    assert 'class="ln s2" d="M0 50L100 50"' in drawn.svg

    missed = charts.gauge("brier", today=0.3, wanted=0.1, now=0.2, is_higher=False)
    assert '<rect class="band" x="0" width="100"' in missed.svg
    assert "s3" in missed.svg
    assert "s2" not in missed.svg


@pytest.mark.parametrize("known", ["today", "wanted", "now"])
def test_gauge_of_one_value_is_drawn(known: str) -> None:
    drawn = charts.gauge("f1", **({"today": None, "wanted": None, "now": None} | {known: 0.5}))
    assert len(drawn.legend) == 1
    assert "nan" not in drawn.svg


def test_heat_map_levels() -> None:
    drawn = charts.heat_map({"amount": [0.0, 0.06, 0.1, 0.3, None]}, list("abcde"), warm=0.1, hot=0.25)
    assert [cell.level for cell in drawn.rows[0].cells] == ["h0", "h2", "warm", "hot", "none"]
    assert drawn.rows[0].cells[3].title == "amount, d: 0.3"


def test_heat_map_refuses_a_row_of_another_length() -> None:
    with pytest.raises(ValueError, match="zip"):
        charts.heat_map({"amount": [0.1]}, ["a", "b"], warm=0.1, hot=0.2)


def test_bars_start_at_a_common_zero() -> None:
    drawn = charts.bars([("up", 3.0), ("down", -1.0)])
    assert [(bar.start, bar.width) for bar in drawn] == [(25.0, 75.0), (0.0, 25.0)]
    assert drawn[1].text == "−1"


def test_histogram_compares_shares_not_counts() -> None:
    drawn = charts.histogram([1, 1], [0, 1, 2], reference=[10, 30])
    assert drawn.rows == [["0 to 1", "50.0%", "25.0%"], ["1 to 2", "50.0%", "75.0%"]]
    with pytest.raises(ValueError, match="2 bins need 3 edges"):
        charts.histogram([1, 1], [0, 1])


def test_interval_is_green_only_clear_of_zero() -> None:
    assert "ln s2" in charts.interval(0.012, 0.031, 0.049)
    assert "ln muted" in charts.interval(-0.01, 0.031, 0.049)
    assert "ln s3" in charts.interval(-0.04, -0.03, -0.01)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (float("inf"), "–"),
        (0, "0"),
        (0.84712, "0.8471"),
        (120000, "120,000"),
        (-0.5, "−0.5"),
        (1e-12, "0"),
    ],
)
def test_number(value: float | None, shown: str) -> None:
    assert charts.number(value) == shown


@given(st.integers(min_value=0, max_value=400))
def test_thin_keeps_the_ends(count: int) -> None:
    labels = [str(i) for i in range(count)]
    thinned = charts.thin(labels)
    assert len(thinned) <= 6
    assert not labels or (thinned[0], thinned[-1]) == (labels[0], labels[-1])


def test_quadrants_names_its_fields_and_escapes_what_people_wrote():
    spots = [charts.Spot("<b>Trees</b>", 0.8, 0.2, tone="bad", is_here=True), charts.Spot("Rules", 0.2, 0.9)]

    drawn = charts.quadrants(spots, x_label="realistic", y_label="affordable", names=("a", "b", "c", "d"))

    assert "<b>" not in drawn.svg
    assert drawn.summary == "realistic and affordable: <b>Trees</b>; Rules"
    assert [f">{name}</text>" in drawn.svg for name in "abcd"] == [True] * 4
    assert drawn.svg.count("<circle") == 2
