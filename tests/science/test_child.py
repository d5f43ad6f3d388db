import json
from pathlib import Path

import pytest

from core import child
from tests.science.children import run_child

CHILD = """
import sys
from core import child

@child.main
def run(spec):
    {body}

if __name__ == "__main__":
    run()
"""


def write_child(tmp_path: Path, body: str) -> None:
    (tmp_path / "tried.py").write_text(CHILD.format(body=body))


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_result_is_the_last_line(tmp_path):
    write_child(tmp_path, 'child.log("hello"); return {"twice": spec["n"] * 2}')

    code, messages, _ = run_child("tried", {"n": 21}, tmp_path)

    assert code == 0
    assert messages == [{"t": "log", "line": "hello"}, {"t": "result", "twice": 42}]


def test_anticipated_failure_is_a_code_and_a_sentence(tmp_path):
    write_child(tmp_path, 'raise child.Anticipated("single_class", "There is one class.")')

    code, messages, _ = run_child("tried", {}, tmp_path)

    assert (code, messages) == (1, [{"t": "error", "code": "single_class", "message": "There is one class."}])


def test_memory_error_is_out_of_memory(tmp_path):
    write_child(tmp_path, "raise MemoryError")

    code, messages, _ = run_child("tried", {}, tmp_path)

    assert (code, messages[0]["code"]) == (1, "out_of_memory")


def test_bug_is_crashed_with_the_traceback_on_stderr(tmp_path):
    write_child(tmp_path, 'return {"x": {}["absent"]}')

    code, messages, stderr = run_child("tried", {}, tmp_path)

    assert (code, messages) == (1, [{"t": "error", "code": "crashed", "message": "It crashed: KeyError: 'absent'"}])
    assert "Traceback" in stderr


@pytest.mark.parametrize("spec", ["{", "[]", ""])
def test_spec_that_is_no_object_is_refused(tmp_path, spec):
    write_child(tmp_path, "return {}")

    code, messages, _ = run_child("tried", spec, tmp_path)

    assert (code, messages[0]["code"]) == (1, "bad_spec")


def test_numbers_that_json_cannot_hold_become_null(capsys):
    child.emit("metric", value=float("nan"), more=[float("inf"), {"x": 1.5}])

    assert lines(capsys) == [{"t": "metric", "value": None, "more": [None, {"x": 1.5}]}]


def test_progress_is_throttled_but_the_end_is_sent(capsys, monkeypatch):
    monkeypatch.setattr(child, "_last_progress", -1e9)
    for i in range(1000):
        child.progress(i / 1000)
    child.progress(1.0, "done")

    sent = lines(capsys)

    assert sent[0]["value"] == 0.0
    assert sent[-1] == {"t": "progress", "value": 1.0, "note": "done"}
    assert len(sent) < 10
