import json

import numpy as np
import pandas as pd
import pytest

from experiments.tabular import Table
from experiments.tabular.bins import BinnedTable, CategoryBins, NumericBins, build_reference, count_window, merge


def random_table(n: int, seed: int = 0) -> Table:
    rng = np.random.default_rng(seed)
    x = np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n))
    return Table.from_pandas(
        pd.DataFrame(
            {"x": x, "k": rng.integers(0, 24, n), "c": rng.choice(["a", "b", None], n), "f": rng.random(n) < 0.3}
        )
    )


def test_counts_add_up_and_round_trip():
    reference = build_reference(random_table(5_000))

    for bins in reference.features.values():
        assert bins.present + bins.missing == 5_000
    assert BinnedTable.from_json(json.loads(json.dumps(reference.as_json()))) == reference
    assert len(json.dumps(reference.as_json())) < 20_000


def test_bins_of_few_values_are_exact_and_of_many_equal():
    reference = build_reference(random_table(20_000))
    hours, x = reference.features["k"], reference.features["x"]

    assert isinstance(hours, NumericBins)
    assert isinstance(x, NumericBins)
    assert hours.edges[1:] == [float(hour) for hour in range(24)]
    assert (len(x.counts), x.counts[0], x.counts[-1]) == (202, 0, 0)
    assert max(x.counts) < 1.2 * min(x.counts[1:-1])


def test_windows_merge_to_the_whole():
    table = random_table(3_000)
    reference = build_reference(random_table(5_000, seed=1))
    head, tail = np.arange(3_000) < 1_100, np.arange(3_000) >= 1_100

    parts = merge(count_window(reference, table.where(head)), count_window(reference, table.where(tail)))

    assert parts == count_window(reference, table)


def test_new_values_are_counted_by_name():
    reference = build_reference(Table.from_pandas(pd.DataFrame({"c": ["a", "b", "a"]})))

    bins = count_window(reference, Table.from_pandas(pd.DataFrame({"c": ["a", "new", "new", None]}))).features["c"]

    assert bins == CategoryBins(values=["a", "b"], counts=[1, 0], missing=1, unseen=2, new_values={"new": 2})


def test_values_outside_the_reference_have_the_outer_bins_to_themselves():
    reference = build_reference(Table.from_pandas(pd.DataFrame({"x": [1.0, 2.0, 3.0]})))

    bins = count_window(reference, Table.from_pandas(pd.DataFrame({"x": [-9.0, 2.0, 99.0, float("inf")]}))).features[
        "x"
    ]

    assert (bins.counts, bins.low, bins.high) == ([1, 0, 1, 0, 2], -9.0, 99.0)


def test_empty_and_absent_columns_are_no_error():
    reference = build_reference(random_table(100))

    window = count_window(reference, random_table(0).select(["x", "c"]))

    assert (window.rows, set(window.features)) == (0, {"x", "c"})


def test_other_format_is_refused():
    with pytest.raises(ValueError, match="format"):
        BinnedTable.from_json({"format": 99, "rows": 0, "features": {}})
