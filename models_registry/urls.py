"""Pages, and the address at which MLflow's scoring clients predict."""

from django.urls import path

from models_registry.api.predict import InvocationsView
from models_registry.views import deployments, models, reviews

app_name = "models_registry"

_VERSION = "p/<str:key>/models/<str:name>/<int:number>/"
_REVIEW = "p/<str:key>/reviews/<int:number>/"
_DEPLOYMENT = "p/<str:key>/deployments/<str:name>/"

urlpatterns = [
    path("p/<str:key>/models/", models.models, name="models"),
    path("p/<str:key>/models/new", models.propose, name="propose"),
    path("p/<str:key>/runs/<str:run_id>/versions", models.versions_of_run, name="run-versions"),
    path(_VERSION, models.version, name="version"),
    path(f"{_VERSION}review/", models.request_review, name="review-request"),
    path(f"{_VERSION}evaluation/", models.choose_evaluation, name="evaluation-choose"),
    path(f"{_VERSION}deploy/", models.deploy, name="version-deploy"),
    path(f"{_VERSION}comments/", models.comments, name="version-comments"),
    path(f"{_VERSION}comments/<int:comment_id>/", models.comments, name="version-comment"),
    path(f"{_VERSION}archive/", models.archive, name="version-archive"),
    path(f"{_VERSION}aliases/", models.set_alias, name="alias-set"),
    path(f"{_VERSION}aliases/<str:alias>/delete/", models.delete_alias, name="alias-delete"),
    path("p/<str:key>/reviews/", reviews.reviews, name="reviews"),
    path(_REVIEW, reviews.review, name="review"),
    path(f"{_REVIEW}approve/", reviews.approve, name="review-approve"),
    path(f"{_REVIEW}request-changes/", reviews.request_changes, name="review-request-changes"),
    path(f"{_REVIEW}decisions/<int:decision>/", reviews.since, name="review-since"),
    path(f"{_REVIEW}decisions/<int:decision>/withdraw/", reviews.decision_withdraw, name="review-decision-withdraw"),
    path(f"{_REVIEW}withdraw/", reviews.withdraw, name="review-withdraw"),
    path("p/<str:key>/deployments/", deployments.deployments, name="deployments"),
    path(_DEPLOYMENT, deployments.deployment, name="deployment"),
    path(f"{_DEPLOYMENT}try/", deployments.try_it, name="deployment-try"),
    path(f"{_DEPLOYMENT}pause/", deployments.pause, name="deployment-pause"),
    path(f"{_DEPLOYMENT}resume/", deployments.resume, name="deployment-resume"),
    path(f"{_DEPLOYMENT}rollback/", deployments.roll_back, name="deployment-rollback"),
    path(f"{_DEPLOYMENT}retire/", deployments.retire, name="deployment-retire"),
    path("p/<str:key>/deployments/<str:name>/invocations", InvocationsView.as_view(), name="invocations"),
]
