"""Pages."""

from django.urls import path

from experiments.views import (
    compare,
    connect,
    data,
    files,
    jobs,
    notes,
    reproducing,
    runs,
    series,
    table,
    traces,
    training,
)

app_name = "experiments"

PROJECT = "p/<str:key>"
VERSION = f"{PROJECT}/data/<str:name>/<int:number>"
RUN = f"{PROJECT}/runs/<str:run_id>"

urlpatterns = [
    path(f"{PROJECT}/data/", data.data, name="data"),
    path(f"{VERSION}/", data.version, name="version"),
    path(f"{VERSION}/file", data.file, name="version-file"),
    path(f"{PROJECT}/experiments/", table.experiments, name="experiments"),
    path(f"{PROJECT}/experiments/filter", table.assist, name="filter-assist"),
    path(f"{PROJECT}/experiments/act", table.act, name="runs-act"),
    path(f"{PROJECT}/experiments/connect", connect.connect, name="connect"),
    path(f"{RUN}/", runs.run, name="run"),
    path(f"{PROJECT}/series", series.series, name="series"),
    path(f"{PROJECT}/compare/", compare.compare, name="compare"),
    path(f"{RUN}/artifacts/<path:path>", files.artifact, name="run-artifact"),
    path(f"{RUN}/preview/<path:path>", files.preview, name="run-preview"),
    path(f"{RUN}/picture/<path:path>", files.picture, name="run-picture"),
    path(f"{RUN}/page/<path:path>", files.page, name="run-page"),
    path(f"{RUN}/traces/<str:trace_id>/", traces.trace, name="trace"),
    path(f"{RUN}/tags", notes.tag, name="run-tag"),
    path(f"{RUN}/description", notes.describe, name="run-describe"),
    path(f"{RUN}/hypothesis", notes.link, name="run-link"),
    path(f"{RUN}/comments", notes.comments, name="run-comments"),
    path(f"{RUN}/comments/<int:comment_id>", notes.comments, name="run-comment"),
    path(f"{PROJECT}/board/items/<int:number>/runs", notes.runs_of_item, name="item-runs"),
    path(f"{RUN}/reproduce", reproducing.reproduce, name="run-reproduce"),
    path(f"{RUN}/project.zip", reproducing.project_zip, name="run-project"),
    path(f"{PROJECT}/train/", training.train, name="train"),
    path(f"{PROJECT}/jobs/<int:job_id>/", jobs.job, name="job"),
    path(f"{PROJECT}/jobs/<int:job_id>/cancel", jobs.cancel, name="job-cancel"),
]
