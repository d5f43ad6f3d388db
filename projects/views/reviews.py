"""The review of a sprint: read, presented, written into during the meeting, shared."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core import operations as core_operations
from core.errors import NotFound
from core.pages import now, public, user_of
from core.refusals import status_of
from projects import operations, queries, reviewing, rules, sprintsheet
from projects.enums import SprintState
from projects.forms.board import CloseSprintForm
from projects.forms.sprints import CardForm, LinkForm, VerdictForm
from projects.models import Project, Sprint
from projects.operations.reviews import BECOME_ITEMS
from projects.pages import part_of, project_page, takes_effect
from projects.roles import Permission
from projects.views.sprints import asked

PARTS = {
    "body": "projects/parts/review_body.html",
    "cards": "projects/parts/review_cards.html",
    "amendments": "projects/parts/review_amendments.html",
}
GUESSER = "shared review"
"""Under this name guesses at links are counted, as wrong passwords are."""


@project_page
@require_GET
def review(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    return _show(request, project, asked(project, number))


@project_page
@require_POST
def judge(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    sprint, form = asked(project, number), VerdictForm(request.POST)

    def act() -> None:
        values = dict(form.cleaned_data)
        version = values.pop("version")
        operations.judge_sprint(sprint=sprint, by=user_of(request), now=now(), expected_version=version, **values)

    if takes_effect(form, act):
        return _back(sprint)
    return _show(request, project, sprint, verdict_form=form)


@project_page
@require_POST
def card_add(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    sprint, form = asked(project, number), CardForm(request.POST)

    def act() -> None:
        operations.add_review_card(sprint=sprint, by=user_of(request), now=now(), **form.cleaned_data)

    if takes_effect(form, act):
        return redirect(f"{_url(sprint)}#review-cards")
    return _show(request, project, sprint, card_form=form)


@project_page
@require_POST
def card_vote(request: HttpRequest, project: Project, number: int, card: int) -> HttpResponse:
    """Gives the vote, or takes it back where it was given."""
    sprint = asked(project, number)
    found: Any = queries.review_cards(sprint, reader=user_of(request)).filter(number=card).first()
    if found is None:
        raise NotFound(f"There is no card {card} in the review of {sprint}.")
    if found.is_mine:
        operations.withdraw_vote(card=found, by=user_of(request))
    else:
        operations.vote_for_card(card=found, by=user_of(request), now=now())
    return _answer(request, project, sprint)


@project_page
@require_POST
def card_remove(request: HttpRequest, project: Project, number: int, card: int) -> HttpResponse:
    sprint = asked(project, number)
    operations.remove_review_card(card=queries.review_card(sprint, card), by=user_of(request))
    return _answer(request, project, sprint)


@project_page
@require_POST
def card_item(request: HttpRequest, project: Project, number: int, card: int) -> HttpResponse:
    sprint = asked(project, number)
    operations.make_item_of_card(card=queries.review_card(sprint, card), by=user_of(request), now=now())
    return _answer(request, project, sprint)


@project_page
@require_POST
def link_add(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """The page that comes shows the address, this once."""
    sprint, form = asked(project, number), LinkForm(request.POST)
    made: list[operations.SharedLink] = []

    def act() -> None:
        made.append(operations.share_review(sprint=sprint, by=user_of(request), now=now(), **form.cleaned_data))

    if takes_effect(form, act):
        path = reverse("projects:shared-review", args=[made[0].secret])
        return _show(request, project, sprint, new_link=request.build_absolute_uri(path))
    return _show(request, project, sprint, link_form=form)


@project_page
@require_POST
def link_revoke(request: HttpRequest, project: Project, number: int, link: int) -> HttpResponse:
    sprint = asked(project, number)
    operations.revoke_review_link(link=queries.review_link(sprint, link), by=user_of(request), now=now())
    messages.success(request, "The link opens nothing any more.")
    return _back(sprint)


@public
@never_cache
@require_GET
def shared(request: HttpRequest, secret: str) -> HttpResponse:
    """The business's part of a review, for whoever has the link. Who guesses too often is sent away."""
    address = request.META.get("REMOTE_ADDR") or "127.0.0.1"
    if core_operations.is_locked_out(username=GUESSER, address=address, now=now()):
        return render(request, "projects/shared_review.html", {"is_locked": True}, status=429)
    try:
        link = operations.open_review_link(secret=secret, now=now())
    except NotFound:
        core_operations.note_failed_sign_in(username=GUESSER, address=address, now=now())
        raise
    sprint = link.review.sprint
    sprint.project = link.project
    content = reviewing.for_outside(reviewing.review_of(sprint, now=now()), reviewing.amendments(link.review))
    context = {
        "link": link,
        "content": content,
        "name": link.project.name,
        "is_closed": sprint.state == SprintState.CLOSED,
        "digest": link.review.digest,
        **sprintsheet.outside(content),
    }
    response = render(request, "projects/shared_review.html", context)
    response["X-Robots-Tag"], response["Referrer-Policy"] = "noindex", "no-referrer"
    return response


