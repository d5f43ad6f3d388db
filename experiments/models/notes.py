"""What people say of runs: comments, and which piece of work a run is for."""

from django.conf import settings
from django.db import models

from experiments.models.runs import Run
from projects.models import Comment, WorkItem


class RunComment(Comment):
    about = "run"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="comments")


class RunItem(models.Model):
    """The hypothesis that a run tests: one work item of its project, usually an experiment."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="tested")
    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.run} for {self.item}"
