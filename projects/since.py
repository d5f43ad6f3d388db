"""What is otherwise now than in what a verdict on a gate was about, by the names that the pages use."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse

from projects import dossier_document, facts, gates, queries
from projects.enums import Gate
from projects.forms.scope import ScopeForm
from projects.history import difference
from projects.models import DossierRevision, GateApproval, Project

PARTS = {
    "policy": "Policy",
    "tier": "Tier",
    "scope": "Scope, revision",
    "dossier": "Dossier, revision",
    "risks": "Risks, revision of each",
    "waivers": "Waivers",
}
STATES = {
    "ok": "met",
    "bad": "not met",
    "wait": "on its way",
    "waived": "waived",
    "left_out": "does not apply",
}


@dataclass(frozen=True)
class Change:
    """`name` is what programs call it, `label` people; `url` where it is to be seen."""

    name: str
    label: str
    then: str
    now: str
    url: str = ""


def changes_since(project: Project, approval: GateApproval) -> list[Change]:
    """Of the verdict's own gate, whichever the project stands before now. What was revised is told field by field."""
    found = gates.assess_gate(project, Gate(approval.request.gate))
    bound = approval.evaluation.bound
    return list(_told(project, found, bound))


def _told(project: Project, found: gates.Assessment, bound: dict[str, Any]) -> Iterator[Change]:
    rows = {row.name: (row.then, row.now) for row in difference(found, bound)}
    labels = {check.rule or check.id: check.label for check in found.checks}
    urls = {check.rule or check.id: check.url for check in found.checks}
    docs = {name: known.doc.removesuffix(".") for name, known in facts.known_facts().items()}
    for name, (then, now) in rows.items():
        if name in PARTS:
            yield Change(name, PARTS[name], then, now, _url_of(project, name, bound))
            yield from _fields(project, name, bound)
        elif f"checks.{name}" not in rows:  # or it is told with its evidence
            rule = name.removeprefix("checks.")
            if rule != name:
                states = rows.get(rule, ("", ""))
                then, now = (_with_state(state, value) for state, value in zip(states, (then, now), strict=True))
            else:
                then, now = STATES.get(then, then), STATES.get(now, now)
            yield Change(name, labels.get(rule) or docs.get(name, name), then, now, urls.get(rule, ""))


def _with_state(state: str, value: str) -> str:
    return f"{STATES.get(state, state)}: {value}" if state else value


def _url_of(project: Project, part: str, bound: dict[str, Any]) -> str:
    if part == "dossier":
        then, url = bound[part], reverse("projects:studio-document", args=[project.key])
        return f"{url}?since={then}" if then else url
    return reverse(f"projects:{part}", args=[project.key]) if part in ("scope", "risks") else ""


def _fields(project: Project, part: str, bound: dict[str, Any]) -> Iterator[Change]:
    if part == "scope":
        yield from _of_scope(project, bound[part])
    if part == "dossier":
        yield from _of_dossier(project, bound[part])


def _of_scope(project: Project, then: int) -> Iterator[Change]:
    scope, form = queries.scope_of(project), ScopeForm()
    for name, was in queries.scope_before(project, then).items():
        now = getattr(scope, name)
        if isinstance(now, Decimal):  # the log has it as text
            was, now = was and float(was), float(now)
        before, after = dossier_document.said(was), dossier_document.said(now)
        if before != after:
            yield Change(f"scope.{name}", str(form[name].label), before, after)


def _of_dossier(project: Project, then: int) -> Iterator[Change]:
    now = queries.dossier_of(project).version
    kept = DossierRevision.objects.filter(project=project, number__in=[then, now])
    contents = dict(kept.values_list("number", "content"))
    for one in dossier_document.differences(contents.get(then, {}), contents.get(now, {})):
        before, after = one.shown
        yield Change(f"dossier.{one.name.replace(' ', '_')}", f"{one.where}: {one.name}", before, after)
