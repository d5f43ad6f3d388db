"""Filters of the registry as SQL; the grammar is MLflow's own, through `experiments.mlflow.filters`."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q, QuerySet

from core.errors import Invalid
from experiments.mlflow.filters import Columns, compare, milliseconds, ordered, ordering, parsed, parser_of, text_clause
from models_registry.models import ModelVersion, RegisteredModel

PROMPT_TAG = "mlflow.prompt.is_prompt"


def models(found: QuerySet[RegisteredModel], filter_string: str, order_by: Sequence[str]) -> QuerySet[RegisteredModel]:
    """`registered-models/search`. Raises Invalid."""
    columns: Columns = {
        "name": F("name"),
        "creation_timestamp": milliseconds("created_at"),
        "last_updated_timestamp": milliseconds("updated_at"),
    }
    found, order = _applied(found, "SearchModelUtils", "search_registered_models", columns, filter_string, order_by)
    return found.order_by(*order, "name", "pk")


def versions(found: QuerySet[ModelVersion], filter_string: str, order_by: Sequence[str]) -> QuerySet[ModelVersion]:
    """`model-versions/search`. Raises Invalid."""
    columns: Columns = {
        "name": F("model__name"),
        "version_number": F("number"),
        "run_id": F("run__run_id"),
        "source_path": F("source"),
        "creation_timestamp": milliseconds("created_at"),
        "last_updated_timestamp": milliseconds("updated_at"),
    }
    found, order = _applied(found, "SearchModelVersionUtils", "search_model_versions", columns, filter_string, order_by)
    order = order or [F("updated_at").desc()]
    return found.order_by(*order, "model__name", "-number", "pk")


def _applied(
    found: QuerySet[Any], parser: str, what: str, columns: Columns, filter_string: str, order_by: Sequence[str]
) -> tuple[QuerySet[Any], list[Any]]:
    grammar = parser_of(parser) if filter_string or order_by else None
    for clause in parsed(grammar, filter_string):
        found = found.filter(_clause(clause, columns))
    return found, [_order(columns, *term) for term in ordering(grammar, what, order_by)]


def _clause(clause: dict[str, Any], columns: Columns) -> Any:
    if clause["type"] == "tag" and clause["key"] == PROMPT_TAG:
        return _is_prompt(clause)
    if clause["type"] == "tag":
        return text_clause("tags", clause)
    if clause["key"] not in columns:
        raise Invalid(f"Invalid attribute key '{clause['key']}' specified.", field="filter")
    return compare(columns[clause["key"]], clause["comparator"], clause["value"])


def _is_prompt(clause: dict[str, Any]) -> Q:
    """Models are what is no prompt: clients add that to every search, and there are no prompts here."""
    wants_models = (clause["comparator"], clause["value"]) in (("!=", "true"), ("=", "false"))
    return Q(pk__isnull=not wants_models)


def _order(columns: Columns, kind: str, key: str, up: bool) -> Any:
    if kind != "attribute" or key not in columns:
        raise Invalid(f"Invalid order_by entity: {kind}", field="order_by")
    return ordered(columns[key], up)
