"""How the registry's events read."""

from django.urls import reverse

from core.models import Event
from core.numbers import whole_of
from models_registry import events as names
from models_registry import queries
from models_registry.enums import ReviewState
from projects import reviewing
from projects.feed import Told, said_of, tells
from projects.models import Project

# What the sprint review counts.
reviewing.count("Versions created", names.VERSION_CREATED)
reviewing.count("Comparisons finished", names.COMPARISON_FINISHED)
reviewing.count("Versions approved", names.VERSION_APPROVED)
reviewing.count("Changes requested", names.REVIEW_CHANGES_REQUESTED)
reviewing.count("Deployments", names.DEPLOYMENT_CREATED, names.DEPLOYMENT_UPDATED)
reviewing.count("Roll-backs", names.DEPLOYMENT_ROLLED_BACK)


@reviewing.waits("review", address=lambda key, id: reverse("models_registry:review", args=[key, id]))
def _reviews_that_wait(project: Project) -> list[reviewing.Waiting]:
    found = queries.visible_reviews(project).filter(state=ReviewState.OPEN)
    return [
        reviewing.Waiting(str(one.number), f"Review {one.number} of {one.model_version}", one.requested_at)
        for one in found
    ]


def _version_url(event: Event, key: str) -> str:
    return _url_of_version(event.subject_id, key)


def _url_of_version(public_id: str, key: str) -> str:
    """The address of a version whose id is `name/number`; the list where the name was too long for an id."""
    name, _, digits = public_id.rpartition("/")
    number = whole_of(digits)
    if number is None or len(name) >= 60:
        return reverse("models_registry:models", args=[key])
    return reverse("models_registry:version", args=[key, name, number])


def _review_url(event: Event, key: str) -> str:
    return reverse("models_registry:review", args=[key, event.subject_id])


def _deployment_url(event: Event, key: str) -> str:
    return reverse("models_registry:deployment", args=[key, event.subject_id])


@tells(names.MODEL_REGISTERED, names.MODEL_UPDATED, names.MODEL_RENAMED, names.MODEL_DELETED)
def _model(event: Event, key: str) -> Told:
    step = event.type.split(".")[1]
    after = f" (it was {event.data['was']})" if step == "renamed" else ""
    url = "" if step == "deleted" else reverse("models_registry:models", args=[key])
    return Told(f"{step} the model", object=event.subject_label, url=url, after=after)


@tells(names.VERSION_CREATED, names.VERSION_UPDATED, names.VERSION_REVISED, names.VERSION_ARCHIVED)
def _version(event: Event, key: str) -> Told:
    step = event.type.split(".")[1]
    text = {"created": "registered", "revised": "changed the files of"}.get(step, step)
    return Told(text, object=event.subject_label, url=_version_url(event, key))


@tells(names.VERSION_APPROVED)
def _version_approved(event: Event, key: str) -> Told:
    url = _version_url(event, key)
    return Told("approved", object=event.subject_label, url=url, after=f" in review {event.data.get('review', '')}")


@tells(names.VERSION_DELETED)
def _version_deleted(event: Event, key: str) -> Told:
    return Told("deleted", object=event.subject_label)


@tells(names.ALIAS_SET, names.ALIAS_DELETED)
def _alias(event: Event, key: str) -> Told:
    alias, number = event.data.get("alias", ""), event.data.get("number")
    text = "pointed" if event.type == names.ALIAS_SET else "took away"
    target = f" at {event.subject_label} version {number}" if number else f" of {event.subject_label}"
    return Told(f"{text} the alias", object=str(alias), url=reverse("models_registry:models", args=[key]), after=target)


@tells(names.COMPARISON_STARTED, names.COMPARISON_FINISHED, names.COMPARISON_FAILED)
def _comparison(event: Event, key: str) -> Told:
    step = event.type.split(".")[1]
    note = {"better": "the challenger is better", "worse": "the challenger is worse"}.get(
        event.data.get("verdict", ""),
        "no difference beyond chance" if event.data.get("verdict") == "no_difference" else "",
    )
    url = _url_of_version(str(event.data.get("challenger", "")), key)
    note = note or str(event.data.get("reason", ""))
    return Told(f"Comparison {step}:", object=event.subject_label, url=url, note=note, passive=True)


