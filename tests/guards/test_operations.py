"""Every operation records an event: whoever acts (`by`) leaves a trace, by itself or by what it calls."""

import ast
import inspect
import textwrap
from importlib import import_module
from types import ModuleType

import pytest

from core import events

APPS = ("core", "projects", "experiments", "models_registry", "porting", "monitoring", "documents", "inbox")

# Operations that act for somebody without an event, each with its reason. An entry that no longer exists fails.
_THEIRS = "what a person has read, done or put off is theirs alone: the ledger tells who decided, not who has read"
SILENT: dict[str, str] = {
    "inbox.bring_back": _THEIRS,
    "inbox.mark_done": _THEIRS,
    "inbox.mark_read": _THEIRS,
    "inbox.mark_unread": _THEIRS,
    "inbox.snooze": _THEIRS,
    "experiments.log_spans": "spans come many a second; the trace that they are of is recorded when it is told",
}


def operations():
    """Name and function of everything public in the apps' operations that somebody does."""
    for app in APPS:
        for name, function in sorted(vars(import_module(f"{app}.operations")).items()):
            is_own = inspect.isfunction(function) and function.__module__.startswith(f"{app}.operations")
            if is_own and not name.startswith("_") and "by" in inspect.signature(function).parameters:
                yield f"{app}.{name}", function


def called_by(function):
    """The functions that a function names: those of its module, and of modules that it imports."""
    function = inspect.unwrap(function)
    known = vars(inspect.getmodule(function))
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        found = None
        if isinstance(node, ast.Name):
            found = known.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = known.get(node.value.id)
            found = vars(module).get(node.attr) if isinstance(module, ModuleType) else None
        if inspect.isfunction(found) and found.__module__.split(".")[0] in APPS:
            yield inspect.unwrap(found)


def records(function):
    """Whether the function, or anything that it calls, records an event."""
    seen, waiting = set(), [inspect.unwrap(function)]
    while waiting:
        one = waiting.pop()
        if one is events.record:
            return True
        if one not in seen:
            seen.add(one)
            waiting += called_by(one)
    return False


@pytest.mark.parametrize(("name", "function"), [pytest.param(*pair, id=pair[0]) for pair in operations()])
def test_operation_records_an_event(name, function):
    assert records(function) != (name in SILENT)


def test_silent_operations_still_exist():
    assert set(SILENT) <= {name for name, _ in operations()}


def test_an_operation_that_records_nothing_would_be_found():
    def forgetful(*, by):
        return by

    assert not records(forgetful)
