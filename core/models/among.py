"""`pk__among=numbers`, `project_id__among=numbers`: as `__in`, for hundreds of numbers."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignObject, Lookup
from django.db.models.sql.compiler import SQLCompiler


@Field.register_lookup
@ForeignObject.register_lookup
class Among(Lookup):
    """All of them are one parameter. `__in` prepares, compiles and quotes each by itself: five hundred cost 4 ms a
    query, and a list that is gathered asks ten."""

    lookup_name = "among"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        return "%s", (list(value),)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        column, column_params = self.process_lhs(compiler, connection)
        numbers, params = self.process_rhs(compiler, connection)
        return f"{column} = ANY({numbers})", (*column_params, *params)
