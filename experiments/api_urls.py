"""The REST API."""

from django.urls import path

from experiments.api import datasets, jobs, notes, reproductions, runs, trainings

app_name = "experiments-api"

PROJECT = "projects/<str:key>"
VERSION = f"{PROJECT}/datasets/<str:name>/versions/<int:number>"
RUN = f"{PROJECT}/runs/<str:run_id>"

urlpatterns = [
    path(f"{PROJECT}/datasets", datasets.DatasetsView.as_view(), name="datasets"),
    path(f"{PROJECT}/datasets/<str:name>/versions", datasets.VersionsView.as_view(), name="versions"),
    path(VERSION, datasets.VersionView.as_view(), name="version"),
    path(f"{VERSION}/file", datasets.VersionFileView.as_view(), name="version-file"),
    path(f"{PROJECT}/training-jobs", trainings.TrainingsView.as_view(), name="training-jobs"),
    path(f"{PROJECT}/runs", runs.RunsView.as_view(), name="runs"),
    path(RUN, runs.RunView.as_view(), name="run"),
    path(f"{RUN}/metrics/<path:metric>", runs.MetricView.as_view(), name="run-metric"),
    path(f"{RUN}/artifacts", runs.ArtifactsView.as_view(), name="run-artifacts"),
    path(f"{RUN}/artifacts/<path:path>", runs.ArtifactView.as_view(), name="run-artifact"),
    path(f"{RUN}/comments", notes.CommentsView.as_view(), name="comments"),
    path(f"{RUN}/comments/<int:comment_id>", notes.CommentView.as_view(), name="comment"),
    path(f"{RUN}/reproductions", reproductions.ReproductionsView.as_view(), name="reproductions"),
    path(f"{RUN}/reproductions/<int:reproduction_id>", reproductions.ReproductionView.as_view(), name="reproduction"),
    path(f"{RUN}/project", reproductions.ProjectZipView.as_view(), name="run-project"),
    path(f"{PROJECT}/jobs", jobs.JobsView.as_view(), name="jobs"),
    path(f"{PROJECT}/jobs/<int:job_id>", jobs.JobView.as_view(), name="job"),
    path(f"{PROJECT}/jobs/<int:job_id>/cancel", jobs.JobCancelView.as_view(), name="job-cancel"),
    path(f"{PROJECT}/jobs/<int:job_id>/log", jobs.JobLogView.as_view(), name="job-log"),
]
