"""The REST API."""

from django.urls import path

from models_registry.api import comments, deployments, models, predict, reviews

app_name = "models_registry-api"

_VERSION = "projects/<str:key>/models/<str:name>/versions/<int:number>"
_REVIEW = "projects/<str:key>/reviews/<int:number>"
_DEPLOYMENT = "projects/<str:key>/deployments/<str:name>"

urlpatterns = [
    path("projects/<str:key>/models", models.ModelsView.as_view(), name="models"),
    path("projects/<str:key>/models/<str:name>", models.ModelView.as_view(), name="model"),
    path("projects/<str:key>/models/<str:name>/aliases/<str:alias>", models.AliasView.as_view(), name="alias"),
    path("projects/<str:key>/models/<str:name>/versions", models.VersionsView.as_view(), name="versions"),
    path(_VERSION, models.VersionView.as_view(), name="version"),
    path(f"{_VERSION}/revise", models.VersionReviseView.as_view(), name="version-revise"),
    path(f"{_VERSION}/evaluation", models.EvaluationView.as_view(), name="version-evaluation"),
    path(f"{_VERSION}/archive", models.VersionArchiveView.as_view(), name="version-archive"),
    path(f"{_VERSION}/comments", comments.CommentsView.as_view(), name="version-comments"),
    path(f"{_VERSION}/comments/<int:comment_id>", comments.CommentView.as_view(), name="version-comment"),
    path("projects/<str:key>/reviews", reviews.ReviewsView.as_view(), name="reviews"),
    path(_REVIEW, reviews.ReviewView.as_view(), name="review"),
    path(f"{_REVIEW}/approve", reviews.ReviewApproveView.as_view(), name="review-approve"),
    path(f"{_REVIEW}/request-changes", reviews.ReviewRequestChangesView.as_view(), name="review-request-changes"),
    path(
        f"{_REVIEW}/decisions/<int:decision>/withdraw",
        reviews.ReviewDecisionWithdrawView.as_view(),
        name="review-decision-withdraw",
    ),
    path(
        f"{_REVIEW}/decisions/<int:decision>/since",
        reviews.ReviewDecisionDifferenceView.as_view(),
        name="review-decision-since",
    ),
    path(f"{_REVIEW}/withdraw", reviews.ReviewWithdrawView.as_view(), name="review-withdraw"),
    path("projects/<str:key>/deployments", deployments.DeploymentsView.as_view(), name="deployments"),
    path(_DEPLOYMENT, deployments.DeploymentView.as_view(), name="deployment"),
    path(f"{_DEPLOYMENT}/rollback", deployments.DeploymentRollBackView.as_view(), name="deployment-rollback"),
    path(f"{_DEPLOYMENT}/pause", deployments.DeploymentPauseView.as_view(), name="deployment-pause"),
    path(f"{_DEPLOYMENT}/resume", deployments.DeploymentResumeView.as_view(), name="deployment-resume"),
    path(f"{_DEPLOYMENT}/retire", deployments.DeploymentRetireView.as_view(), name="deployment-retire"),
    path("deployments/<str:key>/<str:name>/predict", predict.PredictView.as_view(), name="predict"),
    path("deployments/<str:key>/<str:name>/labels", predict.LabelsView.as_view(), name="labels"),
]
