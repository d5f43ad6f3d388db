"""Events in human sentences: `<actor> <text> <object><after>`.

Each app says how its own events read, with `tells` or `register` in its own feed.py. An event that nobody tells reads
by its type.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from core.events import LEDGER_EXPORTED, LEDGER_READ, LEDGER_REDACTED, LEDGER_VERIFIED
from core.models import Event
from projects import events as names
from projects.enums import Gate, GateVerdict, ItemState, SprintVerdict, Stage
from projects.models import Project
from projects.roles import Role


@dataclass(frozen=True)
class Told:
    """One event in words. `passive`: the actor stands at the end ("Alert opened X, by Throughline")."""

    text: str
    object: str = ""
    url: str = ""
    after: str = ""
    note: str = ""
    passive: bool = False


Teller = Callable[[Event, str], Told]

_tellers: dict[str, Teller] = {}


def register(event_type: str, teller: Teller) -> None:
    """This is how events of this type read; the teller gets the event and the project's key."""
    _tellers[event_type] = teller


def tells(*types: str) -> Callable[[Teller], Teller]:
    """Decorator form of `register`."""

    def wrap(teller: Teller) -> Teller:
        for event_type in types:
            register(event_type, teller)
        return teller

    return wrap


def plain(text: str, *, view: str = "", after: str = "") -> Teller:
    """A teller of "<actor> <text> <label>", the label linked to a page that needs only the project's key."""

    def tell(event: Event, key: str) -> Told:
        return Told(text, object=event.subject_label, url=reverse(view, args=[key]) if view else "", after=after)

    return tell


def tell(event: Event, key: str) -> Told:
    """The event in words."""
    return _tellers.get(event.type, _by_type)(event, key)


def urls(project: Project, seqs: Iterable[int]) -> dict[int, str]:
    """Where the events with these places in the project's log lead to; what leads nowhere is left out."""
    told = Event.objects.filter(stream_id=project.pk, seq__in=list(seqs))
    return {event.seq: url for event in told if (url := tell(event, project.key).url)}


def entries(events: Iterable[Event], key: str) -> list[dict[str, Any]]:
    """What the `feed` component takes."""
    return [_entry(event, tell(event, key)) for event in events]


def prefixes() -> str:
    """The event types that the feed shows, as a live fragment wants them."""
    return " ".join(sorted({f"{event_type.split('.')[0]}." for event_type in _tellers} | {"job.queued", "job.failed"}))


def _entry(event: Event, told: Told) -> dict[str, Any]:
    after = f"{told.after}, by {event.actor_label}" if told.passive and event.actor_id else told.after
    return {
        "actor": event.actor_label if event.actor_id else "",
        "text": told.text if told.passive else f"{event.actor_label} {told.text}",
        "object": told.object,
        "url": told.url,
        "after": after,
        "note": told.note,
        "at": datetime.fromisoformat(event.at),
    }


def _by_type(event: Event, key: str) -> Told:
    words = event.type.replace(".", " ").replace("_", " ").capitalize()
    return Told(f"{words}:", object=event.subject_label, passive=True)


# --- projects' own --------------------------------------------------------------------------------------------------


def _item_url(event: Event, key: str) -> str:
    return reverse("projects:item", args=[key, event.subject_id])


def _risk_url(event: Event, key: str) -> str:
    return reverse("projects:risk", args=[key, event.subject_id])


register(names.PROJECT_CREATED, plain("created the project", view="projects:overview"))
register(names.SPRINT_PLANNED, plain("planned", view="projects:board"))
register(names.SPRINT_STARTED, plain("started", view="projects:board"))


@tells(names.PROJECT_RENAMED)
def _project_renamed(event: Event, key: str) -> Told:
    return Told("renamed the project to", object=str(event.data.get("after", "")))


_CLASSIFYING = {
    names.PROJECT_CLASSIFIED: "classified the project as",
    names.TIER_LOWERING_PROPOSED: "proposed to lower the project to",
    names.TIER_LOWERED: "agreed to lower the project to",
}


