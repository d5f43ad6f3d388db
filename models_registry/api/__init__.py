"""The REST API of models, reviews, deployments and predictions."""
