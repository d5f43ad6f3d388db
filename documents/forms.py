"""What persons write into documents."""

from django import forms


class PassageForm(forms.Form):
    """`version` is the writing that was seen; 0 for none."""

    text = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 10}), label="What stands there"
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
