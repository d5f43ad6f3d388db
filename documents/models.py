"""What persons write into documents, where nothing can be collected."""

from django.conf import settings
from django.db import models

from projects.models import Project


class Passage(models.Model):
    """One writing of a paragraph: the newest counts, and none is ever changed. `about` names the version of a model
    that the document is about, or nothing. An empty text takes back what was written."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="passages")
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=300, blank=True, help_text="model/3; empty for a document about the project.")
    paragraph = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "about", "paragraph", "number"], name="documents_passage_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} {self.paragraph}"

    @property
    def version(self) -> int:
        return self.number

    @property
    def public_id(self) -> str:
        return f"{self.kind}/{self.paragraph}"