@tells(*_CLASSIFYING)
def _classified(event: Event, key: str) -> Told:
    tier = event.data.get("tier")
    said = f"tier {tier}" if tier else "prohibited"
    return Told(_CLASSIFYING[event.type], object=said, url=reverse("projects:tier", args=[key]))


@tells(names.MEMBER_ADDED)
def _member_added(event: Event, key: str) -> Told:
    return Told("added", object=_name(event), url=_team(key), after=f" as {_role(event)}")


@tells(names.MEMBER_ROLE_CHANGED)
def _member_role_changed(event: Event, key: str) -> Told:
    return Told("made", object=_name(event), url=_team(key), after=f" {_role(event)}")


@tells(names.MEMBER_REMOVED)
def _member_removed(event: Event, key: str) -> Told:
    return Told("took", object=_name(event), url=_team(key), after=" out of the team")


@tells(names.SCOPE_REVISED)
def _scope_revised(event: Event, key: str) -> Told:
    changed = ", ".join(name.replace("_", " ") for name in event.data.get("changes", {}))
    url = reverse("projects:scope", args=[key])
    return Told("revised the scope:", object=f"revision {event.subject_version}", url=url, note=changed)


@tells(names.DOSSIER_REVISED)
def _dossier_revised(event: Event, key: str) -> Told:
    changed = ", ".join(name.replace("_", " ") for name in event.data.get("changes", {}))
    note = f"from the template {event.data['template'].replace('_', ' ')}" if "template" in event.data else changed
    return Told("revised the dossier:", object=f"revision {event.subject_version}", url=_studio(key), note=note)


@tells(names.OPTION_ADDED, names.OPTION_REVISED, names.OPTION_REMOVED)
def _option(event: Event, key: str) -> Told:
    text = {"added": "added the option", "revised": "revised the option", "removed": "took out the option"}
    url = f"{_studio(key)}?section=options"
    changed = ", ".join(name.replace("_", " ") for name in event.data.get("changes", {}))
    return Told(text[event.type.split(".")[1]], object=event.subject_label, url=url, note=changed)


@tells(names.PRECEDENT_ADDED, names.SHEET_RATED)
def _precedent(event: Event, key: str) -> Told:
    text = "named the precedent" if event.type == names.PRECEDENT_ADDED else "rated ours against"
    return Told(text, object=event.subject_label, url=f"{_studio(key)}?section=precedents")


@tells(names.ASSUMPTION_ADDED, names.ASSUMPTION_REVISED, names.ASSUMPTION_SETTLED, names.ASSUMPTION_REMOVED)
def _assumption(event: Event, key: str) -> Told:
    step = event.type.split(".")[1]
    text = {"added": "wrote down the", "revised": "revised the", "settled": "settled the", "removed": "took out the"}
    url = f"{_studio(key)}?section=assumptions"
    changed = ", ".join(name.replace("_", " ") for name in event.data.get("changes", {}))
    return Told(
        f"{text[step]} assumption",
        object=event.subject_label,
        url=url,
        after=f": {event.data['state']}" if step == "settled" else "",
        note=str(event.data.get("finding", changed)),
    )


@tells(names.READINESS_ANSWERED)
def _readiness(event: Event, key: str) -> Told:
    is_met = "" if event.data.get("is_met") else " is not so"
    note = str(event.data.get("reason", ""))
    return Told(
        "answered for the data:",
        object=event.subject_label.lower(),
        url=f"{_studio(key)}?section=data",
        after=is_met,
        note=note,
    )


@tells(names.OUTCOME_REVISED, names.OUTCOME_PUBLISHED)
def _outcome(event: Event, key: str) -> Told:
    if event.type == names.OUTCOME_PUBLISHED:
        return Told("put what it took into the", object="library", url=reverse("projects:library-entry", args=[key]))
    changed = ", ".join(name.replace("_", " ") for name in event.data.get("changes", {}))
    return Told("told", object="what the project took", url=f"{_studio(key)}?section=outcome", note=changed)


