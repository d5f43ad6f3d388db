"""The REST API of data, runs, trainings and jobs: one module a subject."""
