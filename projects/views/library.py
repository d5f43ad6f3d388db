"""The library of finished projects: open to whoever is signed in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core.pages import page
from projects import queries, scoping
from projects.documents import finished_json, priors_json
from projects.tables import SHOWN_FINISHED

HISTORY = 20


@page
@require_GET
def library(request: HttpRequest) -> HttpResponse:
    """What they took and brought, found by words; and what estimates have learnt from them."""
    search = request.GET.get("q", "")[:200]
    found = list(queries.finished_projects(search)[: SHOWN_FINISHED + 1])
    versions = list(queries.priors_versions()[:HISTORY])
    context = {
        "q": search,
        "finished": [finished_json(one) for one in found[:SHOWN_FINISHED]],
        "has_more": len(found) > SHOWN_FINISHED,
        "default": scoping.DEFAULT.learnt()["multipliers"].items(),
        "default_decay": scoping.DEFAULT.decay,
        "priors": [{"version": one, "learnt": sorted(one.multipliers.items(), key=_level)} for one in versions],
        "based_on": scoping.Priors.after(priors_json(versions[0]) if versions else None),
    }
    return render(request, "projects/library.html", context)


@page
@require_GET
def entry(request: HttpRequest, key: str) -> HttpResponse:
    """One finished project, as far as everybody may know it."""
    found = queries.finished_project(key)
    is_member = queries.visible_projects(request.user).filter(pk=found.pk).exists()  # type: ignore[arg-type]
    ratings = (
        [(one.label, scoping.RATINGS[found.ratings[one.key]]) for one in scoping.DIMENSIONS] if found.ratings else []
    )
    context = {"one": finished_json(found), "times": found.times, "ratings": ratings, "is_member": is_member}
    return render(request, "projects/library_entry.html", context)


def _level(entry: tuple[str, float]) -> int:
    return int(entry[0])
