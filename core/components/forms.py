"""Buttons and the parts of forms."""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from django.forms import BaseForm, BoundField, CharField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.components.library import register
from core.components.signs import maybe_icon
from core.refusals import refusal_of


@register.simple_tag
def button(
    text: str,
    kind: str = "",
    *,
    icon: str = "",
    href: str = "",
    reason: str | None = None,
    tip: bool = False,
    **attributes: Any,
) -> SafeString:
    """A button, or a link that looks like one. kind: primary, quiet, danger, small, and combinations.

    With a reason it cannot be pressed, and says why: as text below it, or with tip=True when pointed at. Further
    attributes pass through, with - for _: hx_post=..., data_confirm=..., name=..., value=...
    """
    css, lead = f"btn {kind}".strip(), maybe_icon(icon)
    if reason:
        return _refused(text, css, lead, reason, tip)
    if href:
        return format_html('<a class="{}" href="{}" {}>{}{}</a>', css, href, _attributes(attributes), lead, text)
    attributes = {"type": "submit", **attributes}
    return format_html('<button class="{}" {}>{}{}</button>', css, _attributes(attributes), lead, text)


def _refused(text: str, css: str, lead: SafeString | str, reason: str, tip: bool) -> SafeString:
    css = css.replace(" primary", "").replace(" danger", "")
    start = format_html('<button class="{}" type="button" aria-disabled="true" data-refused', css)
    if tip:
        return format_html('{} data-tip="{}" aria-description="{}">{}{}</button>', start, reason, reason, lead, text)
    id = f"why-{crc32(f'{text} {reason}'.encode()):x}"
    return format_html(
        '<span class="refused">{} aria-describedby="{}">{}{}</button><span class="reason" id="{}">{}{}</span></span>',
        start,
        id,
        lead,
        text,
        id,
        maybe_icon("lock", 12),
        reason,
    )


@register.inclusion_tag("ui/field.html")
def field(
    bound: BoundField,
    *,
    label: str = "",
    help: str = "",
    across: bool = False,
    max_bytes: int | None = None,
    **attributes: Any,
) -> dict[str, Any]:
    """One field of a form with its label, help and error, joined for screen readers. Attributes go to the control."""
    bound.form.is_told = True  # type: ignore[attr-defined]  # a mark for `kept`: the form has its place on the page
    help_text = help or bound.help_text
    described = " ".join(
        f"{bound.auto_id}_{part}" for part, there in (("helptext", help_text), ("error", bound.errors)) if there
    )
    attrs = {name.replace("_", "-"): value for name, value in attributes.items()}
    attrs |= {"aria-describedby": described} if described else {}
    attrs |= {"aria-invalid": "true"} if bound.errors else {}
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attrs) + _beginning(bound),
        "kind": _kind(bound),
        "label": label or bound.label,
        "help": help_text,
        "optional": not bound.field.required,
        "across": across,
        "max_bytes": max_bytes,
    }


def _beginning(bound: BoundField) -> SafeString:
    """What stood there when the page was shown, where the form sends it (core.refusals)."""
    return bound.as_hidden(only_initial=True) if bound.field.show_hidden_initial else SafeString("")


@register.inclusion_tag("ui/errors.html")
def errors(form: Any) -> dict[str, Any]:
    """What is wrong with a form, at its head: sentences about the whole, and links to the fields that are wrong."""
    wrong = [bound for bound in form if bound.errors and not bound.is_hidden]
    hidden = [f"{bound.label}: {error}" for bound in form.hidden_fields() for error in bound.errors]
    return {"whole": [*form.non_field_errors(), *hidden], "wrong": wrong}


@register.inclusion_tag("ui/kept.html", takes_context=True)
def kept(context: Context) -> dict[str, Any]:
    """At the end of a page: the form of the context that was refused and has no place on the page any more, since the
    thing moved on. What was written is shown, with why not."""
    shown: dict[Any, Any] = context.flatten()
    for form in shown.values():
        if isinstance(form, BaseForm) and refusal_of(form) and not getattr(form, "is_told", False):
            texts = [(bound.label, bound.value()) for bound in form if _is_written(bound)]
            return {"refusal": refusal_of(form), "texts": texts}
    return {}


def _is_written(bound: BoundField) -> bool:
    return not bound.is_hidden and type(bound.field) is CharField and bool(bound.value())


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if bound.is_hidden:
        return "hidden"
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return "choices"
    return "file" if isinstance(widget, FileInput) else "plain"


def _attributes(attributes: Mapping[str, Any]) -> SafeString:
    """Attributes as markup: True stands alone, False and None are left out."""
    pairs = (
        (name.replace("_", "-"), value)
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    return format_html_join(
        " ", "{}", ((name if value is True else format_html('{}="{}"', name, value),) for name, value in pairs)
    )
