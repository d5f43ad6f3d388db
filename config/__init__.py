"""The wiring of the whole house: knows everything, known by nobody."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