def _show(
    request: HttpRequest,
    project: Project,
    sprint: Sprint,
    *,
    verdict_form: VerdictForm | None = None,
    card_form: CardForm | None = None,
    link_form: LinkForm | None = None,
    new_link: str = "",
) -> HttpResponse:
    """A form that came back wrong stands open on the page."""
    part = part_of(request)
    context = _base(request, project, sprint) | _facts(request, project, sprint, part)
    if part in PARTS:
        return render(request, PARTS[part], context)
    review = context["review"]
    said = {"verdict": review.verdict, "note": review.verdict_note, "version": review.version} if review else {}
    context |= {
        "verdict_form": verdict_form or VerdictForm(initial=said),
        "verdict_wrong": verdict_form is not None,
        "card_form": card_form or CardForm(),
        "link_form": link_form or LinkForm(),
        "link_wrong": link_form is not None or bool(new_link),
        "new_link": new_link,
        "links": list(queries.review_links(sprint)),
        "close_form": CloseSprintForm(sprints=queries.planned_sprints(project)),
        "now": now(),
    }
    return render(request, "projects/review.html", context, status=status_of(verdict_form, card_form, link_form))


def _base(request: HttpRequest, project: Project, sprint: Sprint) -> dict[str, Any]:
    user, is_closed = user_of(request), sprint.state == SprintState.CLOSED
    frozen = f"{sprint} is closed: its review is its record." if is_closed else None
    why_not_plan = rules.why_not(user, Permission.PLAN, project.pk)
    early = f"{sprint} has not started: there is nothing to review." if sprint.state == SprintState.PLANNED else None
    return {
        "project": project,
        "sprint": sprint,
        "review": queries.sprint_review(sprint),
        "is_closed": is_closed,
        "is_active": sprint.state == SprintState.ACTIVE,
        "why_not_plan": why_not_plan,
        "why_not_judge": frozen or early or why_not_plan,
        "why_not_write": frozen or early or rules.why_not(user, Permission.TAKE_PART, project.pk),
        "why_not_share": early or why_not_plan,
        "become_items": BECOME_ITEMS,
    }


def _facts(request: HttpRequest, project: Project, sprint: Sprint, part: str) -> dict[str, Any]:
    """What the part that is asked for shows; all of it for the whole page."""
    found: dict[str, Any] = {}
    if part in ("", "body"):
        content = reviewing.review_of(sprint, now=now())
        found |= sprintsheet.shown(content, project=project, is_closed=sprint.state == SprintState.CLOSED)
    if part in ("", "cards"):
        cards = queries.review_cards(sprint, reader=user_of(request))
        found["columns"] = sprintsheet.columns(cards, key=project.key)
    if part in ("", "amendments"):
        review = queries.sprint_review(sprint)
        rows = reviewing.amendments(review) if review else []
        found["amendments"] = sprintsheet.amendments(rows, key=project.key)
    return found


def _answer(request: HttpRequest, project: Project, sprint: Sprint) -> HttpResponse:
    """The cards again for htmx, the page for a form."""
    if not getattr(request, "htmx", False):
        return redirect(f"{_url(sprint)}#review-cards")
    return render(request, PARTS["cards"], _base(request, project, sprint) | _facts(request, project, sprint, "cards"))


def _url(sprint: Sprint) -> str:
    return reverse("projects:sprint-review", args=[sprint.project.key, sprint.number])


def _back(sprint: Sprint) -> HttpResponse:
    return redirect(_url(sprint))
