"""A filter as a query. Each comparison becomes SQL where MLflow's own filters do (`experiments.mlflow.filters`)."""

from django.db.models import Q, QuerySet

from core.errors import Invalid
from experiments.filtering.grammar import (
    And,
    Comparison,
    Not,
    Or,
    Tree,
    Unreadable,
    parse,
    plain_number,
    quoted_name,
    quoted_text,
)
from experiments.mlflow import filters
from experiments.models import Run


def filtered(found: QuerySet[Run], text: str) -> QuerySet[Run]:
    """The runs that the filter lets through. Raises Invalid with the place of what is wrong."""
    tree = _plain(read(text))
    if tree is None:
        return found
    if isinstance(tree, Comparison) or (isinstance(tree, And) and _is_flat(tree)):
        return filters.runs(found, _mlflow_text(tree), [])
    return found.filter(_condition(tree, found))


def read(text: str) -> Tree | None:
    """Raises Invalid."""
    try:
        return parse(text)
    except Unreadable as exc:
        raise Invalid(exc.message, field="filter", code="bad_filter") from None


def _plain(tree: Tree | None) -> Tree | None:
    """IN and NOT IN, which MLflow knows for run_id alone, as comparisons that it knows."""
    if isinstance(tree, And | Or):
        return type(tree)(tuple(part for one in tree.parts if (part := _plain(one))))
    if isinstance(tree, Not):
        inner = _plain(tree.part)
        return Not(inner) if inner else None
    if not isinstance(tree, Comparison) or tree.operator not in ("IN", "NOT IN") or tree.key == "run_id":
        return tree
    single = "=" if tree.operator == "IN" else "!="
    parts = tuple(Comparison(tree.kind, tree.key, single, (value,)) for value in tree.values)
    return Or(parts) if tree.operator == "IN" else And(parts)


def _is_flat(tree: And) -> bool:
    return all(isinstance(part, Comparison) for part in tree.parts)


def _condition(tree: Tree, within: QuerySet[Run]) -> Q:
    """NOT is of sets: a run without the param is not among those with `params.a = '1'`."""
    if isinstance(tree, Comparison):
        fitting = filters.runs(within.order_by(), _mlflow_text(tree), [])
        return Q(pk__in=fitting.order_by().values("pk"))
    if isinstance(tree, Not):
        return ~_condition(tree.part, within)
    joined = Q()
    for part in tree.parts:
        one = _condition(part, within)
        joined = joined & one if isinstance(tree, And) else joined | one
    return joined


def _mlflow_text(tree: Comparison | And) -> str:
    if isinstance(tree, And):
        return " AND ".join(_mlflow_text(part) for part in tree.parts if isinstance(part, Comparison))
    name = tree.key if tree.kind == "attribute" else f"{_prefix(tree)}.`{tree.key}`"
    values = [_value(tree, value) for value in tree.values]
    if tree.operator in ("IN", "NOT IN"):
        return f"{name} {tree.operator} ({', '.join(values)})"
    return " ".join([name, tree.operator, *values])


def _prefix(tree: Comparison) -> str:
    return quoted_name(tree.kind, "x").partition(".")[0]


def _value(tree: Comparison, value: str | float) -> str:
    if isinstance(value, str):
        return quoted_text(value)
    return plain_number(int(value) if tree.kind == "attribute" else value)
