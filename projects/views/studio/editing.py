"""Which form a section has, where its values stand in the dossier, and what a save of it really changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.errors import PreconditionFailed
from core.models import User
from projects import documents, operations, queries, readiness
from projects.enums import SpikeState
from projects.forms.assumptions import AssumptionForm
from projects.forms.dossier import CaseForm, DataForm, OptionForm, StudioForm, TodayForm
from projects.forms.fields import tidy
from projects.forms.library import OutcomeForm
from projects.forms.spikes import SpikeForm
from projects.models import Outcome, Project
from projects.operations import fields
from projects.views.studio.addressing import LISTS

FORMS: dict[str, type[StudioForm]] = {
    "case": CaseForm,
    "today": TodayForm,
    "options": OptionForm,
    "spikes": SpikeForm,
    "assumptions": AssumptionForm,
    "outcome": OutcomeForm,
    "data": DataForm,
}
TRIED = ("case", "today", "options")
"""Sections whose figures are judged while they are written."""
MOST_ITEMS = 200


def is_edited(section: str, number: int | None) -> bool:
    return section in FORMS and (section not in LISTS or number is not None)


def form_of(
    project: Project, section: str, content: Mapping[str, Any], number: int | None, revision: int
) -> StudioForm | None:
    """The section's form with what stands; none where nothing is edited."""
    if not is_edited(section, number) or (section == "spikes" and not _is_planned(content, number)):
        return None
    begun = values_in(project, content, section, number) | {"revision": revision}
    return blank(project, section, content, initial=begun)


def blank(project: Project, section: str, content: Mapping[str, Any], data: Any = None, **kwargs: Any) -> StudioForm:
    """The section's form; one that names other things of the project knows which there are."""
    return FORMS.get(section, CaseForm)(data, **_known(project, section, content), **kwargs)


def _known(project: Project, section: str, content: Mapping[str, Any]) -> dict[str, Any]:
    if section == "options":
        return {"precedents": _named(content["precedents"])}
    if section == "data":
        return {"versions": readiness.offered(project), "current": content["dataset"]}
    if section == "outcome":
        return {"options": _named(content["options"])}
    if section == "assumptions":
        items = queries.items(project).order_by("-number")[:MOST_ITEMS]
        return {
            "people": [(one.username, str(one)) for one in queries.people(project)],
            "spikes": _named(content["spikes"]),
            "items": [(one.number, f"{project.key}-{one.number} {one.title}") for one in items],
        }
    return {}


def _named(things: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(one["number"], one["title"]) for one in things]


def values_in(project: Project, content: Mapping[str, Any], section: str, number: int | None) -> dict[str, Any]:
    """The fields of a section as this content has them."""
    found: Mapping[str, Any] = content
    if section == "outcome":
        found = content.get("outcome") or documents.outcome_json(Outcome(project=project, title=project.name)) or {}
    elif number is not None:
        found = next((one for one in content.get(section, ()) if one["number"] == number), {})
    return {name: tidy(value) for name, value in found.items()}


def changed(
    project: Project, section: str, number: int | None, form: StudioForm
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the form says otherwise than the revision that it began with, and what that one said."""
    before = _before(project, form.cleaned_data["revision"], section, number)
    given = {name: value for name, value in form.values().items() if fields.plain(value) != before.get(name)}
    return given, {name: before.get(name) for name in given}


def _before(project: Project, revision: int, section: str, number: int | None) -> dict[str, Any]:
    """What the form began with, as that revision has it; of a dossier that nobody had begun, what is empty."""
    if revision:
        return values_in(project, queries.dossier_revision(project, revision).content, section, number)
    empty = documents.dossier_json(queries.dossier_of(project)) if number is None else {}
    return values_in(project, empty, section, number)


def write(
    project: Project,
    section: str,
    number: int | None,
    given: dict[str, Any],
    seen: dict[str, Any],
    *,
    by: User,
    now: datetime,
) -> None:
    """Save what was changed. Raises NotAllowed, Invalid, PreconditionFailed, Conflict, NotFound."""
    given = _found(project, given)
    if section == "options":
        operations.revise_option(option=queries.option(project, number or 0), values=given, by=by, now=now, seen=seen)
    elif section == "spikes":
        operations.revise_spike(spike=queries.spike(project, number or 0), values=given, by=by, now=now, seen=seen)
    elif section == "assumptions":
        one = queries.assumption(project, number or 0)
        operations.revise_assumption(assumption=one, values=given, by=by, now=now, seen=seen)
    elif section == "outcome":
        operations.revise_outcome(project=project, values=given, by=by, now=now, seen=seen)
    else:
        operations.revise_dossier(project=project, values=given, by=by, now=now, seen=seen)


def _found(project: Project, given: dict[str, Any]) -> dict[str, Any]:
    """The things that the form names by number or user name."""
    finders: dict[str, Any] = {
        "precedent": queries.precedent,
        "option": queries.option,
        "spike": queries.spike,
        "item": queries.item,
        "owner": lambda project, name: queries.member(project, name).user,
    }
    return {
        name: finders[name](project, value) if name in finders and value is not None else value
        for name, value in given.items()
    }


def overtaken(
    project: Project, section: str, number: int | None, given: dict[str, Any], refusal: PreconditionFailed
) -> tuple[StudioForm, list[dict[str, str]]]:
    """The form anew: theirs where only they changed something; where both did, ours stays and both are told."""
    revision, content = queries.dossier_of(project).version, documents.content_of(project)
    current = values_in(project, content, section, number)
    form = blank(project, section, content, initial=current | given | {"revision": revision})
    names = [one.field for one in refusal.errors if one.field]
    return form, [
        {
            "label": str(form.fields[name].label),
            "theirs": fields.shown(current.get(name)),
            "yours": fields.shown(given[name]),
        }
        for name in names
    ]


def tried(content: dict[str, Any], given: Mapping[str, Any], option: int | None) -> dict[str, Any]:
    """The dossier with these fields in place of its own."""
    plain = {name: fields.plain(value) for name, value in given.items()}
    if option is None:
        return content | plain
    changed = [one | plain if one["number"] == option else one for one in content["options"]]
    return content | {"options": changed}


def _is_planned(content: Mapping[str, Any], number: int | None) -> bool:
    return any(one["number"] == number and one["state"] == SpikeState.PLANNED for one in content["spikes"])
