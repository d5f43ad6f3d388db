"""Forms of gates and policies. What a value may be is said in the operations; forms only shape it."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from core.models import User
from projects.enums import Effect, GateVerdict
from projects.forms.fields import day, long


class VerdictForm(forms.Form):
    """With at most one condition; the API takes more."""

    verdict = forms.ChoiceField(choices=GateVerdict.choices, label="Your verdict")
    comment = forms.CharField(required=False, widget=long(3), help_text="Why. Needed unless you simply approve.")
    text = forms.CharField(required=False, widget=long(2), label="On condition that")
    owner = forms.ModelChoiceField(queryset=User.objects.none(), required=False, label="Owned by", empty_label="Nobody")
    due_date = day("By", required=False)
    effect = forms.ChoiceField(choices=Effect.choices, label="If it is missed")
    digest = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: "QuerySet[User]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """What `operations.decide_gate` takes."""
        values = self.cleaned_data
        names = ("text", "owner", "due_date", "effect")
        is_given = any(values[name] for name in names[:3]) or values["verdict"] == GateVerdict.APPROVE_ON_CONDITIONS
        return {
            "verdict": values["verdict"],
            "comment": values["comment"],
            "expected_digest": values["digest"],
            "conditions": [{name: values[name] for name in names}] if is_given else [],
        }


class PassForm(forms.Form):
    comment = forms.CharField(required=False, max_length=4000, widget=long(3))


class AskForm(forms.Form):
    gate = forms.CharField(required=False, widget=forms.HiddenInput)
    comment = forms.CharField(required=False, max_length=4000, widget=long(2), label="What they should know")


class EmergencyForm(forms.Form):
    reason = forms.CharField(max_length=4000, widget=long(2), label="Why it cannot wait")


class WithdrawForm(forms.Form):
    """Takes one's own verdict back, on a gate or on a review."""

    reason = forms.CharField(max_length=4000, widget=long(2), label="Why")


class WaiverForm(forms.Form):
    check = forms.ChoiceField(label="Check")
    reason = forms.CharField(widget=long(2))
    days = forms.IntegerField(min_value=1, initial=14, help_text="Ninety at most, or fewer if the policy says so.")

    def __init__(self, *args: Any, checks: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["check"].choices = checks  # type: ignore[attr-defined]


class DelegationForm(forms.Form):
    to = forms.ModelChoiceField(queryset=User.objects.none(), label="To", empty_label=None)
    starts_on = day("From")
    ends_on = day("Until")
    reason = forms.CharField(widget=long(2))

    def __init__(self, *args: Any, people: "QuerySet[User]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people  # type: ignore[attr-defined]


class PolicyForm(forms.Form):
    text = forms.CharField(label="Policy", strip=False, widget=long(28), help_text="YAML, checked as you type.")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_text(self) -> str:
        """With the ends of lines that files have; browsers send two characters."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")
