"""How the events of data and runs read. Loaded with the gates: both are told to the project's own pages."""

from django.urls import reverse

from core.events import JOB_CANCELLED, JOB_FAILED, JOB_QUEUED
from core.models import Event
from experiments import events as names
from projects.feed import Told, said_of, tells


@tells(names.DATASET_CREATED)
def _dataset_created(event: Event, key: str) -> Told:
    return Told("began the dataset", object=event.subject_label, url=reverse("experiments:data", args=[key]))


@tells(names.DATASET_VERSION_ADDED)
def _version_added(event: Event, key: str) -> Told:
    note = f"{event.data.get('rows', 0):,} rows"
    return Told("added", object=event.subject_label, url=_version_url(event, key), note=note)


@tells(names.DATASET_VERSION_PROFILED)
def _version_profiled(event: Event, key: str) -> Told:
    warnings = event.data.get("warnings", 0)
    note = f"{warnings} warning{'' if warnings == 1 else 's'}" if warnings else "no warnings"
    return Told("profiled", object=event.subject_label, url=_version_url(event, key), note=note)


@tells(names.EXPERIMENT_CREATED, names.EXPERIMENT_UPDATED, names.EXPERIMENT_DELETED, names.EXPERIMENT_RESTORED)
def _experiment(event: Event, key: str) -> Told:
    verb = event.type.split(".")[1].replace("updated", "changed")
    url = reverse("experiments:experiments", args=[key])
    return Told(f"{verb} the experiment", object=event.subject_label, url=url)


_RUN_VERBS = {
    names.RUN_SCHEDULED: "scheduled the run",
    names.RUN_STARTED: "started the run",
    names.RUN_UPDATED: "changed the run",
    names.RUN_FINISHED: "finished the run",
    names.RUN_DELETED: "deleted the run",
    names.RUN_RESTORED: "restored the run",
    names.RUN_IMPORTED: "imported the run",
    names.RUN_REPRODUCTION_STARTED: "set out to reproduce the run",
}


@tells(*_RUN_VERBS)
def _run(event: Event, key: str) -> Told:
    return Told(_RUN_VERBS[event.type], object=event.subject_label, url=_run_url(event, key))


@tells(names.RUN_LINKED)
def _run_linked(event: Event, key: str) -> Told:
    after = f" to the hypothesis {key}-{event.data['item']}"
    return Told("linked the run", object=event.subject_label, url=_run_url(event, key), after=after)


@tells(names.RUN_UNLINKED)
def _run_unlinked(event: Event, key: str) -> Told:
    after = f" from the hypothesis {key}-{event.data['was']}"
    return Told("unlinked the run", object=event.subject_label, url=_run_url(event, key), after=after)


@tells(names.RUN_COMMENTED)
def _run_commented(event: Event, key: str) -> Told:
    return said_of(event, event.subject_label, _run_url(event, key))


@tells(names.RUN_REPRODUCED, names.RUN_DIFFERED)
def _run_reproduced(event: Event, key: str) -> Told:
    words = {"reproduced": "Run reproduced:", "differs": "Run came out otherwise:", "failed": "Run not reproduced:"}
    note = ", ".join(event.data.get("differing", []))
    word = words.get(event.data.get("verdict", ""), "Run not reproduced:")
    return Told(word, object=event.subject_label, url=_run_url(event, key), note=note, passive=True)


@tells(names.RUN_FAILED, names.RUN_KILLED)
def _run_failed(event: Event, key: str) -> Told:
    word = "Run failed:" if event.type == names.RUN_FAILED else "Run stopped:"
    note = str(event.data.get("reason", ""))
    return Told(word, object=event.subject_label, url=_run_url(event, key), note=note, passive=True)


@tells(names.RUN_LOGGED)
def _run_logged(event: Event, key: str) -> Told:
    lists = {kind: values for kind, values in event.data.items() if isinstance(values, list) and values}
    said = [f"{len(values)} {kind if len(values) > 1 else kind.removesuffix('s')}" for kind, values in lists.items()]
    return Told("logged to", object=event.subject_label, url=_run_url(event, key), note=", ".join(said))


@tells(names.ARTIFACT_ADDED, names.ARTIFACT_DELETED)
def _artifact(event: Event, key: str) -> Told:
    verb = "added the file" if event.type == names.ARTIFACT_ADDED else "deleted the file"
    return Told(verb, object=event.subject_label)


@tells(names.TRACE_LOGGED, names.TRACE_UPDATED, names.TRACES_DELETED)
def _trace(event: Event, key: str) -> Told:
    verbs = {names.TRACE_LOGGED: "logged the trace", names.TRACE_UPDATED: "changed the trace"}
    name = str(event.data.get("name") or event.subject_label)
    return Told(verbs.get(event.type, "deleted traces of"), object=name)


@tells(names.UPLOAD_BEGUN, names.UPLOAD_ABORTED)
def _upload(event: Event, key: str) -> Told:
    verb = "began to upload" if event.type == names.UPLOAD_BEGUN else "gave up uploading"
    return Told(verb, object=event.subject_label)


@tells(
    names.LOGGED_MODEL_CREATED,
    names.LOGGED_MODEL_FINALIZED,
    names.LOGGED_MODEL_UPDATED,
    names.LOGGED_MODEL_DELETED,
)
def _logged_model(event: Event, key: str) -> Told:
    verb = {"created": "began the model", "finalized": "logged the model", "updated": "changed the model"}
    return Told(verb.get(event.type.split(".")[1], "deleted the model"), object=event.subject_label)


@tells(JOB_QUEUED, JOB_FAILED, JOB_CANCELLED)
def _job(event: Event, key: str) -> Told:
    url = reverse("experiments:job", args=[key, event.subject_id])
    if event.type == JOB_QUEUED:
        return Told("queued", object=event.subject_label, url=url)
    if event.type == JOB_CANCELLED:
        return Told("cancelled", object=event.subject_label, url=url)
    note = str((event.data.get("error") or {}).get("message", ""))
    return Told("Job failed:", object=event.subject_label, url=url, note=note, passive=True)


def _version_url(event: Event, key: str) -> str:
    name, _, number = event.subject_id.rpartition("/")
    return reverse("experiments:version", args=[key, name, int(number)])


def _run_url(event: Event, key: str) -> str:
    return reverse("experiments:run", args=[key, event.subject_id])
