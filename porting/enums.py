"""Where an import comes from, and what is imported."""

from django.db.models import TextChoices


class SourceKind(TextChoices):
    SERVER = "server", "Tracking server"
    ARCHIVE = "archive", "Archive"
    MACHINE = "machine", "This machine"


class ItemKind(TextChoices):
    """What has an id of its own in a source."""

    EXPERIMENT = "experiment", "Experiment"
    RUN = "run", "Run"
    MODEL = "model", "Logged model"
    VERSION = "version", "Model version"
