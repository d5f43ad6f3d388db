"""The form of an import of items."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

from projects.itemreading import MOST_BYTES

KINDS = (
    ("csv", "CSV with columns as this list exports them"),
    ("jira", "CSV as Jira exports it"),
    ("github", "JSON as GitHub's API or gh issue list --json lists issues"),
)


class ItemImportForm(forms.Form):
    """`digest` is of the file that was looked at: what is taken in is what was seen."""

    kind = forms.ChoiceField(choices=KINDS, widget=forms.RadioSelect, initial="csv", label="What file is it?")
    file = forms.FileField(label="The file")
    digest = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            limit, size = MOST_BYTES / 10**6, (file.size or 0) / 10**6
            raise forms.ValidationError(f"A file has {limit:.0f} MB at most: got {size:.1f} MB.")
        return file