@tells(names.EVALUATION_CHOSEN, names.EVALUATION_PREPARED, names.EVALUATION_FAILED)
def _evaluation(event: Event, key: str) -> Told:
    data, url = str(event.data.get("data", "")), _version_url(event, key)
    if event.type == names.EVALUATION_CHOSEN:
        return Told("chose data to judge", object=event.subject_label, url=url, after=f" on: {data}")
    said = "is ready" if event.type == names.EVALUATION_PREPARED else "failed"
    held, reason = event.data.get("holdout"), str(event.data.get("reason", ""))
    note = reason if held is None else f"{data}, {held:,} rows held out"
    return Told(f"The evaluation {said} of", object=event.subject_label, url=url, note=note[:200], passive=True)


@tells(names.VERSION_COMMENTED)
def _version_commented(event: Event, key: str) -> Told:
    return said_of(event, event.subject_label, _version_url(event, key))


@tells(names.WEBHOOK_CREATED, names.WEBHOOK_UPDATED, names.WEBHOOK_DELETED)
def _webhook(event: Event, key: str) -> Told:
    verb = event.type.split(".")[1].replace("updated", "changed")
    return Told(f"{verb} the webhook", object=event.subject_label)


@tells(names.REVIEW_REQUESTED)
def _review_requested(event: Event, key: str) -> Told:
    version = str(event.data.get("version", "")).replace("/", " version ")
    return Told(
        "asked for",
        object=f"review {event.subject_id}",
        url=_review_url(event, key),
        after=f" of {version}",
        note=str(event.data.get("reason", ""))[:200],
    )


@tells(names.REVIEW_DECIDED, names.REVIEW_DECISION_WITHDRAWN)
def _review_verdict(event: Event, key: str) -> Told:
    text = "approved, as one of several, in" if event.type == names.REVIEW_DECIDED else "withdrew their approval in"
    lacking = ", ".join(event.data.get("lacking", []))
    note = f"still missing: {lacking}" if lacking else str(event.data.get("reason", ""))[:200]
    return Told(text, object=f"review {event.subject_id}", url=_review_url(event, key), note=note)


@tells(names.REVIEW_SHOWN)
def _review_shown(event: Event, key: str) -> Told:
    return Told(
        "looked at the evidence of",
        object=f"review {event.subject_id}",
        url=_review_url(event, key),
        after=" by MLflow",
    )


@tells(names.REVIEW_APPROVED, names.REVIEW_CHANGES_REQUESTED, names.REVIEW_WITHDRAWN, names.REVIEW_DISMISSED)
def _review_decided(event: Event, key: str) -> Told:
    texts = {
        names.REVIEW_APPROVED: "approved",
        names.REVIEW_CHANGES_REQUESTED: "asked for changes in",
        names.REVIEW_WITHDRAWN: "withdrew",
        names.REVIEW_DISMISSED: "changed the version, which dismissed",
    }
    text = texts[event.type]
    if event.data.get("because") == "withdrawn":
        text = "withdrew their approval, which dismissed"
    note = str(event.data.get("comment", ""))[:200]
    return Told(text, object=f"review {event.subject_id}", url=_review_url(event, key), note=note)


@tells(names.DEPLOYMENT_CREATED, names.DEPLOYMENT_UPDATED, names.DEPLOYMENT_ROLLED_BACK)
def _deployment_serves(event: Event, key: str) -> Told:
    text = "rolled back" if event.type == names.DEPLOYMENT_ROLLED_BACK else "deployed"
    was = event.data.get("was")
    after = f": {event.data.get('model')} version {event.data.get('number')} serves"
    changed = " and ".join(event.data.get("changed", []))
    note = f"before, version {was}" if was else ""
    note += f"; changed since its approval: {changed}" if changed else ""
    return Told(text, object=event.subject_label, url=_deployment_url(event, key), after=after, note=note)


@tells(names.DEPLOYMENT_PAUSED, names.DEPLOYMENT_RESUMED, names.DEPLOYMENT_RETIRED)
def _deployment_stepped(event: Event, key: str) -> Told:
    text, note = event.type.split(".")[1], str(event.data.get("reason", ""))[:200]
    return Told(text, object=event.subject_label, url=_deployment_url(event, key), note=note)


@tells(names.DEPLOYMENT_REFUSED)
def _deployment_refused(event: Event, key: str) -> Told:
    return Told(
        "could not deploy to",
        object=event.subject_label,
        url=_deployment_url(event, key),
        note=str(event.data.get("reason", ""))[:300],
    )


@tells(names.PREDICTIONS_LABELLED)
def _labelled(event: Event, key: str) -> Told:
    count = event.data.get("labelled", 0) + event.data.get("changed", 0)
    return Told(
        f"sent the truth of {count:,} predictions of", object=event.subject_label, url=_deployment_url(event, key)
    )
