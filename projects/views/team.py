"""Who is in the project."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Invalid
from core.pages import now, user_of
from projects import operations, queries, rules, tables, tiers
from projects.forms.project import MemberForm, RoleForm
from projects.models import Membership, Project
from projects.pages import part_of, project_page, takes_effect
from projects.roles import Permission, Role


@project_page
@require_http_methods(["GET", "POST"])
def team(request: HttpRequest, project: Project) -> HttpResponse:
    form = MemberForm(request.POST or None, initial={"role": request.GET.get("role", Role.VIEWER)})
    if takes_effect(form, lambda: _add(request, project, **form.cleaned_data)):
        return redirect("projects:team", key=project.key)
    memberships = list(queries.members(project).order_by("pk"))
    context = {
        "project": project,
        "rows": [(membership, _role_form(membership)) for membership in memberships],
        "seats": tables.empty_seats(memberships, tier=tiers.tier_of(project)),
        "matrix": tables.role_matrix(),
        "form": form,
        "me": user_of(request),
        "why_not": rules.why_not(user_of(request), Permission.MANAGE_TEAM, project.pk),
    }
    template = "projects/parts/members.html" if part_of(request) == "members" else "projects/team.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


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


def _add(request: HttpRequest, project: Project, *, username: str, role: str) -> None:
    user = queries.user_named(username)
    if user is None:
        raise Invalid(f"There is no user {username!r}.", field="username")
    operations.add_member(project=project, user=user, role=role, by=user_of(request), now=now())


def _role_form(membership: Membership) -> RoleForm:
    return RoleForm(initial={"role": membership.role}, auto_id=f"role-{membership.pk}-%s")
