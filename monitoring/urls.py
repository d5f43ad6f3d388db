"""Pages."""

from django.urls import path

from monitoring import views

app_name = "monitoring"

urlpatterns = [
    path("p/<str:key>/monitoring/", views.monitoring, name="monitoring"),
    path("p/<str:key>/monitoring/alerts/<int:alert_id>/acknowledge/", views.acknowledge, name="alert-acknowledge"),
    path("p/<str:key>/monitoring/alerts/<int:alert_id>/resolve/", views.resolve, name="alert-resolve"),
    path("p/<str:key>/monitoring/<str:name>/", views.monitor, name="monitor"),
    path("p/<str:key>/monitoring/<str:name>/watch/", views.watch, name="watch"),
    path("p/<str:key>/monitoring/<str:name>/policy/", views.policy, name="policy"),
    path("p/<str:key>/monitoring/<str:name>/retrain/", views.retrain, name="retrain"),
]