@tells(names.PRIORS_REFITTED)
def _priors(event: Event, key: str) -> Told:
    after = f", on {event.data['finished']} finished projects"
    return Told(
        "Estimates are judged anew:",
        object=event.subject_label,
        url=reverse("projects:library"),
        after=after,
        passive=True,
    )


@tells(names.CEILING_SEALED, names.CEILING_OPENED)
def _ceiling(event: Event, key: str) -> Told:
    text = "sealed the" if event.type == names.CEILING_SEALED else "opened the"
    return Told(text, object="ceiling", url=f"{_studio(key)}?section=ceiling")


@tells(names.SPIKE_PLANNED, names.SPIKE_REVISED, names.SPIKE_LOCKED, names.SPIKE_READ, names.SPIKE_ENDED)
def _spike(event: Event, key: str) -> Told:
    text = {"planned": "planned the spike", "revised": "revised the spike", "locked": "locked the spike"}
    step = event.type.split(".")[1]
    url = f"{_studio(key)}?section=spikes&spike={event.subject_id}"
    if step in text:
        return Told(text[step], object=event.subject_label, url=url)
    note = str(event.data.get("comment") or event.data.get("reading", ""))
    said = "Spike ended:" if step == "ended" else "A run counts for the spike"
    return Told(said, object=event.subject_label, url=url, note=note, passive=True)


@tells(names.KILL_CRITERION_ADDED, names.KILL_CRITERION_REACHED, names.KILL_CRITERION_DECIDED)
def _kill_criterion(event: Event, key: str) -> Told:
    url = f"{_studio(key)}?section=kill"
    if event.type == names.KILL_CRITERION_REACHED:
        return Told("Kill criterion reached:", object=event.subject_label, url=url, passive=True)
    text = "set the kill criterion" if event.type == names.KILL_CRITERION_ADDED else "decided the kill criterion"
    after = f": {event.data['decision'].replace('_', ' ')}" if "decision" in event.data else ""
    return Told(text, object=event.subject_label, url=url, after=after, note=str(event.data.get("reason", "")))


@tells(names.OBJECTION_HANDED_IN)
def _objection(event: Event, key: str) -> Told:
    return Told("handed in the", object=event.subject_label.lower(), url=f"{_studio(key)}?section=objections")


_RISK_WORDS = {
    names.RISK_ADDED: "added the risk",
    names.RISK_REVISED: "rated the risk again:",
    names.RISK_ACCEPTANCE_PROPOSED: "signed first for the acceptance of the risk",
    names.RISK_TREATED: "treated the risk",
    names.RISK_ACCEPTED: "accepted the risk",
    names.RISK_REOPENED: "reopened the risk",
}


@tells(*_RISK_WORDS)
def _risk(event: Event, key: str) -> Told:
    until = f", until {event.data['until']}" if "until" in event.data else ""
    return Told(_RISK_WORDS[event.type], object=event.subject_label, url=_risk_url(event, key), after=until)


@tells(names.RISK_ACCEPTANCE_EXPIRED)
def _acceptance_expired(event: Event, key: str) -> Told:
    url = _risk_url(event, key)
    return Told("Acceptance is over of the risk", object=event.subject_label, url=url, passive=True)


@tells(names.RISK_SANK)
def _sank(event: Event, key: str) -> Told:
    risks = ", ".join(f"R{number}" for number in event.data["risks"]) or "no risk"
    return Told("said what sank the project:", object=risks, url=reverse("projects:risks", args=[key]))


@tells(names.CONTROL_ADDED, names.CONTROL_REVISED)
def _control(event: Event, key: str) -> Told:
    text = "added the control" if event.type == names.CONTROL_ADDED else "looked at the control"
    state = str(event.data["state"]).replace("_", " ")
    return Told(text, object=event.subject_label, url=_risk_of(event, key), after=f": {state}")


