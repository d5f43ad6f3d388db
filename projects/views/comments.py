"""What is said of a thing, on its page: items here, runs and versions above. And Markdown before it is sent."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core.numbers import whole_of
from core.pages import now, user_of
from core.prose import prose
from projects import operations, queries
from projects.enums import Visibility
from projects.models import ItemComment, Project
from projects.operations import ITEM_TALK, Talk
from projects.pages import project_page
from projects.views.attachments import attachments_url

MOST_COMMENTS = 200


@dataclass(frozen=True)
class Room:
    """Where one thing is talked of: the names of the addresses of its page, of what was said, and of one comment."""

    talk: Talk[Any]
    thing: Any
    names: tuple[str, str, str]
    args: list[Any]
    files_url: str = ""
    """Where files may be attached, and lie."""
    max_bytes: int = settings.ATTACHMENT_MAX_BYTES

    @property
    def has_visibility(self) -> bool:
        """Whether what is said may be the team's alone."""
        return issubclass(self.talk.model, ItemComment)

    @property
    def page_url(self) -> str:
        return reverse(self.names[0], args=self.args) + "#discussion"

    @property
    def comments_url(self) -> str:
        return reverse(self.names[1], args=self.args)

    @property
    def subject(self) -> str:
        """Of the events that tell of it."""
        return f"{self.thing._meta.model_name}:{self.thing.public_id}"

    def comment_url(self, comment_id: int) -> str:
        return reverse(self.names[2], args=[*self.args, comment_id])


def discussion(request: HttpRequest, project: Project, room: Room) -> dict[str, Any]:
    """The context of `projects/parts/discussion.html`, which the page of the thing includes."""
    user = user_of(request)
    newest = queries.comments_on(room.talk.model, room.thing, user).order_by("-pk")[:MOST_COMMENTS]
    return {
        "project": project,
        "room": room,
        "said": [(one, room.comment_url(one.pk), one.created_by_id == user.pk) for one in reversed(newest)],
        "people": queries.people(project),
        "may_choose_who_reads": room.has_visibility and queries.is_of_the_team(user, project.pk),
        "why_not_comment": room.talk.why_not(user, room.talk.begun(room.thing, by=user)),
    }


def talk(request: HttpRequest, project: Project, room: Room, comment_id: int | None) -> HttpResponse:
    """Says something, changes one's own comment, or deletes it (`act=delete`). Answers what was said, as it is now;
    without htmx, the page."""
    if request.method == "POST":
        _write(request, room, comment_id)
    if not getattr(request, "htmx", False):
        return redirect(room.page_url)
    return render(request, "projects/parts/comments.html", discussion(request, project, room))


def _write(request: HttpRequest, room: Room, comment_id: int | None) -> None:
    by, text = user_of(request), request.POST.get("text", "")
    if comment_id is None:
        own = {"visibility": request.POST.get("visibility", Visibility.EVERYONE)} if room.has_visibility else {}
        operations.add_comment(talk=room.talk, on=room.thing, text=text, by=by, now=now(), **own)
        return
    found = queries.comment_on(room.talk.model, room.thing, by, comment_id)
    if request.POST.get("act") == "delete":
        operations.delete_comment(talk=room.talk, comment=found, by=by)
    else:
        operations.change_comment(talk=room.talk, comment=found, text=text, by=by, now=now())


# --- items -----------------------------------------------------------------------------------------------------------


def item_room(project: Project, number: int) -> Room:
    """Raises NotFound."""
    names = ("projects:item", "projects:item-comments", "projects:item-comment")
    item = queries.item(project, number)
    return Room(ITEM_TALK, item, names, [project.key, number], attachments_url(item))


@project_page
@require_http_methods(["GET", "POST"])
def item_comments(request: HttpRequest, project: Project, number: int, comment_id: int | None = None) -> HttpResponse:
    return talk(request, project, item_room(project, number), comment_id)


@project_page
@require_POST
def preview(request: HttpRequest, project: Project) -> HttpResponse:
    """How `text` will look, on the page of `?item=` if it is for one."""
    number = whole_of(request.GET.get("item", ""))
    files_url = "" if number is None else attachments_url(queries.item(project, number))
    return HttpResponse(prose(request.POST.get("text", ""), files_url))
