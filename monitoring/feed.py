"""How monitoring's events read."""

from django.urls import reverse

from core.models import Event
from monitoring import events as names
from monitoring.enums import RetrainingState
from projects import reviewing
from projects.feed import Told, tells

# What the sprint review counts.
reviewing.count("Incidents", names.ALERT_OPENED)
reviewing.count("Retrainings", names.RETRAINING_STARTED)


@tells(names.MONITOR_CREATED, names.MONITOR_UPDATED)
def _monitor(event: Event, key: str) -> Told:
    text = "watches" if event.type == names.MONITOR_CREATED else "changed the policy of"
    return Told(text, object=_deployment(event), url=_url(event, key))


@tells(names.DRIFT_WINDOW_CHECKED)
def _window_checked(event: Event, key: str) -> Told:
    drifted = event.data.get("drifted") or []
    said = f": {', '.join(drifted[:3])} drifted" if drifted else f": {str(event.data.get('state')).replace('_', ' ')}"
    note = f"{event.data.get('rows', 0):,} predictions"
    return Told(
        "Checked a window of", object=_deployment(event), url=_url(event, key), after=said, note=note, passive=True
    )


@tells(names.DRIFT_WINDOW_MEASURED)
def _window_measured(event: Event, key: str) -> Told:
    note = f"{event.data.get('labelled', 0):,} predictions whose truth is known"
    return Told("Measured a window of", object=_deployment(event), url=_url(event, key), note=note, passive=True)


@tells(names.ALERT_OPENED)
def _alert_opened(event: Event, key: str) -> Told:
    return Told(
        "Drift alert on", object=_deployment(event), url=_url(event, key), note=event.subject_label, passive=True
    )


@tells(names.ALERT_ACKNOWLEDGED)
def _alert_acknowledged(event: Event, key: str) -> Told:
    return Told("takes care of the alert on", object=_deployment(event), url=_url(event, key), note=event.subject_label)


@tells(names.ALERT_RESOLVED)
def _alert_resolved(event: Event, key: str) -> Told:
    because = str(event.data.get("because") or "")
    return Told("Alert resolved on", object=_deployment(event), url=_url(event, key), note=because, passive=True)


@tells(names.RETRAINING_STARTED)
def _retraining_started(event: Event, key: str) -> Told:
    reason = str(event.data.get("reason") or "")
    return Told("Retraining begun for", object=_deployment(event), url=_url(event, key), note=reason, passive=True)


@tells(names.RETRAINING_TRAINING)
def _retraining_training(event: Event, key: str) -> Told:
    note = f"on {event.data.get('rows', 0):,} newer labelled predictions"
    url = f"/p/{key}/runs/{event.data.get('run')}/"
    return Told("Challenger training for", object=_deployment(event), url=url, note=note, passive=True)


@tells(names.RETRAINING_IN_REVIEW)
def _retraining_in_review(event: Event, key: str) -> Told:
    number = event.data.get("review")
    after = f" of version {event.data.get('version')} for {_deployment(event)}"
    url = f"/p/{key}/reviews/{number}/"
    return Told("Retrained, and asks for", object=f"review {number}", url=url, after=after, passive=True)


@tells(names.RETRAINING_DEPLOYED)
def _retraining_deployed(event: Event, key: str) -> Told:
    return Told("Retrained version serves on", object=_deployment(event), url=_url(event, key), passive=True)


@tells(names.RETRAINING_ENDED)
def _retraining_ended(event: Event, key: str) -> Told:
    state = RetrainingState(event.data["state"]).label.lower()
    note = str(event.data.get("note") or "")
    return Told(
        "Retraining of", object=_deployment(event), url=_url(event, key), after=f": {state}", note=note, passive=True
    )


def _deployment(event: Event) -> str:
    return str(event.data.get("deployment", ""))


def _url(event: Event, key: str) -> str:
    return reverse("monitoring:monitor", args=[key, _deployment(event)])