@tells(names.INDICATOR_BOUND, names.INDICATOR_REMOVED)
def _indicator(event: Event, key: str) -> Told:
    text = "bound a risk to" if event.type == names.INDICATOR_BOUND else "no longer watches"
    return Told(text, object=event.subject_label, url=_risk_of(event, key))


@tells(names.INDICATOR_BREACHED, names.INDICATOR_RECOVERED)
def _indicator_moved(event: Event, key: str) -> Told:
    text = "Breached:" if event.type == names.INDICATOR_BREACHED else "Recovered:"
    after = f", now {event.data['value']:.4g}"
    return Told(text, object=event.subject_label, url=_risk_of(event, key), after=after, passive=True)


@tells(names.FINDING_OPENED, names.FINDING_REVISED, names.FINDING_CLOSED, names.FINDING_REOPENED)
def _finding(event: Event, key: str) -> Told:
    step = event.type.split(".")[1]
    url = reverse("projects:finding", args=[key, event.subject_id])
    return Told(f"{step} the finding", object=event.subject_label, url=url)


@tells(names.GATE_PASSED)
def _gate_passed(event: Event, key: str) -> Told:
    gate, stage = Gate(event.data["gate"]).label, Stage(event.data["stage"]).label
    text, note = ("passed anew the", "") if event.data.get("round") else ("passed the", "")
    if event.data.get("emergency"):
        text, note = "passed in an emergency, without those whom the policy asks for, the", event.data["comment"]
    url = reverse("projects:overview", args=[key])
    return Told(text, object=gate.lower(), url=url, after=f": {stage}", note=note)


@tells(names.DELEGATION_GIVEN, names.DELEGATION_ENDED)
def _delegation(event: Event, key: str) -> Told:
    role = Role(event.data["role"]).label.lower()
    step = "handed on" if event.type == names.DELEGATION_GIVEN else "took back"
    after = f", with {event.data['to']}, {event.data['from_day']} to {event.data['to_day']}"
    url, note = reverse("projects:team", args=[key]), event.data["reason"]
    return Told(f"{step} the right to decide as", object=role, url=url, after=after, note=note)


@tells(names.HEALTH_SET)
def _health_set(event: Event, key: str) -> Told:
    url = reverse("projects:health", args=[key])
    return Told("set the project's health to", object=event.data["light"], url=url, note=event.data["note"])


@tells(names.GATE_REQUESTED, names.GATE_REQUEST_WITHDRAWN)
def _gate_requested(event: Event, key: str) -> Told:
    text = "asked for the decision on the" if event.type == names.GATE_REQUESTED else "no longer asks for the"
    return Told(text, object=_gate(event), url=_gates(key), note=event.data.get("comment", ""))


@tells(names.GATE_DECIDED, names.GATE_DECISION_WITHDRAWN)
def _gate_decided(event: Event, key: str) -> Told:
    verdict = GateVerdict(event.data["verdict"]).label.lower()
    if event.type == names.GATE_DECIDED:
        return Told("decided on the", object=_gate(event), url=_gates(key), after=f": {verdict}")
    reason = event.data["reason"]
    return Told("took a verdict back on the", object=_gate(event), url=_gates(key), after=f": {verdict}", note=reason)


@tells(names.GATE_CONDITION_MET)
def _gate_condition_met(event: Event, key: str) -> Told:
    return Told("says it is met:", object=event.subject_label, url=_gates(key), note=event.data["text"])


@tells(names.GATE_WAIVED, names.GATE_WAIVER_ENDED)
def _gate_waived(event: Event, key: str) -> Told:
    check = event.data["check"].replace("_", " ")
    if event.type == names.GATE_WAIVER_ENDED:
        return Told("asks again:", object=check, url=_gates(key))
    return Told(
        "waived", object=check, url=_gates(key), after=f" for {event.data['days']} days", note=event.data["reason"]
    )


