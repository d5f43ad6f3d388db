"""`python -m experiments.training`: the spec on stdin, progress, log and metrics on stdout, files in `out`.

A metric is `{"t": "metric", "key": "val_average_precision", "value": 0.81, "step": 40}`.
"""

from typing import Any

from core import child


class _ChildReport:
    def progress(self, value: float, note: str = "") -> None:
        child.progress(value, note)

    def log(self, line: str) -> None:
        child.log(line)

    def metric(self, key: str, value: float, step: int) -> None:
        child.emit("metric", key=key, value=value, step=step)


@child.main
def run(spec: dict[str, Any]) -> dict[str, Any]:
    child.progress(0.0, "starting")
    # scikit-learn takes seconds to import on a busy machine: the first sign of life comes before it.
    from experiments.training.trainer import train_json  # noqa: PLC0415

    return train_json(spec, _ChildReport())


if __name__ == "__main__":
    run()
