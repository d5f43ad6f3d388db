"""What names a blob: those that anything names are never removed."""

from collections.abc import Callable, Collection, Iterable

from django.apps import apps
from django.db import models

from core.models import Blob

Teller = Callable[[Collection[str]], Iterable[str]]
"""Of these digests, those that are named."""


_fields: set[tuple[type[models.Model], str]] = set()


_tellers: list[Teller] = []


def names_blobs(model: type[models.Model], field: str) -> None:
    """Register a field that holds digests of blobs. A foreign key to them needs no registration."""
    _fields.add((model, field))


def tells_names(teller: Teller) -> Teller:
    """Register who knows of digests that stand in no field of their own."""
    _tellers.append(teller)
    return teller


def naming_fields() -> set[tuple[type[models.Model], str]]:
    """Every field that names blobs: the foreign keys, and what was registered."""
    keys = {
        (model, field.attname)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model is Blob
    }
    return keys | _fields


def named(digests: Collection[str]) -> set[str]:
    """Of these digests, those that anything names."""
    found: set[str] = set()
    for model, field in naming_fields():
        rows = model._base_manager.filter(**{f"{field}__in": digests})
        found.update(rows.values_list(field, flat=True))
    for teller in _tellers:
        found.update(teller(digests))
    return found & set(digests)