@tells(names.GATE_POLICY_CHANGED)
def _gate_policy_changed(event: Event, key: str) -> Told:
    return Told("moved the project to the policy", object=event.data["after"], url=_gates(key))


@tells(names.SPRINT_REVISED, names.SPRINT_CAPACITY_SET)
def _sprint_plan(event: Event, key: str) -> Told:
    text = "changed the plan of" if event.type == names.SPRINT_REVISED else "set the capacity of"
    url = reverse("projects:sprint-page", args=[key, event.subject_id])
    return Told(text, object=event.subject_label, url=url)


@tells(names.SPRINT_JUDGED)
def _sprint_judged(event: Event, key: str) -> Told:
    verdict = SprintVerdict(event.data["verdict"]).label.lower()
    url = reverse("projects:sprint-review", args=[key, event.subject_id])
    return Told("judged:", object=event.subject_label, url=url, after=f": {verdict}", note=event.data["note"])


_CARD_WORDS = {
    names.REVIEW_CARD_ADDED: "put down:",
    names.REVIEW_CARD_REVISED: "put it differently:",
    names.REVIEW_CARD_REMOVED: "took away:",
    names.REVIEW_CARD_VOTED: "voted for",
    names.REVIEW_CARD_UNVOTED: "took the vote back for",
    names.REVIEW_CARD_BECAME_ITEM: "made an item of",
    names.REVIEW_SHARED: "shared the review:",
    names.REVIEW_LINK_REVOKED: "took back:",
}


@tells(*_CARD_WORDS)
def _review_card(event: Event, key: str) -> Told:
    url = reverse("projects:sprint-review", args=[key, event.subject_id.split("/")[0]])
    after = f": {key}-{event.data['item']}" if event.type == names.REVIEW_CARD_BECAME_ITEM else ""
    return Told(_CARD_WORDS[event.type], object=event.subject_label, url=url, after=after)


@tells(names.SPRINT_CLOSED)
def _sprint_closed(event: Event, key: str) -> Told:
    done, carried = len(event.data.get("done", [])), len(event.data.get("carried", []))
    url = reverse("projects:board", args=[key])
    return Told("closed", object=event.subject_label, url=url, note=f"{done} done, {carried} carried over")


@tells(LEDGER_VERIFIED, LEDGER_EXPORTED, LEDGER_READ, LEDGER_REDACTED)
def _ledger(event: Event, key: str) -> Told:
    text = {
        LEDGER_VERIFIED: "had the ledger verified:",
        LEDGER_EXPORTED: "had the ledger packed:",
        LEDGER_READ: "took along",
        LEDGER_REDACTED: "erased a person's names in",
    }
    data = event.data
    count = len(data["rows"]) if "rows" in data else data.get("events", data.get("checked"))
    found = "" if data.get("is_intact", True) else f", {data['reason']} at {data['first_bad_seq']}"
    return Told(text[event.type], object=f"{count} events", url=reverse("projects:activity", args=[key]), after=found)


@tells(names.ITEM_ADDED, names.ITEM_REVISED)
def _item_changed(event: Event, key: str) -> Told:
    text = "added" if event.type == names.ITEM_ADDED else "changed"
    return Told(text, object=f"{key}-{event.subject_id}", url=_item_url(event, key), after=f" {event.subject_label}")


@tells(names.ITEM_REQUESTED, names.ITEM_ACCEPTED, names.ITEM_DECLINED)
def _item_talk(event: Event, key: str) -> Told:
    text = {"requested": "asked for", "accepted": "accepted", "declined": "declined"}
    step = event.type.split(".")[1]
    note = str(event.data.get("reason", ""))
    after = f" {event.subject_label}"
    return Told(text[step], object=f"{key}-{event.subject_id}", url=_item_url(event, key), after=after, note=note)


