"""The words of what can be found."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class TitleWord(models.Model):
    """One that stands in some title, in capitals."""

    word = models.CharField(max_length=40, primary_key=True)

    class Meta:
        indexes = [GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="core_titleword_letters")]

    def __str__(self) -> str:
        return self.word
