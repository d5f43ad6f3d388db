"""Forms of one's own account. What a value may be is said in the operations; forms only shape it."""

from django import forms

from core.roles import DEFAULT_SCOPES, Scope


class SignInForm(forms.Form):
    username = forms.CharField(
        max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        max_length=1000, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class SetupForm(forms.Form):
    name = forms.CharField(max_length=120, label="Your name", help_text="How your team sees you.")
    username = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        max_length=1000,
        strip=False,
        help_text="At least 12 characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class TokenForm(forms.Form):
    label = forms.CharField(max_length=120, label="What it is for", help_text="For example: my notebook.")
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, scope.value.capitalize()) for scope in Scope],
        initial=[scope.value for scope in DEFAULT_SCOPES],
        widget=forms.CheckboxSelectMultiple,
        help_text="Every token can read. Give approve only to a program that decides in your name.",
    )
    days = forms.IntegerField(min_value=1, max_value=365, initial=90, label="Days until it expires")


class SettingsForm(forms.Form):
    """Switches: only those that the form on the page names are changed."""

    letter_keys = forms.ChoiceField(required=False, choices=[("on", "On"), ("off", "Off")])
    shows_first_steps = forms.ChoiceField(required=False, choices=[("on", "On"), ("off", "Off")])

    def chosen(self) -> dict[str, bool]:
        return {name: value == "on" for name, value in self.cleaned_data.items() if value}


class PasswordForm(forms.Form):
    current = forms.CharField(
        max_length=1000, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    password = forms.CharField(
        max_length=1000,
        strip=False,
        label="New password",
        help_text="At least 12 characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