def said_of(event: Event, object: str, url: str) -> Told:
    """That somebody commented on a thing, changed what they said, or took it back."""
    verbs = {"added": "commented on", "changed": "changed a comment on", "deleted": "deleted a comment on"}
    return Told(verbs[event.data["step"]], object=object, url=f"{url}#discussion")


@tells(names.ITEM_ATTACHED)
def _item_attached(event: Event, key: str) -> Told:
    texts = {"added": "attached a file to", "shared": "showed everyone a file of", "removed": "removed a file of"}
    return Told(texts[event.data["step"]], object=f"{key}-{event.subject_id}", url=_item_url(event, key))


@tells(names.ITEM_COMMENTED)
def _item_commented(event: Event, key: str) -> Told:
    return said_of(event, f"{key}-{event.subject_id}", _item_url(event, key))


@tells(names.VIEW_SAVED, names.VIEW_REMOVED, names.TEMPLATE_SAVED, names.TEMPLATE_REMOVED)
def _view(event: Event, key: str) -> Told:
    thing, step = event.type.split(".")
    text = f"{step} the {'view' if thing == 'view' else 'template'}"
    return Told(text, object=event.subject_label, url=reverse("projects:board", args=[key]))


@tells(names.ITEM_BLOCKED, names.ITEM_UNBLOCKED)
def _item_blocked(event: Event, key: str) -> Told:
    text = "said what blocks" if event.type == names.ITEM_BLOCKED else "unblocked"
    note = str(event.data.get("reason", ""))
    return Told(text, object=f"{key}-{event.subject_id}", url=_item_url(event, key), note=note)


@tells(names.ITEM_LINKED, names.ITEM_UNLINKED)
def _item_linked(event: Event, key: str) -> Told:
    is_new, kind, target = event.type == names.ITEM_LINKED, event.data["kind"], event.data["target"]
    if kind == "blocked_by":
        after = f" {'waits' if is_new else 'no longer waits'} for {key}-{target}"
        return Told("said that", object=f"{key}-{event.subject_id}", url=_item_url(event, key), after=after)
    after = f" {'to' if is_new else 'from'} the {kind} {target}"
    text = "linked" if is_new else "unlinked"
    return Told(text, object=f"{key}-{event.subject_id}", url=_item_url(event, key), after=after)


@tells(names.STATUS_ADDED, names.STATUS_REVISED, names.STATUS_REMOVED)
def _status(event: Event, key: str) -> Told:
    text = {"added": "added the status", "revised": "changed the status", "removed": "removed the status"}
    url = reverse("projects:board", args=[key])
    return Told(text[event.type.split(".")[1]], object=event.subject_label, url=url)


@tells(names.FIELD_DEFINED, names.FIELD_REVISED, names.FIELD_REMOVED)
def _field(event: Event, key: str) -> Told:
    text = {"defined": "gave items the field", "revised": "changed the field", "removed": "took from items the field"}
    url = reverse("projects:board", args=[key])
    return Told(text[event.type.split(".")[1]], object=event.subject_label, url=url)


@tells(names.ITEM_MOVED)
def _item_moved(event: Event, key: str) -> Told:
    lane = ItemState(event.data["state"]).label
    after = f" up or down in {lane}" if event.data.get("was") == event.data["state"] else f" to {lane}"
    return Told(
        "moved", object=f"{key}-{event.subject_id}", url=_item_url(event, key), after=after, note=event.subject_label
    )


def _risk_of(event: Event, key: str) -> str:
    return reverse("projects:risk", args=[key, event.data["risk"]])


def _name(event: Event) -> str:
    return str(event.data.get("name") or event.data.get("username", ""))


def _role(event: Event) -> str:
    return str(Role(event.data["role"]).label).lower()


def _gate(event: Event) -> str:
    return Gate(event.data["gate"]).label.lower()


def _gates(key: str) -> str:
    return reverse("projects:gate", args=[key])


def _studio(key: str) -> str:
    return reverse("projects:studio", args=[key])


def _team(key: str) -> str:
    return reverse("projects:team", args=[key])
