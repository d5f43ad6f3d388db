"""The form of what an item says besides its facts: labels, estimates, what it tests, the project's own fields."""

from typing import Any

from django import forms

from core.errors import NotFound
from core.refusals import own_changes, says_its_beginning
from projects import queries
from projects.enums import TESTING, BlockCause, Discipline, FieldType, HypothesisResult
from projects.forms.fields import day, long
from projects.models import ItemField, Project, WorkItem

ESTIMATE, OWN = "estimate_", "own_"
TESTS = ("hypothesis", "metric", "baseline", "time_box_days", "result", "result_note")


class ItemDetailsForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    labels = forms.CharField(required=False, max_length=800, help_text="With commas between them.")
    parent = forms.IntegerField(required=False, min_value=1, label="Part of item", help_text="Its number.")
    hypothesis = forms.CharField(required=False, widget=long())
    metric = forms.CharField(required=False, max_length=250, help_text="Empty is the scope's.")
    baseline = forms.FloatField(required=False, help_text="Empty is the scope's.")
    time_box_days = forms.IntegerField(required=False, min_value=1, max_value=365, label="Time box, days")
    result = forms.ChoiceField(required=False, choices=[("", "Still open"), *HypothesisResult.choices])
    result_note = forms.CharField(required=False, widget=long(), label="What came of it")

    def __init__(self, data: Any, *, project: Project, item: WorkItem) -> None:
        initial: dict[str, Any] = {name: getattr(item, name) for name in ("version", *TESTS)}
        initial |= {"labels": ", ".join(item.labels), "parent": item.parent.number if item.parent else None}
        initial |= {ESTIMATE + name: points for name, points in item.estimates.items()}
        self.project, self.item, self.own = project, item, list(queries.item_fields(project))
        initial |= {OWN + one.key: item.custom.get(one.key) for one in self.own}
        super().__init__(data, initial=initial)
        for name, label in Discipline.choices:
            self.fields[ESTIMATE + name] = forms.IntegerField(required=False, min_value=0, max_value=100, label=label)
        for one in self.own:
            self.fields[OWN + one.key] = _own(one)
        says_its_beginning(self)

    @property
    def tests(self) -> bool:
        """Whether it is there to test something, or says what it tests all the same."""
        return self.item.kind in TESTING or any(self[name].value() not in (None, "") for name in TESTS)

    def estimates(self) -> list[forms.BoundField]:
        return [self[ESTIMATE + name] for name in Discipline.values]

    def own_fields(self) -> list[forms.BoundField]:
        return [self[OWN + one.key] for one in self.own]

    def clean_parent(self) -> WorkItem | None:
        number = self.cleaned_data["parent"]
        try:
            return queries.item(self.project, number) if number else None
        except NotFound as exc:
            raise forms.ValidationError(exc.message) from None

    def values(self) -> dict[str, Any]:
        """What was changed here, as `revise_item` takes it."""
        given = {name: self.cleaned_data[name] for name in own_changes(self)}
        values: dict[str, Any] = {name: given[name] for name in (*TESTS, "parent") if name in given}
        if "labels" in given:
            values["labels"] = [one.strip() for one in given["labels"].split(",") if one.strip()]
        for into, prefix in (("estimates", ESTIMATE), ("custom", OWN)):
            named = {name.removeprefix(prefix): value for name, value in given.items() if name.startswith(prefix)}
            values |= {into: named} if named else {}
        return values


def _own(field: ItemField) -> forms.Field:
    if field.type == FieldType.NUMBER:
        return forms.FloatField(required=False, label=field.name)
    if field.type == FieldType.DATE:
        return day(field.name, required=False)
    if field.type == FieldType.CHOICE:
        choices = [("", "–"), *((one, one) for one in field.choices)]
        return forms.ChoiceField(required=False, label=field.name, choices=choices)
    return forms.CharField(required=False, label=field.name, max_length=500)


class BlockForm(forms.Form):
    cause = forms.ChoiceField(choices=BlockCause.choices)
    reason = forms.CharField(max_length=200, label="What is missing")
