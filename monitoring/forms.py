"""Forms of monitoring. What a value may be is said in the operations; forms only shape it."""

from django import forms

from monitoring.operations.retrainings import MAX_REASON


class PolicyForm(forms.Form):
    window_seconds = forms.IntegerField(
        initial=3600, label="Window, in seconds", help_text="Predictions of one window are compared together."
    )
    min_rows = forms.IntegerField(initial=200, label="Rows a window needs", help_text="With fewer it says nothing.")
    confirm_windows = forms.IntegerField(initial=3, label="Drifted windows in a row", help_text="They open an alert.")
    retrain_on_drift = forms.BooleanField(
        initial=True,
        required=False,
        label="Retrain when drift is confirmed",
        help_text="What comes of it still needs a person's approval.",
    )
    min_labels = forms.IntegerField(
        initial=500, label="Labels to retrain on", help_text="Since the drift began; it waits for them."
    )
    cooldown_seconds = forms.IntegerField(
        initial=3600, label="Seconds between retrainings", help_text="By policy; a person may always start one."
    )


class PolicyChangeForm(PolicyForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class RetrainForm(forms.Form):
    reason = forms.CharField(
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Why now",
        help_text="The reviewer reads it with the comparison.",
    )
