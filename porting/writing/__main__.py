"""`python -m porting.writing`: `mlflow.db` in the current folder, with the tables of the installed mlflow, empty."""

from pathlib import Path
from typing import Any

from core import child


@child.main
def make(spec: dict[str, Any]) -> dict[str, Any]:
    # mlflow takes seconds to import: the first sign of life comes before it.
    child.progress(0.0, "making the database")
    from mlflow.store.db.utils import _initialize_tables, create_sqlalchemy_engine  # noqa: PLC0415
    from mlflow.store.model_registry.dbmodels import models as registry  # noqa: F401, PLC0415 (its tables)
    from mlflow.store.tracking.dbmodels import models as tracking  # noqa: F401, PLC0415 (its tables)

    engine = create_sqlalchemy_engine(f"sqlite:///{Path(spec['name']).resolve()}")
    _initialize_tables(engine)
    engine.dispose()
    return {}


if __name__ == "__main__":
    make()
