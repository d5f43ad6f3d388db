"""Reproducing a run: comparing two records, saying how one was launched, and packing it as an MLflow Project. Pure."""

from experiments.reproduction.comparing import Point, Row, compare
from experiments.reproduction.launching import Launch, launch_of
from experiments.reproduction.packing import ClientRun, TrainedRun, client_project, trained_project

__all__ = [
    "ClientRun",
    "Launch",
    "Point",
    "Row",
    "TrainedRun",
    "client_project",
    "compare",
    "launch_of",
    "trained_project",
]
