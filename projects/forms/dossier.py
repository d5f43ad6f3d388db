"""Forms of the scoping studio."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from projects import scoping
from projects.enums import OptionKind
from projects.forms.fields import day, long


class RangeWidget(forms.MultiWidget):
    """Three numbers, and a slider that moves the middle one between the others."""

    def __init__(self, label: str) -> None:
        parts = ("lowest", "most likely", "highest")
        inputs = [{"step": "any", "placeholder": part, "aria-label": f"{label}, {part}"} for part in parts]
        super().__init__([forms.NumberInput(attrs=attrs) for attrs in inputs])
        self.label = label

    def decompress(self, value: list[float] | None) -> list[float | None]:
        return list(value) if value else [None, None, None]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        inputs = super().render(name, value, attrs, renderer)
        return format_html(
            '<span class="threepoint" data-range>{}<input type="range" min="0" max="1000" aria-label="{}, most likely" '
            "data-slider></span>",
            inputs,
            self.label,
        )


class RangeField(forms.MultiValueField):
    """Lowest, most likely, highest: all three or none."""

    def __init__(self, label: str, help_text: str = "") -> None:
        super().__init__(
            [forms.FloatField(required=False) for _ in range(3)],
            label=label,
            help_text=help_text,
            required=False,
            require_all_fields=False,
            widget=RangeWidget(label),
        )

    def compress(self, data_list: list[float | None]) -> list[float] | None:
        given = [value for value in data_list if value is not None]
        if not given:
            return None
        if len(given) != 3:
            raise forms.ValidationError("Give all three numbers, or none.")
        return given


class SkillsField(forms.CharField):
    """One skill a line: `engineering: 8, 11, 16`."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{name}: {', '.join(f'{one:g}' for one in months)}" for name, months in value.items())

    def to_python(self, value: Any) -> Any:
        lines = [line for line in (super().to_python(value) or "").splitlines() if line.strip()]
        return dict(self._skill(line) for line in lines)

    @staticmethod
    def _skill(line: str) -> tuple[str, list[float]]:
        name, _, months = line.partition(":")
        try:
            return name.strip(), [float(one) for one in months.split(",")]
        except ValueError:
            said = f"A line is a skill and three numbers, as in engineering: 8, 11, 16. Got {line.strip()!r}."
            raise forms.ValidationError(said) from None


class MonthsField(forms.CharField):
    """One skill a line: `engineering: 30`."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        lines = [line.partition(":") for line in (super().to_python(value) or "").splitlines() if line.strip()]
        try:
            return {name.strip(): float(months) for name, _, months in lines}
        except ValueError:
            raise forms.ValidationError("A line is a skill and its months, as in engineering: 30.") from None


class StudioForm(forms.Form):
    """The base: `revision` is the one whose values the form began with."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    optional: tuple[str, ...] = ()

    def as_asked(self) -> "StudioForm":
        """For showing: a draft may leave anything out, but only what is in `optional` may stay out."""
        assert self.errors is not None  # reading them decides what is wrong, before the fields ask for more
        self.use_required_attribute = False
        for name, field in self.fields.items():
            field.required = name not in self.optional
        return self

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class CaseForm(StudioForm):
    volume = RangeField("Decisions a year")
    base_rate = RangeField("Share of what is looked for", "From 0 to 1: 0.0012 is 12 of 10,000.")
    benefit = RangeField("Worth of a caught case")
    review_cost = RangeField("Cost of looking at an alert")
    false_alarm_cost = RangeField("Further cost of a false alarm")
    month_price = forms.FloatField(required=False, label="Price of a person-month")
    years = forms.FloatField(label="Years over which building is paid")
    currency = forms.CharField(min_length=3, max_length=3, label="Currency")


class TodayForm(StudioForm):
    today_recall = forms.FloatField(required=False, label="Recall today", help_text="From 0 to 1.")
    today_false_alarm_rate = forms.FloatField(
        required=False, label="False alarm rate today", help_text="Of all that is in order, from 0 to 1."
    )
    today_run_cost = forms.FloatField(required=False, label="Running cost today, a year")
    today_source = forms.CharField(
        required=False, widget=long(2), label="Measured on", help_text="Which data, which query. Not remembered."
    )
    today_measured_on = day("On which day", required=False)


