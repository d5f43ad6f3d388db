"""The form beside the text: one gate of a draft at a time. Both write the same text."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core.errors import DomainError, NotFound
from core.pages import now, page, user_of
from core.refusals import refusal_of
from projects import facts, operations, policies, queries, rules
from projects.enums import Gate
from projects.forms.policies import GateForm
from projects.models import PolicyVersion
from projects.pages import show_on
from projects.policy import CannotEdit, PolicyError, edit_gate, gate_as_plain
from projects.views.policies import words_of_policies


@page
@require_http_methods(["GET", "POST"])
def policy_form(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """POST changes the gate in the draft's text."""
    found, gate = queries.policy_version(name, number), _gate(request)
    known = {one.name: one.type for one in facts.known_facts().values()}
    form = GateForm(gate_as_plain(found.text, gate), found.version, known, request.POST or None)
    lost: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        lost, is_saved = _save(request, found, gate, form)
        if is_saved:
            messages.success(request, f"The draft is saved: the {gate} gate.")
            return redirect(f"{reverse('projects:policy-form', args=[name, number])}?gate={gate}")
    context: dict[str, Any] = words_of_policies() | {
        "policy": found,
        "gate": gate,
        "tab_items": [{"label": one.label, "url": f"?gate={one}", "here": one == gate} for one in Gate],
        "form": form,
        "lost": lost,
        "why_not": rules.why_not_revise_policy(user_of(request), found),
    }
    refusal = refusal_of(form.rules)
    status = refusal.status if refusal else 422 if request.method == "POST" else 200
    return render(request, "projects/policy_form.html", context, status=status)


def _save(request: HttpRequest, found: PolicyVersion, gate: Gate, form: GateForm) -> tuple[tuple[str, ...], bool]:
    """The comments that saving would lose, and whether it was done: not before somebody saw them."""
    given = form.rules.cleaned_data
    try:
        edited = edit_gate(found.text, gate, form.changes())
        policies.read_text(edited.text)
        if edited.lost and not given["may_lose"]:
            return edited.lost, False
        operations.revise_policy(
            policy=found, text=edited.text, expected_version=given["version"], by=user_of(request), now=now()
        )
    except PolicyError as exc:
        form.tell(exc, edited.text, gate)
        return (), False
    except CannotEdit as exc:
        form.rules.add_error(None, str(exc))
        return (), False
    except DomainError as exc:
        show_on(form.rules, exc)
        return (), False
    return (), True


def _gate(request: HttpRequest) -> Gate:
    """Raises NotFound."""
    named = request.GET.get("gate", Gate.SCOPE)
    if named not in Gate.values:
        raise NotFound(f"There is no gate {named[:40]!r}: there are {', '.join(Gate.values)}.")
    return Gate(named)
