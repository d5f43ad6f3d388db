"""Experiments' tables."""

from experiments.models.artifacts import Artifact
from experiments.models.datasets import Dataset, DatasetVersion
from experiments.models.notes import RunComment, RunItem
from experiments.models.reproductions import Reproduction
from experiments.models.runs import Experiment, LatestMetric, LoggedModel, MetricName, MetricPoint, Run, RunInput
from experiments.models.traces import Trace, TraceSpan
from experiments.models.training import Training
from experiments.models.uploads import Upload, UploadPart

__all__ = [
    "Artifact",
    "Dataset",
    "DatasetVersion",
    "Experiment",
    "LatestMetric",
    "LoggedModel",
    "MetricName",
    "MetricPoint",
    "Reproduction",
    "Run",
    "RunComment",
    "RunInput",
    "RunItem",
    "Trace",
    "TraceSpan",
    "Training",
    "Upload",
    "UploadPart",
]
