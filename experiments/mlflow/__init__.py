"""The MLflow protocol as one more interface: parse, one call to an operation or a query, JSON in MLflow's shape.

`door` authenticates and finds the project, `wire` reads arguments, `shapes` writes answers; each module's `ROUTES` is
the table of what it serves. `models_registry.mlflow` adds the registry's half through the same door.
"""
