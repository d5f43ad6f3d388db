"""Writes about data, experiments and runs: one transaction, one verb, one event."""

from experiments.operations.artifacts import clean_path, delete_artifact, put_artifact, put_blob
from experiments.operations.batches import MetricEntry, log_batch
from experiments.operations.cancelling import cancel_job
from experiments.operations.datasets import create_dataset_version, store_profile
from experiments.operations.experiments import (
    create_experiment,
    delete_experiment,
    delete_experiment_tag,
    ensure_experiment,
    rename_experiment,
    restore_experiment,
    set_experiment_tags,
)
from experiments.operations.logged_models import (
    create_logged_model,
    delete_logged_model,
    delete_logged_model_tag,
    finalize_logged_model,
    log_model_params,
    set_logged_model_tags,
)
from experiments.operations.multipart import (
    EXPIRE_UPLOAD,
    abort_upload,
    begin_upload,
    complete_upload,
    expire_upload,
    put_part,
)
from experiments.operations.runs import (
    InputEntry,
    create_run,
    delete_run,
    delete_run_tag,
    end_run,
    log_inputs,
    restore_run,
    update_run,
)
from experiments.operations.trainings import (
    FAILURE_TAG,
    Outcome,
    begin_training,
    fail_training,
    finish_training,
    measure_training,
    start_training,
)

__all__ = [
    "EXPIRE_UPLOAD",
    "FAILURE_TAG",
    "InputEntry",
    "MetricEntry",
    "Outcome",
    "abort_upload",
    "begin_training",
    "begin_upload",
    "cancel_job",
    "clean_path",
    "complete_upload",
    "create_dataset_version",
    "create_experiment",
    "create_logged_model",
    "create_run",
    "delete_artifact",
    "delete_experiment",
    "delete_experiment_tag",
    "delete_logged_model",
    "delete_logged_model_tag",
    "delete_run",
    "delete_run_tag",
    "end_run",
    "ensure_experiment",
    "expire_upload",
    "fail_training",
    "finalize_logged_model",
    "finish_training",
    "log_batch",
    "log_inputs",
    "log_model_params",
    "measure_training",
    "put_artifact",
    "put_blob",
    "put_part",
    "rename_experiment",
    "restore_experiment",
    "restore_run",
    "set_experiment_tags",
    "set_logged_model_tags",
    "start_training",
    "store_profile",
    "update_run",
]
