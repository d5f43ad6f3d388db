"""Slices out of what was logged as metric/column/value."""

import math

from experiments.slicing import REST, joined, logged_slices, shown
from projects.policy import Estimate, Slice


def test_a_slice_has_its_rows_and_intervals():
    (north, south) = logged_slices({
        "recall/region/north": 0.8,
        "recall_low/region/north": 0.8 - 1.959964,
        "recall_high/region/north": 0.8 + 1.959964,
        "n/region/north": 500,
        "recall/region/south": 0.7,
        "recall_low/region/south": 0.6,
        "recall": 0.75,
        "recall/night": 0.1,
        "recall/region/west": math.nan,
    })  # fmt: skip

    assert (north.name, north.n, round(north.metrics["recall"].error, 6)) == ("region=north", 500, 1.0)
    assert south == Slice("region", "south", None, {"recall": Estimate(0.7, None)})


def test_a_value_may_have_a_slash_and_beyond_two_hundred_the_rest_is_one_of_which_nothing_is_known():
    assert [one.value for one in logged_slices({"recall/path/a/b": 1.0})] == ["a/b"]
    many, enough = ({f"recall/customer/{number}": 1.0 for number in range(count)} for count in (201, 200))
    assert (len(logged_slices(many)), logged_slices(many)[-1]) == (201, REST)
    assert REST not in logged_slices(enough)
    assert (shown(logged_slices(many)), shown(logged_slices(enough))) == ("more than 200 slices", "200 slices")
    assert shown(()) == "unknown"


def test_joined_knows_what_either_knew_and_the_first_counts():
    first = [Slice("region", "north", None, {"recall": Estimate(0.8, 0.1)})]
    second = [
        Slice("region", "north", 500, {"recall": Estimate(0.7, 0.2), "cost": Estimate(3, None)}),
        Slice("age", "old", 9, {}),
    ]

    assert joined(first, second) == (
        Slice("age", "old", 9, {}),
        Slice("region", "north", 500, {"recall": Estimate(0.8, 0.1), "cost": Estimate(3, None)}),
    )


def test_no_number_of_logged_slices_hides_a_measured_one():
    measured = [Slice("region", "north", 500, {"recall": Estimate(0.1, 0.1)})]
    logged = logged_slices({f"recall/a/{number:03}": 1.0 for number in range(300)})

    found = joined(measured, logged)

    assert (len(found), found[-2:]) == (201, (measured[0], REST))
    assert joined(measured)[-1] == measured[0]
