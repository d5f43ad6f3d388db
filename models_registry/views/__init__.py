"""The pages of models, reviews and deployments."""
