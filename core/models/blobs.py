"""Bytes known by their digest."""

from django.db import models
from django.db.models.functions import Now


class Blob(models.Model):
    """A file in the store, whole: the row is written after the bytes are durable. `kept_at` is when somebody last kept
    these bytes: for a while they stay, though nothing names them."""

    digest = models.CharField(primary_key=True, max_length=64, help_text="SHA-256 of the bytes, hexadecimal.")
    size = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    kept_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["kept_at"], name="core_blob_kept")]

    def __str__(self) -> str:
        return self.digest[:12]
