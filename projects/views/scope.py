"""What is promised, and whether it pays."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import DomainError, PreconditionFailed
from core.pages import now, user_of
from core.refusals import show_on, shown, status_of
from projects import gates, operations, queries, rules, tables
from projects.affordability import verdict
from projects.enums import Gate
from projects.forms.scope import ScopeForm
from projects.models import Project, Scope
from projects.pages import part_of, project_page
from projects.roles import Permission

PARTS = {"form": "projects/parts/scope_form.html", "verdict": "projects/parts/scope_verdict.html"}


@project_page
@require_http_methods(["GET", "POST"])
def scope(request: HttpRequest, project: Project) -> HttpResponse:
    """The form. Who saves over a revision they have not seen is shown both values first."""
    form, conflict = ScopeForm(request.POST or None), None
    if form.is_valid():
        try:
            saved = operations.revise_scope(
                project=project,
                values=form.values(),
                by=user_of(request),
                now=now(),
                expected_version=form.cleaned_data["version"],
            )
        except PreconditionFailed:
            form, conflict = _overtaken(form, project)
        except DomainError as exc:
            show_on(form, exc)
        else:
            messages.success(request, f"Scope saved: revision {saved.version}.")
            return redirect("projects:scope", key=project.key)
    return _page(request, project, form, conflict)


def _page(request: HttpRequest, project: Project, form: ScopeForm, conflict: dict[str, Any] | None) -> HttpResponse:
    current = queries.scope_of(project)
    checks = gates.evaluate(project) if gates.next_gate(project) == Gate.SCOPE else []
    context = {
        "project": project,
        "scope": current,
        "form": (form if form.is_bound else ScopeForm(initial=_initial(current))).as_asked(),
        "conflict": conflict,
        "verdict": verdict(**tables.ranges(current)),
        "value": tables.value_a_year(current),
        "gate_live": tables.GATE_LIVE,
        "state": tables.GateState(gates.next_gate(project), checks) if checks else None,
        "why_not": rules.why_not(user_of(request), Permission.EDIT_SCOPE, project.pk),
    }
    template = PARTS.get(part_of(request), "projects/scope.html")
    status = 412 if conflict else status_of(form)
    return render(request, template, context, status=status)


def _initial(current: Scope) -> dict[str, Any]:
    return {name: getattr(current, name) for name in ScopeForm.base_fields}


def _overtaken(form: ScopeForm, project: Project) -> tuple[ScopeForm, dict[str, Any]]:
    """The same form, now knowing the revision that stands. A field that only they changed takes their value; where both
    did, both values are shown and ours stays in the form."""
    current, mine = queries.scope_of(project), form.values()
    before = queries.scope_before(project, form.cleaned_data["version"])
    data: dict[str, Any] = {**form.data.dict(), "version": current.version}  # type: ignore[attr-defined]
    differing = []
    for name, yours in mine.items():
        bound, theirs = form[name], getattr(current, name)
        they_say, you_say = (shown(bound, one) or "empty" for one in (theirs, yours))
        if name in before and bound.field.clean(before[name]) == yours:
            data[name] = "" if theirs is None else str(theirs)
        elif they_say != you_say:
            differing.append({"label": bound.label, "theirs": they_say, "yours": you_say})
    said = {"revised_by": current.revised_by, "revised_at": current.revised_at, "differing": differing}
    return ScopeForm(data), said
