"""Every operation records an event, in one transaction."""

import inspect
from importlib import import_module

import pytest

APPS = ["core", "projects", "experiments", "models_registry", "monitoring"]

# Operations that write without an event of their own, each with its reason.
SILENT = {
    "core.open_setup": "a link nobody has used yet changes nothing",
    "core.use_setup": "the user it creates is the event",
}


def operations():
    for app in APPS:
        module = import_module(f"{app}.operations")
        for name, function in vars(module).items():
            if inspect.isfunction(function) and function.__module__.startswith(f"{app}.operations") and name[0] != "_":
                yield f"{app}.{name}", function


def source_of(function):
    """The operation's own text and that of the private helpers of its module that it calls."""
    function = inspect.unwrap(function)
    module, text = inspect.getmodule(function), inspect.getsource(function)
    for name, helper in vars(module).items():
        if inspect.isfunction(helper) and helper is not function and f"{name}(" in text:
            text += inspect.getsource(inspect.unwrap(helper))
    return text


def writes(function):
    signature = inspect.signature(function)
    return "by" in signature.parameters or "now" in signature.parameters


@pytest.mark.parametrize(
    ("name", "function"), list(operations()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_operation_records_an_event(name, function):
    if not writes(function) or name in SILENT or not hasattr(function, "__wrapped__"):
        pytest.skip("does not write by itself")

    assert "events.record(" in source_of(function) or "record(" in source_of(function)
