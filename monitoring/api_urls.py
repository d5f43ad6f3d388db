"""The REST API."""

from django.urls import path

from monitoring.api import alerts, monitors, retrainings

app_name = "monitoring-api"

urlpatterns = [
    path("projects/<str:key>/monitors", monitors.MonitorsView.as_view(), name="monitors"),
    path("projects/<str:key>/monitors/<str:name>", monitors.MonitorView.as_view(), name="monitor"),
    path("projects/<str:key>/monitors/<str:name>/windows", monitors.WindowsView.as_view(), name="windows"),
    path("projects/<str:key>/alerts", alerts.AlertsView.as_view(), name="alerts"),
    path(
        "projects/<str:key>/alerts/<int:alert_id>/acknowledge",
        alerts.AlertAcknowledgeView.as_view(),
        name="alert-acknowledge",
    ),
    path("projects/<str:key>/alerts/<int:alert_id>/resolve", alerts.AlertResolveView.as_view(), name="alert-resolve"),
    path("projects/<str:key>/retrainings", retrainings.RetrainingsView.as_view(), name="retrainings"),
]
