"""Every project has each document: it is found by its title."""

from django.urls import reverse

from core import search
from core.search import Hit, Source
from documents import assembly
from projects.models import Project


def _url(hit: Hit) -> str:
    return reverse("documents:document", args=[hit.project, hit.kind.removeprefix("document:")])


search.register(
    *(
        Source(
            kind=f"document:{one.key}",
            group="Documents",
            icon="file-text",
            rows=lambda seen: Project.objects.filter(seen.projects("pk")),
            constant=one.title,
            ref="key",
            within="pk",
            url=_url,
        )
        for one in assembly.mappings().values()
    )
)
