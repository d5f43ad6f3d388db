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
    for name in overtaken(form):
        said = shown(form[name], form[name].initial)
        cut = f"“{said[:SAID]}{'…' if len(said) > SAID else ''}”" if said else "empty"
        form.add_error(name, f"It is {cut} by now: save again to keep yours.")
    seen_now(form, **_stands(form), version=form.initial["version"])


def says_its_beginning(form: Form) -> None:
    """The page sends with each field what stood there when it was shown, so that of two changes only those of the same
    field meet: `own_changes` and `overtaken` then tell of the fields that the sender touched, and of no others."""
    for name, field in form.fields.items():
        field.show_hidden_initial = name != "version"


def own_changes(form: Form) -> list[str]:
    """The fields in which the sender wrote something else than stood there."""
    return [name for name in form.changed_data if name != "version" and not _is_left(form[name])]


def overtaken(form: Form) -> list[str]:
    """The fields of a form whose initial values are those of now that its sender changed, and somebody else before."""
    return [name for name in own_changes(form) if not _begins(form[name]) or _begun(form[name]) != _now(form[name])]


def refuse_overtaken(form: Form) -> None:
    """Raise PreconditionFailed if there are any: `show_on` says which."""
    if names := overtaken(form):
        listed = ", ".join(str(form[name].label).lower() for name in names)
        raise PreconditionFailed(f"Somebody changed {listed} meanwhile: nothing is saved.")


def _stands(form: Form) -> dict[str, str]:
    """What the page shows next: beside each field what stands there now, and in those that its sender left that."""
    theirs = [bound for bound in form if _begins(bound) and _begun(bound) != _now(bound)]
    mine = own_changes(form)
    shows = {bound.html_name: _now(bound) for bound in theirs if bound.name not in mine}
    return shows | {bound.html_initial_name: _now(bound) for bound in theirs}


def _begins(bound: BoundField) -> bool:
    return bound.field.show_hidden_initial


def _is_left(bound: BoundField) -> bool:
    """Whether it came as it was shown: a text of several lines does, however its lines end."""
    return _begins(bound) and _plain(bound.data) == _begun(bound)


def _begun(bound: BoundField) -> str:
    return _plain(bound.form.data.get(bound.html_initial_name))


def _now(bound: BoundField) -> str:
    return _plain(bound.field.prepare_value(bound.initial))


def _plain(value: object) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n")


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
