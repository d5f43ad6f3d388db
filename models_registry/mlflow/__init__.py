"""The registry's half of the MLflow protocol: `registered-models/*` and `model-versions/*`.

The same door, the same shapes and the same operations as everything else: promotion by an alias or a stage meets the
review that a person meets.
"""
