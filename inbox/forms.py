"""Forms of the inbox."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.forms import BoundField

from core.addresses import MAX_URL
from core.errors import Invalid
from inbox.enums import Channel, Digest, Kind, Shape
from inbox.models import Preferences, ProjectChannel

# Where a snooze ends on its day, in the person's own time.
MORNING = time(8)


def until(word: str, *, now: datetime, zone: str) -> datetime:
    """When "tomorrow", "week" (next Monday) or a date begins for this person. Raises Invalid."""
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    try:
        day = {
            "tomorrow": today + timedelta(days=1),
            "week": today + timedelta(days=7 - today.weekday()),
        }.get(word) or datetime.strptime(word, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        said = f"Say tomorrow, week, or a date such as 2026-12-24: got {word[:40]!r}."
        raise Invalid(said, field="until", code="date") from None
    return datetime.combine(day, MORNING, tzinfo=here)


_TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
_SECRET = forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"})


class PreferencesForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    email = forms.CharField(required=False, max_length=254, label="E-mail address", widget=forms.EmailInput)
    digest = forms.ChoiceField(choices=Digest.choices, label="E-mail comes")
    digest_hour = forms.IntegerField(
        min_value=0, max_value=23, label="At this hour", help_text="Of the daily mail: 0 to 23."
    )
    zone = forms.ChoiceField(
        label="Time zone", choices=lambda: [(name, name) for name in sorted(available_timezones())]
    )
    quiet_from = forms.TimeField(required=False, widget=_TIME, label="Quiet from")
    quiet_until = forms.TimeField(required=False, widget=_TIME, label="Quiet until")
    shape = forms.ChoiceField(choices=Shape.choices, label="Chat")
    url = forms.CharField(
        required=False, max_length=MAX_URL, widget=_SECRET, label="Address of its incoming webhook",
        help_text="It is a secret, and never shown again. Left empty it stays as it is.",
    )  # fmt: skip
    forget = forms.BooleanField(required=False, label="Forget the chat's address")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in Kind:
            self.fields[f"by_{kind}"] = forms.MultipleChoiceField(
                choices=Channel.choices, required=False, label=kind.label, widget=forms.CheckboxSelectMultiple
            )

    @staticmethod
    def initial_of(found: Preferences) -> dict[str, Any]:
        names = ("version", "digest", "digest_hour", "zone", "quiet_from", "quiet_until", "shape")
        by = {f"by_{kind}": found.channels.get(kind, []) for kind in Kind}
        return {name: getattr(found, name) for name in names} | by | {"email": found.user.email}

    def matrix(self) -> list[BoundField]:
        """The choices by kind."""
        return [self[f"by_{kind}"] for kind in Kind]

    def values(self) -> dict[str, Any]:
        """As the operation takes them: an address that is left empty is not changed."""
        given = dict(self.cleaned_data)
        values = {name: given[name] for name in ("email", "digest", "digest_hour", "zone", "shape")}
        values |= {"quiet_from": given["quiet_from"], "quiet_until": given["quiet_until"]}
        values["channels"] = {str(kind): given[f"by_{kind}"] for kind in Kind}
        if given["url"] or given["forget"]:
            values["url"] = "" if given["forget"] else given["url"]
        return values


class ChatForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    shape = forms.ChoiceField(choices=Shape.choices, label="Chat")
    url = forms.CharField(
        required=False, max_length=MAX_URL, widget=_SECRET, label="Address of its incoming webhook",
        help_text="It is a secret, and never shown again. Left empty it stays as it is.",
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        choices=Kind.choices, required=False, label="It is told when", widget=forms.CheckboxSelectMultiple
    )

    @staticmethod
    def initial_of(found: ProjectChannel | None) -> dict[str, Any]:
        if found is None:
            return {"version": 0, "kinds": [Kind.REVIEW, Kind.GATE, Kind.ALERT]}
        return {"version": found.version, "shape": found.shape, "kinds": found.kinds}

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "shape": given["shape"],
            "kinds": given["kinds"],
            "url": given["url"] or None,
            "expected_version": given["version"],
        }
