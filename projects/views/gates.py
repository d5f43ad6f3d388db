"""The next gate: what it asks for, who approved of what stands now, and what keeps it shut."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Conflict
from core.pages import now, user_of
from core.refusals import seen_now, status_of
from projects import approvals, gates, holding, operations, policies, queries, rules, tables
from projects.enums import Gate
from projects.forms.gates import AskForm, EmergencyForm, VerdictForm, WaiverForm, WithdrawForm
from projects.models import GateApproval, GateRequest, Project
from projects.pages import part_of, project_page, takes_effect
from projects.since import changes_since


@project_page
@require_http_methods(["GET", "POST"])
def gate(request: HttpRequest, project: Project) -> HttpResponse:
    """POST gives a verdict."""
    if request.method == "GET":
        return _page(request, project)
    form = VerdictForm(request.POST, people=queries.people(project), auto_id="verdict-%s")

    def act() -> None:
        operations.decide_gate(project=project, by=user_of(request), now=now(), **form.given())

    return _sent(request, project, act, "Your verdict is kept with what you saw.", form=form)


@project_page
@require_POST
def waive(request: HttpRequest, project: Project) -> HttpResponse:
    form = WaiverForm(request.POST, checks=_waivable(gates.assess(project)), auto_id="waiver-%s")

    def act() -> None:
        operations.waive_check(project=project, by=user_of(request), now=now(), **form.cleaned_data)

    return _sent(request, project, act, "Waived, until it expires.", waiver_form=form)


@project_page
@require_POST
def emergency(request: HttpRequest, project: Project) -> HttpResponse:
    form = EmergencyForm(request.POST, auto_id="emergency-%s")

    def act() -> None:
        operations.release_in_emergency(project=project, by=user_of(request), now=now(), **form.cleaned_data)

    said = "Passed in an emergency. A finding asks somebody else to look at it."
    return _sent(request, project, act, said, emergency_form=form)


@project_page
@require_POST
def ask(request: HttpRequest, project: Project) -> HttpResponse:
    name = "anew" if request.POST.get("gate") else "ask"
    form = AskForm(request.POST, auto_id=f"{name}-%s")

    def act() -> None:
        operations.request_gate(project=project, by=user_of(request), now=now(), **form.cleaned_data)

    return _sent(request, project, act, "Asked. Those who may decide see it here.", **{f"{name}_form": form})


@project_page
@require_POST
def ask_no_more(request: HttpRequest, project: Project) -> HttpResponse:
    def act() -> None:
        found = queries.open_request(project)
        if found is None:
            raise Conflict("Nobody asks for a decision.", code="not_requested")
        operations.withdraw_gate_request(request=found, by=user_of(request), now=now())

    return _act(request, project, act, "Taken back.")


@project_page
@require_POST
def withdraw(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    approval, form = queries.gate_approval(project, number), WithdrawForm(request.POST)

    def act() -> None:
        operations.withdraw_gate_decision(approval=approval, by=user_of(request), now=now(), **form.cleaned_data)

    if not takes_effect(form, act):
        return _show_since(request, project, approval, form)
    messages.success(request, "Your verdict is withdrawn.")
    return redirect("projects:gate", key=project.key)


@project_page
@require_POST
def condition_met(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    condition = queries.gate_condition(project, number)
    return _act(
        request,
        project,
        lambda: operations.meet_condition(condition=condition, by=user_of(request), now=now()),
        "The condition is met.",
    )


@project_page
@require_POST
def waiver_end(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    waiver = queries.gate_waiver(project, number)
    return _act(
        request,
        project,
        lambda: operations.end_waiver(waiver=waiver, by=user_of(request), now=now()),
        "The check is asked for again.",
    )


@project_page
@require_POST
def move_policy(request: HttpRequest, project: Project) -> HttpResponse:
    policy = queries.policy_named(request.POST.get("policy", ""))
    return _act(
        request,
        project,
        lambda: operations.move_to_policy(project=project, policy=policy, by=user_of(request), now=now()),
        f"The gates go by {policy} now.",
    )


@project_page
@require_GET
def since(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """What is otherwise now than in what a verdict was about."""
    return _show_since(request, project, queries.gate_approval(project, number), WithdrawForm())


def _show_since(request: HttpRequest, project: Project, approval: GateApproval, form: WithdrawForm) -> HttpResponse:
    context = {
        "project": project,
        "approval": approval,
        "rows": changes_since(project, approval),
        "withdraw_form": form,
        "since_live": tables.GATE_LIVE,
    }
    return render(request, "projects/gate_since.html", context, status=status_of(form))


def _act(request: HttpRequest, project: Project, act: Callable[[], Any], said: str) -> HttpResponse:
    act()
    messages.success(request, said)
    return redirect("projects:gate", key=project.key)


def _sent(
    request: HttpRequest,
    project: Project,
    act: Callable[[], Any],
    said: str,
    **sent: Form,
) -> HttpResponse:
    """As `_act`, with a form by the name that the page has for it: refused, it stands on the page as it was sent."""
    (form,) = sent.values()
    if not takes_effect(form, act):
        return _page(request, project, **sent)
    messages.success(request, said)
    return redirect("projects:gate", key=project.key)


def _page(request: HttpRequest, project: Project, **sent: Form) -> HttpResponse:
    """The page; a form that was refused stands on it as it was sent."""
    user, assessment, asked = user_of(request), gates.assess(project), queries.open_request(project)
    found = approvals.tally(assessment, asked, now=now()) if assessment else None
    records, fallen = queries.gate_records(project), holding.fallen(project, now=now())
    context: dict[str, Any] = {
        "project": project,
        "found": found,
        "gate_live": tables.GATE_LIVE,
        "tone": tables.GATE_TONES[found.status] if found else "",
        "lines": _lines(project, records, found, fallen),
        "fallen": fallen if fallen and assessment and fallen[0] != assessment.gate else None,
        "records": records[::-1],
        "conditions": [(one, rules.why_not_meet_condition(user, one)) for one in queries.gate_conditions(project)],
        "waivers": [(one, rules.why_not_end_waiver(user, one)) for one in _waivers(project, assessment)],
        "user_pk": user.pk,
    }
    if assessment and found and part_of(request) != "requirements":
        context |= _asides(request, project, assessment, found)
        for form in sent.values():
            seen_now(form, digest=assessment.digest)
    context |= sent
    template = "projects/parts/gate_requirements.html" if part_of(request) == "requirements" else "projects/gate.html"
    return render(request, template, context, status=status_of(*sent.values()))


def _asides(
    request: HttpRequest, project: Project, assessment: gates.Assessment, found: approvals.Tally
) -> dict[str, Any]:
    user, asked, due = user_of(request), found.request, policies.due_version(project)
    allowed, worked = assessment.rules.waivers, gates.contributors(project, assessment.gate)
    initial = {"digest": assessment.digest}
    return {
        "form": VerdictForm(initial=initial, people=queries.people(project), auto_id="verdict-%s"),
        "waiver_form": WaiverForm(checks=_waivable(assessment), auto_id="waiver-%s"),
        "ask_form": AskForm(auto_id="ask-%s"),
        "anew_form": AskForm(auto_id="anew-%s"),
        "emergency_form": EmergencyForm(auto_id="emergency-%s"),
        "due": due if due.pk != assessment.policy.pk else None,
        "why_not_ask": rules.why_not_request_gate(user, project),
        "why_not_anew": _why_not_anew(asked) or rules.why_not_request_gate(user, project),
        "why_not_take_back": rules.why_not_withdraw_gate_request(user, asked) if asked else None,
        "why_not_decide": approvals.why_not_decide_gate(user, found),
        "emergency": found.matter.rules.emergency,
        "why_not_in_emergency": approvals.why_not_pass_in_emergency(user, found),
        "why_not_waive": rules.why_not_waive(user, asked, allowed.by if allowed.is_allowed else None, worked),
        "why_not_move": rules.why_not_move_policy(user, project),
        "published": queries.policy_versions().filter(state="published").exclude(pk=assessment.policy.pk),
        "wanted": [approvals.words(rule, rule.count) for rule in assessment.outcome.approvals],
    }


def _why_not_anew(asked: GateRequest | None) -> str | None:
    if asked is None:
        return None
    return f"The decision on the {asked.get_gate_display().lower()} is asked for: take that question back first."


def _waivable(assessment: gates.Assessment | None) -> list[tuple[str, str]]:
    """The checks that are not met and may be waived."""
    if assessment is None:
        return []
    never = assessment.rules.waivers.never_for
    open_checks = [one for one in assessment.checks if one.rule and not one.is_met]
    return [(one.rule, one.label) for one in open_checks if one.rule not in never]


def _waivers(project: Project, assessment: gates.Assessment | None) -> Any:
    return queries.open_waivers(project, assessment.gate) if assessment else []


def _lines(
    project: Project,
    records: list[queries.GateRecord],
    found: approvals.Tally | None,
    fallen: tuple[Gate, str] | None,
) -> list[dict[str, Any]]:
    """Every gate with its state, and why the last one that was passed no longer holds."""
    passed = {one.decision.gate: one.decision for one in records}
    because = {fallen[0]: fallen[1]} if fallen else {}
    return [_line(project, gate, passed.get(gate), found, because.get(gate, "")) for gate in Gate]


def _line(project: Project, gate: Gate, decision: Any, found: approvals.Tally | None, because: str) -> dict[str, Any]:
    if found is not None and found.assessment.gate == gate:
        status = found.status
    else:
        status = approvals.status_of(project, gate, decision, has_fallen=bool(because))
    tone = tables.GATE_TONES[status]
    return {"gate": gate, "status": status, "tone": tone, "decision": decision, "because": because}
