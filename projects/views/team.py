"""Who is in the project."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Invalid
from core.pages import now, user_of
from core.refusals import status_of
from projects import operations, queries, rules, tables, tiers
from projects.forms.gates import DelegationForm
from projects.forms.project import MemberForm, RoleForm
from projects.models import Membership, Project
from projects.pages import part_of, project_page, takes_effect
from projects.roles import Permission, Role

MOST_DELEGATIONS = 20


@project_page
@require_http_methods(["GET", "POST"])
def team(request: HttpRequest, project: Project) -> HttpResponse:
    form = MemberForm(request.POST or None, initial={"role": request.GET.get("role", Role.VIEWER)})
    if takes_effect(form, lambda: _add(request, project, **form.cleaned_data)):
        return redirect("projects:team", key=project.key)
    return _page(request, project, form, None)


def _page(
    request: HttpRequest, project: Project, form: MemberForm, delegation_form: DelegationForm | None
) -> HttpResponse:
    user, today = user_of(request), now().date()
    memberships = list(queries.members(project).order_by("pk"))
    context = {
        "project": project,
        "rows": [(membership, _role_form(membership)) for membership in memberships],
        "seats": tables.empty_seats(memberships, tier=tiers.tier_of(project)),
        "matrix": tables.role_matrix(),
        "form": form,
        "me": user,
        "why_not": rules.why_not(user, Permission.MANAGE_TEAM, project.pk),
        "delegation_form": delegation_form or _delegation_form(request, project),
        "why_not_delegate": rules.why_not_delegate(user, project),
        "delegations": [
            (one, one.ended_at is None and one.ends_on >= today, rules.why_not_end_delegation(user, one))
            for one in queries.delegations(project)[:MOST_DELEGATIONS]
        ],
    }
    template = "projects/parts/members.html" if part_of(request) == "members" else "projects/team.html"
    return render(request, template, context, status=status_of(form, delegation_form))


@project_page
@require_POST
def change_role(request: HttpRequest, project: Project, username: str) -> HttpResponse:
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Invalid("There is no such role.", field="role")
    changed = operations.change_role(
        membership=queries.member(project, username), role=form.cleaned_data["role"], by=user_of(request)
    )
    messages.success(request, f"{changed.user} is {changed.get_role_display().lower()} now.")
    return redirect("projects:team", key=project.key)


@project_page
@require_POST
def remove(request: HttpRequest, project: Project, username: str) -> HttpResponse:
    membership = queries.member(project, username)
    operations.remove_member(membership=membership, by=user_of(request))
    messages.success(request, f"{membership.user} is no longer in {project.name}.")
    if membership.user_id == user_of(request).pk:
        return redirect("projects:portfolio")
    return redirect("projects:team", key=project.key)


@project_page
@require_POST
def delegate(request: HttpRequest, project: Project) -> HttpResponse:
    form = _delegation_form(request, project, request.POST)

    def act() -> None:
        operations.delegate_role(project=project, by=user_of(request), now=now(), **form.cleaned_data)

    if takes_effect(form, act):
        messages.success(request, f"{form.cleaned_data['to']} decides in your place.")
        return redirect("projects:team", key=project.key)
    return _page(request, project, MemberForm(), form)


@project_page
@require_POST
def delegation_end(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    delegation = queries.delegation(project, number)
    operations.end_delegation(delegation=delegation, by=user_of(request), now=now())
    messages.success(request, "Taken back.")
    return redirect("projects:team", key=project.key)


def _delegation_form(request: HttpRequest, project: Project, data: QueryDict | None = None) -> DelegationForm:
    others = queries.people(project).exclude(pk=user_of(request).pk).exclude(is_robot=True)
    today = now().date()
    initial = {"starts_on": today, "ends_on": today + timedelta(days=7)}
    return DelegationForm(data, people=others, initial=initial, auto_id="delegation-%s")


def _add(request: HttpRequest, project: Project, *, username: str, role: str) -> None:
    user = queries.user_named(username)
    if user is None:
        raise Invalid(f"There is no user {username!r}.", field="username")
    operations.add_member(project=project, user=user, role=role, by=user_of(request), now=now())


def _role_form(membership: Membership) -> RoleForm:
    return RoleForm(initial={"role": membership.role}, auto_id=f"role-{membership.pk}-%s")
