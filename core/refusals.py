"""What the house refuses is told on the form that was sent, and nothing that was written is lost."""

from decimal import Decimal
from http import HTTPStatus
from typing import Any, cast

from django.forms import BaseForm, BoundField, Form
from django.http import QueryDict

from core.errors import DomainError, PreconditionFailed

SAID = 200
"""Characters of a text that are told."""


def show_on(form: BaseForm, error: DomainError) -> None:
    """Put a refusal where it belongs on a form: beside its fields, or on top. The page answers `status_of` it."""
    form.refusal = error  # type: ignore[attr-defined]  # Django's forms have no place for it; read by `refusal_of`
    for one in error.errors:
        form.add_error(one.field if one.field in form.fields else None, one.message)
    if not error.errors:
        form.add_error(None, error.message)
    if isinstance(error, PreconditionFailed) and isinstance(form, Form) and form.initial.get("version"):
        _show_what_stands(form)


def _show_what_stands(form: Form) -> None:
    """Of a form whose initial values are those of now, and whose sender saw older ones: beside each field that differs
    what stands there. Sent again it writes over what it shows."""
    for name in form.changed_data:
        if name != "version":
            said = shown(form[name], form[name].initial)
            cut = f"“{said[:SAID]}{'…' if len(said) > SAID else ''}”" if said else "empty"
            form.add_error(name, f"It is {cut} by now: save again to keep yours.")
    seen_now(form, version=form.initial["version"])


def shown(bound: BoundField, value: Any) -> str:
    """A value of the field as a person reads it; nothing for none."""
    value = bound.field.prepare_value(value)
    if value in (None, "", []):
        return ""
    if isinstance(value, (float, Decimal)):
        return f"{value:,.10g}"
    choices = {str(key): str(label) for key, label in getattr(bound.field, "choices", [])}
    return choices.get(str(value), str(value))


def refusal_of(form: BaseForm) -> DomainError | None:
    """What the house said to a form whose content was in order."""
    return getattr(form, "refusal", None)


def status_of(*forms: BaseForm | None) -> int:
    """Of a page on which these forms stand: what the refusal of one answers, 422 if one is wrong itself."""
    for form in forms:
        if form is not None and form.errors:
            refusal = refusal_of(form)
            return refusal.status if refusal else HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.OK


def seen_now(form: Form, **stands: object) -> None:
    """A refused form is sent again from a page that shows what stands now: what it says was seen is that."""
    data = cast(QueryDict, form.data).copy()
    data.update({name: str(value) for name, value in stands.items()})
    form.data = data
