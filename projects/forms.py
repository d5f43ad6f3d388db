"""Forms of projects. What a value may be is said in the operations; forms only shape it."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.models import User
from projects.enums import ItemKind, RiskPhase
from projects.models import Scope, Sprint
from projects.risk_matrix import IMPACTS, LIKELIHOODS
from projects.roles import Role


def _long(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ProjectForm(forms.Form):
    name = forms.CharField(max_length=120)
    key = forms.CharField(
        max_length=10, help_text="2 to 10 letters and digits; it stands before every item, as in FRD-12."
    )
    purpose = forms.CharField(
        max_length=500, required=False, widget=_long(), help_text="The question the business asks."
    )


class RenameForm(forms.Form):
    name = forms.CharField(max_length=120)
    purpose = forms.CharField(max_length=500, required=False, widget=_long())
    version = forms.IntegerField(widget=forms.HiddenInput)


class ScopeForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    decision = forms.CharField(
        required=False,
        widget=_long(),
        label="Decision and action",
        help_text="Who does what differently, how often, with which deadline.",
    )
    metric = forms.CharField(max_length=60, required=False, help_text="For example average_precision.")
    direction = forms.ChoiceField(choices=Scope.Direction.choices, label="Which way is better")
    baseline = forms.FloatField(required=False, label="Today's value", help_text="Measured, not remembered.")
    baseline_source = forms.CharField(
        required=False, widget=_long(2), label="Source of today's value", help_text="On which data, when, which query."
    )
    minimal_useful = forms.FloatField(
        required=False, label="Minimal useful value", help_text="Below this it is not worth running."
    )
    benefit_low = forms.DecimalField(required=False, max_digits=14, decimal_places=2, label="Lowest benefit a year")
    benefit_high = forms.DecimalField(required=False, max_digits=14, decimal_places=2, label="Highest benefit a year")
    cost_low = forms.DecimalField(required=False, max_digits=14, decimal_places=2, label="Lowest cost a year")
    cost_high = forms.DecimalField(required=False, max_digits=14, decimal_places=2, label="Highest cost a year")
    precedent = forms.CharField(
        required=False,
        widget=_long(2),
        label="Precedent",
        help_text="The nearest finished project, and what it really took.",
    )
    precedent_difference = forms.CharField(
        required=False, widget=_long(2), label="Where ours is harder", help_text="What the precedent did not have."
    )

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def as_asked(self) -> "ScopeForm":
        """For showing: a draft may leave anything out, but nothing here is optional, since the gate asks for it."""
        assert self.errors is not None  # reading them decides what is wrong, before the fields ask for more
        self.use_required_attribute = False
        for field in self.fields.values():
            field.required = True
        return self


class RiskForm(forms.Form):
    title = forms.CharField(max_length=200, label="Risk", help_text="What may happen.")
    cause = forms.CharField(required=False, widget=_long(2), help_text="Because of what.")
    consequence = forms.CharField(required=False, widget=_long(2), help_text="And then.")
    phase = forms.ChoiceField(choices=RiskPhase.choices, label="Belongs to")
    likelihood = forms.TypedChoiceField(
        coerce=int, choices=[(n, f"{n}: {said}") for n, said in LIKELIHOODS.items()], initial=3
    )
    impact = forms.TypedChoiceField(coerce=int, choices=[(n, f"{n}: {said}") for n, said in IMPACTS.items()], initial=3)
    owner = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="Nobody yet")

    def __init__(self, *args: Any, people: "QuerySet[User]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class RiskChangeForm(RiskForm):
    treatment = forms.CharField(required=False, widget=_long(2), help_text="What is done about it.")
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """Why: of a treatment, an acceptance, a gate."""

    text = forms.CharField(widget=_long(2), max_length=4000)


class ItemForm(forms.Form):
    title = forms.CharField(max_length=200)
    kind = forms.ChoiceField(choices=ItemKind.choices, initial=ItemKind.TASK)
    points = forms.IntegerField(min_value=0, max_value=100, required=False)
    assignee = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="Nobody yet")
    sprint = forms.ModelChoiceField(queryset=Sprint.objects.none(), required=False, empty_label="Backlog")
    description = forms.CharField(required=False, widget=_long())

    def __init__(self, *args: Any, people: "QuerySet[User]", sprints: "QuerySet[Sprint]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = people  # type: ignore[attr-defined]
        self.fields["sprint"].queryset = sprints  # type: ignore[attr-defined]


class ItemChangeForm(ItemForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class SprintForm(forms.Form):
    goal = forms.CharField(max_length=200, help_text="What will be true when it ends.")
    start_date = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    end_date = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}))

    @staticmethod
    def two_weeks_from(today: date) -> dict[str, str]:
        return {"start_date": today.isoformat(), "end_date": (today + timedelta(days=13)).isoformat()}


class CloseSprintForm(forms.Form):
    carry_to = forms.ModelChoiceField(
        queryset=Sprint.objects.none(),
        required=False,
        empty_label="Back to the backlog",
        label="What is still open goes to",
    )

    def __init__(self, *args: Any, sprints: "QuerySet[Sprint]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["carry_to"].queryset = sprints  # type: ignore[attr-defined]


class MemberForm(forms.Form):
    username = forms.CharField(max_length=150, label="User name")
    role = forms.ChoiceField(choices=Role.choices, initial=Role.VIEWER)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)
