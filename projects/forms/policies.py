"""A gate of a policy as a form: fields out of the text, and back into it. What is right, reading a text says."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from projects.enums import Severity
from projects.forms.fields import Rows
from projects.policy import (
    CONTRIBUTORS,
    LAST_CHANGE,
    NO_SELF_APPROVAL,
    NOT_ALONE,
    PROJECT_TEAM,
    USUAL_SLICES,
    PolicyError,
    Row,
    Type,
    as_text,
    path_at,
)
from projects.roles import Role

WORDS = "policy-words"
SEPARATIONS = {
    CONTRIBUTORS: "Who contributed does not decide",
    LAST_CHANGE: "Who made the last change does not decide",
    NOT_ALONE: "Authors do not decide alone",
}
_ROLES = [(role.value, role.label) for role in Role]


def _expression(*, required: bool = False, **kwargs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"data-completes": WORDS, "spellcheck": "false", "autocomplete": "off"})
    return forms.CharField(max_length=1000, required=required, widget=widget, **kwargs)


class CheckRow(forms.Form):
    """Empty but for its choices: no check."""

    origin = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    id = forms.CharField(max_length=200, label="Name")
    label = forms.CharField(max_length=200, required=False, label="What it says when it holds")
    require = _expression(label="Holds when", required=True)
    when = _expression(label="Asked only when")
    metric = forms.ChoiceField(
        required=False, label="Of the metric", help_text="What ci_low(0.95), ci_high and estimate speak of."
    )
    each = forms.ChoiceField(
        choices=[("", "Once"), ("slices", "Of every slice of the data")], required=False, label="Asked"
    )
    slices_of = forms.ChoiceField(required=False, initial=USUAL_SLICES, label="Slices of")
    min_n = forms.IntegerField(required=False, min_value=0, label="With at least so many rows")
    by = forms.CharField(
        required=False, label="By these columns", help_text="By commas; each must have such a slice. Empty: all."
    )
    severity = forms.ChoiceField(
        choices=[("block", "Stops the gate"), ("warn", "Only warns")], initial="block", label="If it fails"
    )
    on_unknown = forms.ChoiceField(
        choices=[("fail", "Fails"), ("wait", "Waits"), ("pass", "Holds")], initial="fail", label="If it is unknown"
    )

    def __init__(self, *args: Any, facts: Mapping[str, Type], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("metric", [("", "None"), *_named(facts, Type.ESTIMATE)])
        self._offer("slices_of", _named(facts, Type.SLICES))

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """What the text says is offered too, so that it stays until somebody changes it."""
        field = self.fields[name]
        said = self.initial.get(name, field.initial or "")
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices if said in dict(choices) else [*choices, (said, said)]

    @classmethod
    def read(cls, index: int, said: Mapping[str, Any]) -> dict[str, Any]:
        names = ("id", "label", "require", "when", "severity", "on_unknown", "metric")
        usual = {"origin": index, "severity": "block", "on_unknown": "fail"}
        return usual | {name: _text(said[name]) for name in names if name in said} | _slices_shown(said.get("each"))

    @property
    def is_empty(self) -> bool:
        asked = ("id", "label", "require", "when", "metric", "each")
        return not any(self.cleaned_data.get(name) for name in asked)

    def row(self, entries: list[Any]) -> Row:
        given, before = self.cleaned_data, _entry(entries, self.cleaned_data.get("origin"))
        names = ("id", "label", "require", "when", "metric")
        values: dict[str, Any] = {name: given.get(name) or None for name in names}
        for name, usual in (("severity", "block"), ("on_unknown", "fail")):
            values[name] = given.get(name) if given.get(name) not in ("", usual) or name in before else None
        kept = {name: _kept(before, name, value) for name, value in values.items()}
        return Row(given.get("origin"), kept | {"each": self._each(before.get("each"))})

    def _each(self, before: Any) -> Any:
        """What was not changed stays as it is written; what was, keeps the rest of it."""
        given = self.cleaned_data
        wanted = {name: given.get(name) or _SLICES_USUAL[name] for name in _SLICES_USUAL}
        if wanted == _SLICES_USUAL | _slices_shown(before):
            return before
        if not wanted["each"]:
            return None
        slices = dict(_mapping(_mapping(before).get("slices")))
        said = {
            "of": wanted["slices_of"],
            "min_n": wanted["min_n"],
            "by": [one.strip() for one in wanted["by"].split(",") if one.strip()] or None,
        }
        shown = _slices_shown(before)
        for key, field in (("of", "slices_of"), ("min_n", "min_n"), ("by", "by")):
            if wanted[field] != shown.get(field, _SLICES_USUAL[field]):
                slices[key] = said[key]
        return {"slices": {key: value for key, value in slices.items() if value is not None}}


class ApprovalRow(forms.Form):
    """No role: no approval."""

    origin = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    roles = forms.MultipleChoiceField(choices=_ROLES, widget=forms.CheckboxSelectMultiple, label="Any of")
    count = forms.IntegerField(min_value=1, max_value=10, initial=1, label="How many persons")
    outside = forms.BooleanField(required=False, label="From outside the team")
    when = _expression(label="Asked only when")

    @classmethod
    def read(cls, index: int, said: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "origin": index,
            "roles": _listed(said.get("role") or said.get("any_of")),
            "count": said.get("count", 1),
            "outside": said.get("not_in") == PROJECT_TEAM,
            "when": _text(said.get("when", "")),
        }

    @property
    def is_empty(self) -> bool:
        return not self.cleaned_data.get("roles")

    def row(self, entries: list[Any]) -> Row:
        given, before = self.cleaned_data, _entry(entries, self.cleaned_data.get("origin"))
        roles, count = given.get("roles") or [], given.get("count")
        values: dict[str, Any] = {}
        if set(roles) != set(_listed(before.get("role") or before.get("any_of"))):
            values |= {"role": roles[0] if len(roles) == 1 else None, "any_of": roles if len(roles) > 1 else None}
        values["count"] = None if count == 1 and "count" not in before else count
        values["not_in"] = PROJECT_TEAM if given.get("outside") else None
        values["when"] = _kept(before, "when", given.get("when") or None)
        return Row(given.get("origin"), values)


class GateRules(forms.Form):
    standing_checks = forms.ChoiceField(
        choices=[("all", "And every check that the house knows"), ("listed", "These checks alone")],
        label="What is asked for",
    )
    separation = forms.MultipleChoiceField(
        choices=list(SEPARATIONS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Separation of duties",
        help_text="Nobody decides on their own request, whatever is chosen.",
    )
    veto = forms.MultipleChoiceField(
        choices=_ROLES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="A veto of these stands",
        help_text="Until it is withdrawn, whatever changes.",
    )
    valid_days = forms.IntegerField(
        required=False, label="Approvals hold for days", help_text="Empty: as long as nothing changes."
    )
    open_finding = forms.ChoiceField(
        choices=[("", "None"), *Severity.choices], required=False, label="A check that fails opens a finding"
    )
    waivers_allowed = forms.BooleanField(required=False, label="Checks may be waived")
    waivers_by = forms.ChoiceField(choices=[("", "Nobody"), *_ROLES], required=False, label="By")
    waivers_max_days = forms.IntegerField(required=False, label="For days, at most")
    waivers_never_for = forms.CharField(required=False, label="Never these", help_text="Names of checks, by commas.")
    version = forms.IntegerField(widget=forms.HiddenInput)
    may_lose = forms.BooleanField(required=False, label="Save, and lose these comments")

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> dict[str, Any]:
        waivers = _mapping(said.get("waivers"))
        return {
            "standing_checks": said.get("standing_checks", "all"),
            "separation": [one for one in _listed(said.get("separation")) if one != NO_SELF_APPROVAL],
            "veto": _listed(said.get("veto")),
            "valid_days": _mapping(said.get("freshness")).get("valid_days"),
            "open_finding": _mapping(said.get("on_fail")).get("open_finding", ""),
            "waivers_allowed": waivers.get("allowed") is True,
            "waivers_by": waivers.get("by", ""),
            "waivers_max_days": waivers.get("max_days"),
            "waivers_never_for": ", ".join(_listed(waivers.get("never_for"))),
        }

    def changes(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """What `edit_gate` takes, but for the lists."""
        given = self.cleaned_data
        standing = given.get("standing_checks")
        veto = given.get("veto") or []
        days, finding = given.get("valid_days"), given.get("open_finding")
        return {
            "standing_checks": standing if standing != "all" or "standing_checks" in said else None,
            "separation": self._separation(said.get("separation")),
            "veto": said.get("veto") if set(veto) == set(_listed(said.get("veto"))) else veto,
            "freshness": None if days is None else {"valid_days": days},
            "waivers": self._waivers(_mapping(said.get("waivers"))) or None,
            "on_fail": {"open_finding": finding} if finding else None,
        }

    def _separation(self, before: Any) -> Any:
        chosen = self.cleaned_data.get("separation") or []
        if set(chosen) == set(_listed(before)) - {NO_SELF_APPROVAL}:
            return before
        return [*(one for one in _listed(before) if one == NO_SELF_APPROVAL), *chosen]

    def _waivers(self, before: Mapping[str, Any]) -> dict[str, Any]:
        given = self.cleaned_data
        never = [one.strip() for one in (given.get("waivers_never_for") or "").split(",") if one.strip()]
        values = {
            "allowed": bool(given.get("waivers_allowed")) or None,
            "by": given.get("waivers_by") or None,
            "max_days": given.get("waivers_max_days"),
            "never_for": never if set(never) != set(_listed(before.get("never_for"))) else before.get("never_for"),
        }
        after = dict(before) | {name: value for name, value in values.items() if value is not None}
        left = {name: value for name, value in after.items() if values.get(name) is not None}
        return {"allowed": False, **left} if left and before.get("allowed") is False else left


CheckRows = forms.formset_factory(CheckRow, formset=Rows, extra=1, can_delete=True, max_num=200, absolute_max=210)
ApprovalRows = forms.formset_factory(ApprovalRow, formset=Rows, extra=1, can_delete=True, max_num=20, absolute_max=30)


class GateForm:
    """The three parts of the page together. `facts`: those that there are, with their types."""

    KNOWN = frozenset(
        {"checks", "approvals", "standing_checks", "separation", "veto", "freshness", "waivers", "on_fail"}
    )

    def __init__(self, said: Mapping[str, Any], version: int, facts: Mapping[str, Type], data: Any = None) -> None:
        self.said = said
        self.entries = {name: _entries(said.get(name)) for name in ("checks", "approvals")}
        checks = [CheckRow.read(*one) for one in enumerate(self.entries["checks"])]
        approvals = [ApprovalRow.read(*one) for one in enumerate(self.entries["approvals"])]
        self.checks = CheckRows(data, initial=checks, prefix="checks", form_kwargs={"facts": facts})
        self.approvals = ApprovalRows(data, initial=approvals, prefix="approvals")
        self.rules = GateRules(data, initial=GateRules.read(said) | {"version": version})

    @property
    def in_text_alone(self) -> list[str]:
        """What the text says of this gate and the form does not know, key by key."""
        return [f"{name}: {as_text(value)}" for name, value in self.said.items() if name not in self.KNOWN]

    def is_valid(self) -> bool:
        return all([self.checks.is_valid(), self.approvals.is_valid(), self.rules.is_valid()])

    def changes(self) -> dict[str, Any]:
        """What `edit_gate` takes."""
        lists = {
            "checks": [one.row(self.entries["checks"]) for one in self._kept(self.checks)],
            "approvals": [one.row(self.entries["approvals"]) for one in self._kept(self.approvals)],
        }
        return lists | self.rules.changes(self.said)

    def tell(self, error: PolicyError, text: str, gate: str) -> None:
        """Each problem beside the field that it is about; what is about none, at the head."""
        for problem in error.problems:
            path = path_at(text, problem.line, problem.column)
            form, field = self._place(path[2:]) if path[:2] == ("gates", gate) else (self.rules, None)
            where = "" if field else f"Line {problem.line}, column {problem.column}: "
            form.add_error(field, f"{where}{problem.message}")

    def _place(self, path: tuple[str | int, ...]) -> tuple[forms.Form, str | None]:
        parts: dict[str, Any] = {"checks": self.checks, "approvals": self.approvals}
        rows = parts.get(str(path[0])) if path else None
        if rows is not None and len(path) > 1:
            kept = self._kept(rows)
            form = kept[int(path[1])] if int(path[1]) < len(kept) else self.rules
            key = str(path[2]) if len(path) > 2 else ""
            if key == "each":
                key = {"of": "slices_of"}.get(str(path[-1]), str(path[-1]))
            named = {"role": "roles", "any_of": "roles", "not_in": "outside", "slices": "each"}.get(key, key)
            return form, named if named in form.fields else None
        names = {"freshness": "valid_days", "on_fail": "open_finding"}
        name = names.get(str(path[0]), str(path[0])) if path else ""
        if name == "waivers":
            name = f"waivers_{path[1] if len(path) > 1 else 'by'}"
        return self.rules, name if name in self.rules.fields else None

    @staticmethod
    def _kept(rows: Iterable[Any]) -> list[Any]:
        return [one for one in rows if not one.cleaned_data.get("DELETE") and not one.is_empty]


_SLICES_USUAL: dict[str, Any] = {"each": "", "slices_of": USUAL_SLICES, "min_n": None, "by": ""}


def _slices_shown(each: Any) -> dict[str, Any]:
    """`each` of a check as its fields show it."""
    if not isinstance(each, dict):
        return {}
    slices = _mapping(each.get("slices"))
    return {
        "each": "slices",
        "slices_of": _text(slices.get("of")) or USUAL_SLICES,
        "min_n": slices.get("min_n") or None,
        "by": ", ".join(_listed(slices.get("by"))),
    }


def _named(facts: Mapping[str, Type], kind: Type) -> list[tuple[str, str]]:
    return [(name, name) for name, one in sorted(facts.items()) if one is kind]


def _entries(said: Any) -> list[Any]:
    return [_mapping(one) for one in said] if isinstance(said, list) else []


def _entry(entries: list[Any], origin: int | None) -> Mapping[str, Any]:
    return entries[origin] if origin is not None and origin < len(entries) else {}


def _mapping(said: Any) -> Mapping[str, Any]:
    return said if isinstance(said, dict) else {}


def _listed(said: Any) -> list[str]:
    return [str(one) for one in said] if isinstance(said, list) else [str(said)] if said else []


def _text(value: Any) -> str:
    """As it stands in a field, which has one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else " ".join(str(value).splitlines()).strip()


def _kept(before: Mapping[str, Any], name: str, value: str | None) -> Any:
    """A value that reads the same stays what it is in the text, such as `true`, which is no word."""
    return before[name] if name in before and _text(before[name]) == value else value
