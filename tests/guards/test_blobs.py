"""A file is removed when nothing names it: every field that could name one is looked at, or is known to name none."""

from django.apps import apps
from django.db import models

from core import storage
from core.models import Blob

# Fields of digests that name no blob, each with its reason. An entry that no longer exists fails.
_SECRET = "of a secret that somebody keeps"
_TEXT = "of a text that stands in the database"
_FILES = "over all files of a version, which are artifacts"
NO_BLOBS: dict[str, str] = {
    "core.IdempotencyKey.request_digest": "of what was asked",
    "core.SetupLink.digest": _SECRET,
    "core.Token.digest": _SECRET,
    "experiments.RunInput.digest": "what a client or a training says of its data; the data have keys of their own",
    "experiments.UploadPart.digest": "of a part, which lies beside the blobs until it is joined",
    "inbox.Preferences.digest": "how often mail is sent",
    "models_registry.Approval.digest": _FILES,
    "models_registry.ModelVersion.digest": _FILES,
    "models_registry.Review.digest": _FILES,
    "projects.DossierRevision.digest": _TEXT,
    "projects.GateApproval.digest": _TEXT,
    "projects.GateEvaluation.digest": _TEXT,
    "projects.PolicyVersion.digest": _TEXT,
    "projects.ReviewLink.digest": _SECRET,
    "projects.Spike.digest": _TEXT,
    "projects.SprintReview.digest": _TEXT,
}


def fields_of_digests():
    """App, model and field of everything that is called a digest, but for the foreign keys to blobs."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            is_digest = "digest" in field.name and isinstance(field, (models.CharField, models.TextField))
            if is_digest and model is not Blob:
                yield f"{model._meta.label}.{field.name}", (model, field.name)


def test_every_field_of_digests_is_registered_or_known_to_name_no_blob():
    registered = storage.naming_fields()

    silent = {label for label, field in fields_of_digests() if field not in registered}

    assert silent == set(NO_BLOBS)


def test_what_is_registered_are_fields_there_are():
    for model, name in storage.naming_fields():
        assert model._meta.get_field(name)


def test_foreign_keys_to_blobs_name_them_by_themselves():
    found = {f"{model._meta.label}.{name}" for model, name in storage.naming_fields()}

    assert {"experiments.Artifact.blob_id", "projects.Attachment.blob_id", "porting.Export.archive_id"} <= found
    assert "models_registry.Comparison.holdout_digest" in found
