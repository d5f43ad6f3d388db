import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.tabular import Table, hash_split, row_keys

FROZEN = [16816906663153182583, 13938480389260613447, 15777512393066079081]


def random_frame(n: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"x": rng.normal(size=n), "k": rng.integers(0, 1000, n), "c": rng.choice(list("abc"), n)})


def test_share_held_out_is_the_fraction():
    mask = hash_split(Table.from_pandas(random_frame(40_000)), holdout_fraction=0.25)

    assert mask.mean() == pytest.approx(0.25, abs=0.01)


def test_a_row_keeps_its_side_when_rows_are_added_moved_or_removed():
    frame = random_frame(2_000)
    sides = hash_split(Table.from_pandas(frame))
    newer = pd.concat([random_frame(500, seed=1), frame.iloc[::-1].iloc[:1500]])

    assert (hash_split(Table.from_pandas(newer))[500:] == sides[::-1][:1500]).all()


def test_order_of_columns_and_encoding_of_numbers_do_not_matter():
    frame = random_frame(200)
    other = frame[["c", "k", "x"]].astype({"k": float})

    assert (row_keys(Table.from_pandas(frame)) == row_keys(Table.from_pandas(other))).all()


def test_equal_rows_with_different_labels_share_a_side():
    frame = pd.concat([random_frame(1_000)] * 2, ignore_index=True)
    frame["y"] = np.repeat([0, 1], 1_000)

    mask = hash_split(Table.from_pandas(frame), exclude=["y"])

    assert (mask[:1_000] == mask[1_000:]).all()


def test_keys_are_the_same_on_every_machine():
    table = Table.from_arrow(
        pa.table({"n": [1, -2, None], "f": [0.5, -0.0, None], "b": [True, False, None], "s": ["a", "é", None]})
    )

    assert row_keys(table).tolist() == FROZEN


def test_fraction_outside_zero_to_one_is_refused():
    for fraction in (0, 1, -0.1, float("nan")):
        with pytest.raises(ValueError, match="holdout_fraction"):
            hash_split(Table.from_pandas(random_frame(3)), holdout_fraction=fraction)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(allow_nan=False), st.text()), min_size=1, max_size=30, unique=True))
def test_different_rows_have_different_keys(rows):
    distinct = {(number + 0.0, text) for number, text in rows}
    table = Table.from_arrow(pa.table({"x": [n for n, _ in rows], "s": [s for _, s in rows]}))

    assert len(set(row_keys(table).tolist())) == len(distinct)
