"""Policies: every version, an editor that checks as one types, and what a text would have done."""

from difflib import unified_diff
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import files
from core.errors import Invalid
from core.numbers import whole_of
from core.pages import now, page, user_of
from core.refusals import status_of
from projects import facts, operations, policies, queries, rules
from projects.enums import PolicyState
from projects.forms.gates import PolicyForm
from projects.history import simulate
from projects.models import PolicyVersion
from projects.pages import takes_effect
from projects.policy import FUNCTIONS, OF_ANY, PolicyError, run_tests


@page
@require_GET
def policy_list(request: HttpRequest) -> HttpResponse:
    context = {"policies": queries.policy_versions(), "why_not": rules.why_not_draft_policy(user_of(request))}
    return render(request, "projects/policies.html", context)


@page
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """A new draft, begun from a version that there is."""
    begun = request.GET.get("from", "light/1")
    initial = {} if request.method == "POST" else {"text": queries.policy_named(begun).text}
    form = PolicyForm(request.POST or None, initial=initial)
    made: list[PolicyVersion] = []

    def act() -> None:
        made.append(operations.draft_policy(text=form.cleaned_data["text"], by=user_of(request), now=now()))

    if takes_effect(form, act):
        return redirect("projects:policy", name=made[0].name, number=made[0].number)
    context = _editor(form) | {"why_not": rules.why_not_draft_policy(user_of(request))}
    return render(request, "projects/policy_new.html", context, status=status_of(form))


@page
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """POST changes a draft."""
    found = queries.policy_version(name, number)
    form = PolicyForm(request.POST or None, initial={"text": found.text, "version": found.version})

    def act() -> None:
        values = form.cleaned_data
        operations.revise_policy(
            policy=found, text=values["text"], expected_version=values["version"], by=user_of(request), now=now()
        )

    if takes_effect(form, act):
        messages.success(request, "The draft is saved.")
        return redirect("projects:policy", name=name, number=number)
    user = user_of(request)
    context = _editor(form) | {
        "policy": found,
        "is_draft": found.state == PolicyState.DRAFT,
        "difference": _against_active(found),
        "runs": _read(found.text).get("runs", []),
        "why_not_revise": rules.why_not_revise_policy(user, found),
        "why_not_publish": rules.why_not_publish_policy(user, found),
        "why_not_discard": rules.why_not_discard_policy(user, found),
    }
    return render(request, "projects/policy.html", context, status=status_of(form))


@page
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What is wrong with a text, as one types."""
    return render(request, "projects/parts/policy_problems.html", _read(request.POST.get("text", "")))


@page
@require_POST
def try_out(request: HttpRequest) -> HttpResponse:
    """What a text would have said of the last gates that were passed."""
    context = _read(request.POST.get("text", ""))
    if context["pack"] is not None:
        found = simulate(context["pack"], queries.visible_decisions(user_of(request)))
        context |= {"tried": len(found.past), "blocked": found.blocked, "skipped": found.skipped}
    return render(request, "projects/parts/policy_simulation.html", context)


@page
@require_POST
def publish(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Exactly what was shown: without its version nothing is published."""
    seen = whole_of(request.POST.get("version", ""))
    if seen is None:
        raise Invalid("Say which version of the draft you saw.", field="version")
    found = queries.policy_version(name, number)
    made = operations.publish_policy(policy=found, by=user_of(request), now=now(), expected_version=seen)
    messages.success(request, f"{made} is published. Projects that keep an older version move to it by hand.")
    return redirect("projects:policy", name=name, number=number)


@page
@require_POST
def discard(request: HttpRequest, name: str, number: int) -> HttpResponse:
    operations.discard_policy(policy=queries.policy_version(name, number), by=user_of(request))
    messages.success(request, "The draft is discarded.")
    return redirect("projects:policies")


@page
@require_GET
def export(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """The text as a file, to be kept beside the code."""
    found = queries.policy_version(name, number)
    name = f"{found.name}-{found.number}.yaml"
    return files.download(found.text, name=name, media_type="application/yaml; charset=utf-8")


def words_of_policies() -> dict[str, Any]:
    """What policies may speak of: for the list beside the editor, and to complete what is typed."""
    functions = {name: one.doc for name, one in FUNCTIONS.items()} | OF_ANY
    return {"facts": list(facts.known_facts().values()), "functions": sorted(functions.items())}


def _editor(form: PolicyForm) -> dict[str, Any]:
    return {"form": form} | words_of_policies()


def _read(text: str) -> dict[str, Any]:
    try:
        pack = policies.read_text(text)
    except PolicyError as exc:
        return {"pack": None, "problems": exc.problems}
    return {"pack": pack, "problems": [], "runs": run_tests(pack)}


def _against_active(found: PolicyVersion) -> list[str]:
    """Lines that differ from the newest published version of the same pack; none if this is it, or the first."""
    active = queries.policy_versions().filter(name=found.name, state=PolicyState.PUBLISHED).first()
    if active is None or active.pk == found.pk:
        return []
    lines = unified_diff(active.text.splitlines(), found.text.splitlines(), str(active), str(found), lineterm="")
    return list(lines)
