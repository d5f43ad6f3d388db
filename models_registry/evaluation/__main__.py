"""Hold rows out of a table, and see that the model can be judged on them.

Spec, paths relative to the scratch directory: `{"table_path", "target", "model", "out"}`; the model is a skops file or
a directory that holds one.

Result `{"rows": {"reference", "holdout"}, "signature": {...}, "files": {"holdout", "reference"}}`: the frozen holdout
(chosen by content, as a training would), the other rows in bins as the drift reference, and the model's signature with
the ranges and categories of those rows. Fails with a sentence when the data lack a column that the model takes
(`feature_missing`), or know other classes (`classes_differ`).
"""

from typing import Any

from core import child

FILES = {"holdout": "holdout.parquet", "reference": "reference.json"}


@child.main
def run(spec: dict[str, Any]) -> dict[str, Any]:
    child.progress(0.0, "starting")
    # scikit-learn takes seconds to import on a busy machine: the first sign of life comes before it.
    from models_registry.evaluation.holding_out import hold_out  # noqa: PLC0415

    return hold_out(spec, files=FILES) | {"files": FILES}


if __name__ == "__main__":
    run()
