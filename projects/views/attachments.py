"""The files of an item: listed on its page, sent, taken away."""

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core import files
from core.errors import Invalid
from core.pages import now, user_of
from projects import operations, queries, rules
from projects.enums import Visibility
from projects.models import Attachment, Project, WorkItem
from projects.pages import project_page


def attachments_url(item: WorkItem) -> str:
    """Below it `attachment:12` lies."""
    return reverse("projects:item-attachments", args=[item.project.key, item.number])


def place(item: WorkItem) -> dict[str, Any]:
    """What a template needs where files can be attached, and are shown."""
    return {"attachments_url": attachments_url(item), "max_bytes": settings.ATTACHMENT_MAX_BYTES}


def section(request: HttpRequest, project: Project, item: WorkItem) -> dict[str, Any]:
    """The context of `projects/parts/attachments.html`, which the page of the item includes."""
    user = user_of(request)
    begun = Attachment(project=project, item=item, created_by=user)
    may_plan = rules.why_not_detach(user, Attachment(project=project, item=item)) is None
    found = queries.attachments_of(item, user)
    return place(item) | {
        "project": project,
        "item": item,
        "attachments": [(one, may_plan or one.created_by_id == user.pk) for one in found],
        "why_not_attach": rules.why_not_attach(user, begun),
    }


@project_page
@require_http_methods(["GET", "POST"])
def attachments(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """The list; takes `file` and `visibility`, and answers to the page's script what a text names it by."""
    item = queries.item(project, number)
    if request.method == "POST":
        made = _attach(request, item)
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"name": made.name, "reference": reference_to(made)}, status=201)
    if not getattr(request, "htmx", False):
        return redirect(reverse("projects:item", args=[project.key, number]) + "#attachments")
    return render(request, "projects/parts/attachments.html", section(request, project, item))


def _attach(request: HttpRequest, item: WorkItem) -> Attachment:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("Choose a file.", field="file", code="required")
    visibility = request.POST.get("visibility", Visibility.EVERYONE)
    return operations.attach_file(item=item, file=file, visibility=visibility, by=user_of(request), now=now())


def reference_to(attachment: Attachment) -> str:
    """As a text names it, in Markdown: a picture shows itself."""
    name = re.sub(r"[][\\`]", "", attachment.name)
    return f"{'!' if attachment.media_type else ''}[{name}](attachment:{attachment.pk})"


@project_page
@require_http_methods(["GET", "POST"])
def attachment(request: HttpRequest, project: Project, number: int, attachment_id: int) -> HttpResponseBase:
    """The file: a picture to be looked at, anything else as a download. Takes it away by `act=delete`."""
    item = queries.item(project, number)
    found = queries.attachment_of(item, user_of(request), attachment_id)
    if request.method == "GET":
        return _sent(request, found)
    if request.POST.get("act") != "delete":
        raise Invalid("A file can be taken away by act=delete.", field="act")
    operations.remove_attachment(attachment=found, by=user_of(request))
    if not getattr(request, "htmx", False):
        return redirect(reverse("projects:item", args=[project.key, number]) + "#attachments")
    return render(request, "projects/parts/attachments.html", section(request, project, item))


def _sent(request: HttpRequest, found: Attachment) -> HttpResponseBase:
    digest, size = found.blob_id, found.blob.size
    if found.media_type and "download" not in request.GET:
        return files.sandboxed(request, digest=digest, size=size, media_type=found.media_type)
    return files.attachment(request, digest=digest, size=size, filename=found.name)