class DataForm(StudioForm):
    optional = ("dataset_label", "dataset_positive")

    dataset = forms.ChoiceField(required=False, label="Dataset version", help_text="Its profile is read.")
    dataset_label = forms.CharField(required=False, max_length=250, label="Column of the label")
    dataset_positive = forms.CharField(
        required=False, max_length=200, label="Value that is looked for", help_text="As it stands in the column."
    )

    def __init__(self, *args: Any, versions: "Iterable[str]" = (), current: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = list(dict.fromkeys([*([current] if current else []), *versions]))
        self.fields["dataset"].choices = [("", "None yet"), *((one, one) for one in known)]  # type: ignore[attr-defined]


class OptionForm(StudioForm):
    optional = ("summary", "estimate", "latency_ms", "skills", "precedent")

    title = forms.CharField(max_length=200, label="What is it")
    kind = forms.ChoiceField(choices=OptionKind.choices)
    summary = forms.CharField(required=False, widget=long(2), label="In a sentence or two")
    estimate = forms.FloatField(
        required=False, label="The team's estimate", help_text="P50, in person-months. Else the most likely effort."
    )
    effort = RangeField("Effort, person-months")
    recall = RangeField("Recall")
    false_alarm_rate = RangeField("False alarm rate")
    run_cost = RangeField("Running cost a year")
    latency_ms = RangeField("Latency, milliseconds")
    skills = SkillsField(
        required=False,
        label="Months for each skill",
        widget=long(2),
        help_text="One a line: engineering: 8, 11, 16",
    )
    precedent = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, label="Precedent", help_text="What it is compared with."
    )

    def __init__(self, *args: Any, precedents: "Iterable[tuple[int, str]]" = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["precedent"].choices = [("", "None"), *precedents]  # type: ignore[attr-defined]


class PrecedentForm(forms.Form):
    title = forms.CharField(max_length=200, label="Which finished project")
    actual_effort = forms.FloatField(label="What it really took, person-months")
    planned_effort = forms.FloatField(required=False, label="What was planned, person-months")
    source = forms.CharField(max_length=4000, widget=long(2), label="Where that can be looked up")


def _rating(value: str) -> int | None:
    return None if value == "unknown" else int(value)


class SheetForm(forms.Form):
    """One rating and its evidence for each dimension."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("unknown" if value is None else str(value), said) for value, said in scoping.RATINGS.items()]
        for one in scoping.DIMENSIONS:
            self.fields[one.key] = forms.TypedChoiceField(
                choices=choices,
                coerce=_rating,
                initial="unknown",
                label=f"{one.label} ★" if one.is_critical else one.label,
                help_text=one.question,
            )
            self.fields[f"{one.key}_evidence"] = forms.CharField(
                required=False, max_length=1000, label="Evidence", help_text="A link, or where it can be looked up."
            )

    def ratings(self) -> dict[str, int | None]:
        return {one.key: self.cleaned_data[one.key] for one in scoping.DIMENSIONS}

    def evidence(self) -> dict[str, str]:
        return {one.key: self.cleaned_data[f"{one.key}_evidence"] for one in scoping.DIMENSIONS}


class CeilingForm(forms.Form):
    money = forms.FloatField(required=False, label="Money for building")
    skills = MonthsField(
        required=False, widget=long(2), label="Months for each skill", help_text="One a line: engineering: 30"
    )
    run_cost = forms.FloatField(required=False, label="Running cost a year")
    latency_ms = forms.FloatField(required=False, label="Latency, milliseconds")
    alerts = forms.FloatField(required=False, label="Alerts that people can look at, a year")


class NewOptionForm(forms.Form):
    title = forms.CharField(max_length=200, label="What is it")
    kind = forms.ChoiceField(choices=OptionKind.choices, initial=OptionKind.SIMPLE)


def _is_true(value: str) -> bool:
    return value == "True"


class AnswerForm(forms.Form):
    """Whether this check of the data is met; `version` is the answer that was seen."""

    is_met = forms.TypedChoiceField(
        choices=(("True", "It is so"), ("False", "It is not so")), coerce=_is_true, label="Answer"
    )
    reason = forms.CharField(max_length=1000, widget=long(2), label="Why, and where that stands")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, check: str, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"answer-{check}-%s"} | kwargs)
        self.check = check
