"""Bytes known by their digest."""

from django.db import models


class Blob(models.Model):
    """A file in the store, whole: the row is written after the bytes are durable."""

    digest = models.CharField(primary_key=True, max_length=64, help_text="SHA-256 of the bytes, hexadecimal.")
    size = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.digest[:12]
