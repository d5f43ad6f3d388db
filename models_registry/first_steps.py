"""The first steps of a project that happen here."""

from models_registry.models import Review
from projects.first_steps import Step, register

register(
    Step(
        5,
        "review",
        "Ask for the first review",
        "Propose a run's model; a second person decides whether it may serve.",
        "To the models",
        "models/",
        lambda project: Review.objects.filter(project=project),
    )
)
