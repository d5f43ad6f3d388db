"""Every component of the design system on one page, for whoever builds pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core import catalogue
from core.errors import NotFound
from core.pages import page, user_of


@page
def show(request: HttpRequest) -> HttpResponse:
    """For administrators: to others the page does not exist."""
    if not user_of(request).is_staff:
        raise NotFound("There is no such page, or you may not see it.")
    return render(request, "ui/catalogue.html", catalogue.context())
