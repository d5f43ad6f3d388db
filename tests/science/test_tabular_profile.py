import json
import time

import numpy as np
import pandas as pd
import pytest

from experiments.tabular import Table, TableError, profile, read_table
from tests.science.children import run_child


def table(**columns) -> Table:
    return Table.from_pandas(pd.DataFrame(columns))


def codes(described: dict) -> set[tuple[str, str | None]]:
    return {(warning["code"], warning["column"]) for warning in described["warnings"]}


def test_profile_of_numbers():
    described = profile(table(x=[1.0, 2.0, 3.0, 4.0, None]))

    (column,) = described["columns"]
    assert (column["count"], column["missing"], column["distinct"]) == (4, 1, 4)
    assert (column["min"], column["max"], column["mean"]) == (1, 4, 2.5)
    assert column["std"] == pytest.approx(1.29099, abs=1e-5)
    assert column["quantiles"]["p50"] == 2.5
    assert sum(column["histogram"]["counts"]) == 4
    assert len(column["histogram"]["edges"]) == 21


def test_profile_of_categories_and_times():
    described = profile(table(c=["b", "a", "b", None], t=pd.to_datetime(["2024-01-01", "2024-03-01"] * 2)))

    category, moment = described["columns"]
    assert category["top"] == [{"value": "b", "count": 2}, {"value": "a", "count": 1}]
    assert (moment["min"], moment["max"]) == ("2024-01-01T00:00:00", "2024-03-01T00:00:00")


def test_profile_warns():
    rng = np.random.default_rng(0)
    n = 400
    y = rng.integers(0, 2, n)
    described = profile(
        table(
            y=y,
            constant=[7] * n,
            empty=pd.Series([None] * n, dtype="float"),
            sparse=np.where(rng.random(n) < 0.9, np.nan, 1.5 + rng.random(n)),
            id=np.arange(n),
            told_by_number=y * 10 + rng.random(n),
            told_by_name=np.where(y == 1, "late", "paid"),
            honest=rng.normal(size=n),
        ),
        target="y",
    )

    assert codes(described) == {
        ("constant", "constant"),
        ("all_missing", "empty"),
        ("mostly_missing", "sparse"),
        ("id_like", "id"),
        ("target_like", "told_by_number"),
        ("target_like", "told_by_name"),
    }
    assert described["target"]["distinct"] == 2


def test_profile_counts_repeated_rows():
    described = profile(table(a=[1, 1, 2, 1], b=["x", "x", "y", "z"]))

    assert described["duplicate_rows"] == 1
    assert codes(described) == {("duplicate_rows", None)}


def test_profile_target_missing():
    with pytest.raises(TableError) as caught:
        profile(table(a=[1]), target="absent")
    assert (caught.value.code, caught.value.field) == ("target_missing", "absent")


@pytest.mark.parametrize("values", [[1e308, -1e308], [float("inf"), 1.0], [5e-324, 0.0], [1e16, 1e16 + 2]])
def test_profile_of_extreme_numbers_is_json(values):
    assert json.dumps(profile(table(x=values)), allow_nan=False)


def test_profile_of_a_hundred_thousand_rows_is_fast():
    rng = np.random.default_rng(0)
    n = 100_000
    numbers = {f"n{i}": rng.normal(size=n) for i in range(15)}
    names = {f"c{i}": rng.choice(["red", "green", "blue"], n) for i in range(5)}
    built = table(**numbers, **names)

    started = time.process_time()
    profile(built)

    assert time.process_time() - started < 2  # about 0.5 on a quiet machine


def test_child_reads_stores_and_describes(tmp_path):
    (tmp_path / "upload").write_text("a,b\n1,x\n2,y\n")

    code, messages, stderr = run_child(
        "experiments.tabular", {"path": "upload", "format": "csv", "out": "t.parquet"}, tmp_path
    )

    assert (code, stderr) == (0, "")
    result = messages[-1]
    assert (result["t"], result["rows"], result["columns"]) == ("result", 2, 2)
    assert result["schema"][1] == {"name": "b", "kind": "categorical", "nullable": False}
    assert result["profile"]["rows"] == 2
    assert read_table(tmp_path / "t.parquet").names == ["a", "b"]


def test_child_refuses_with_the_table_s_code(tmp_path):
    (tmp_path / "upload").write_text("a,b\n1\n")

    code, messages, _ = run_child("experiments.tabular", {"path": "upload", "format": "csv"}, tmp_path)

    assert code == 1
    assert messages[-1] == {
        "t": "error",
        "code": "ragged_row",
        "message": "Line 2 has 1 values where the header has 2 columns.",
    }
