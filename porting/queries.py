"""Reads of imports. A project is visible already: `projects.queries` saw to it."""

from django.conf import settings
from django.db.models import Count, QuerySet

from core.errors import Gone, NotFound
from porting.models import Export, Import
from projects.models import Project


def visible_imports(project: Project) -> QuerySet[Import]:
    """With their job and how many notes each has (`note_count`)."""
    found = Import.objects.filter(project=project).select_related("job", "created_by")
    return found.annotate(note_count=Count("notes"))


def import_by_id(*, project: Project, import_id: int) -> Import:
    """Raises NotFound."""
    found = visible_imports(project).filter(pk=import_id).first() if import_id < 2**63 else None
    if found is None:
        raise NotFound(f"There is no import {import_id}.")
    return found


def visible_exports(project: Project) -> QuerySet[Export]:
    return Export.objects.filter(project=project).select_related("job", "archive", "created_by")


def export_by_id(*, project: Project, export_id: int) -> Export:
    """Raises NotFound."""
    found = visible_exports(project).filter(pk=export_id).first() if export_id < 2**63 else None
    if found is None:
        raise NotFound(f"There is no export {export_id}.")
    return found


def exported_file(*, project: Project, export_id: int) -> Export:
    """An export whose archive is there. Raises NotFound, Gone."""
    found = export_by_id(project=project, export_id=export_id)
    if found.is_expired:
        raise Gone(f"Exports are kept for {settings.EXPORT_KEEP_DAYS} days, and this one is older: make a new one.")
    if found.archive is None:
        raise NotFound(f"The export {export_id} has no archive yet.")
    return found
