"""Forms of a project and its team."""

from django import forms

from projects.forms.fields import long
from projects.roles import Role


class ProjectForm(forms.Form):
    name = forms.CharField(max_length=120)
    key = forms.CharField(
        max_length=10, help_text="2 to 10 letters and digits; it stands before every item, as in FRD-12."
    )
    purpose = forms.CharField(
        max_length=500, required=False, widget=long(), help_text="The question the business asks."
    )


class RenameForm(forms.Form):
    name = forms.CharField(max_length=120)
    purpose = forms.CharField(max_length=500, required=False, widget=long())
    version = forms.IntegerField(widget=forms.HiddenInput)


class MemberForm(forms.Form):
    username = forms.CharField(max_length=150, label="User name")
    role = forms.ChoiceField(choices=Role.choices, initial=Role.VIEWER)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)
