"""The short way of what a client asks each time it loads a model: the version that an alias names."""

from functools import lru_cache
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import BooleanField, OuterRef, Subquery
from django.db.models.expressions import RawSQL

from core import pool
from core.roles import Scope
from experiments.mlflow import wire
from experiments.mlflow.lean import Answer, LeanCall, LeanRoute
from models_registry.mlflow import shapes
from models_registry.models import ModelAlias, ModelVersion

_COLUMNS = (
    *("model__name", "number", "created_at", "updated_at", "created_by__username", "stage", "description", "source"),
    *("source_root", "source_path", "run__run_id", "tags", "names", "logged_model__model_id"),
)


async def get_by_alias(call: LeanCall) -> Answer:
    name, alias = wire.required(call.data, "name"), wire.required(call.data, "alias")
    statement, parameters = _selection()
    places = {"project": call.project.pk, "model": name, "alias": alias}
    given = [places[one] if isinstance(one, _Place) else one for one in parameters]
    found = await pool.rows(statement, given)
    return {"model_version": shapes.version_of(*found[0])} if found else None


class _Place(str):
    """Stands in a selection for a value of the call."""


@lru_cache(maxsize=1)
def _selection() -> tuple[str, tuple[Any, ...]]:
    """One statement by the same queryset as everywhere, written once."""
    names = ModelAlias.objects.filter(model_version=OuterRef("pk")).values("model_version").order_by()
    named = RawSQL(
        "models_registry_modelversion.id = (SELECT alias.model_version_id FROM models_registry_modelalias AS alias"
        " JOIN models_registry_registeredmodel AS model ON model.id = alias.model_id"
        " WHERE model.project_id = %s AND model.name = %s AND alias.name = %s)",
        [_Place("project"), _Place("model"), _Place("alias")],
        output_field=BooleanField(),
    )
    found = shapes.with_stage(ModelVersion.objects.filter(named))
    found = found.annotate(names=Subquery(names.annotate(names=ArrayAgg("name")).values("names")))
    statement, parameters = found.values_list(*_COLUMNS).query.sql_with_params()
    return statement, parameters


ROUTES = [LeanRoute("GET", "registered-models/alias", get_by_alias, scope=Scope.READ)]
