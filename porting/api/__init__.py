"""REST: bringing an MLflow in, and taking a project out."""
