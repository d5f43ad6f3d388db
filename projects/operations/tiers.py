"""Classifying a project; lowering its tier takes two persons."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from core import events
from core.errors import Invalid, NotFound
from core.models import User
from core.rules import require
from projects import regimes, rules, tiers
from projects.events import PROJECT_CLASSIFIED, TIER_LOWERED, TIER_LOWERING_PROPOSED
from projects.models import Classification, Project
from projects.operations.dossier import keep_promise
from projects.operations.locking import locked_open, require_version
from projects.operations.values import Values
from projects.roles import Permission
from projects.tiering import tier_for

MOST_TEXT = 4000


@transaction.atomic
def classify_project(
    *,
    project: Project,
    answers: Mapping[str, str],
    exposure: int,
    automation: int,
    note: str,
    is_complex: bool = False,
    derogates: bool = False,
    population: str = "",
    by: User,
    now: datetime,
    expected_version: int | None = None,
) -> Classification:
    """Find the project's tier from the answers, and keep both. One that lowers the tier waits until a second person
    agrees; until then the one before counts. `expected_version` is the number of the last one read.

    Raises NotAllowed, Invalid (each question that is wrong by its key), Conflict when retired, PreconditionFailed.
    """
    project = locked_open(project.pk)
    require(rules.why_not(by, Permission.CLASSIFY, project.pk))
    last, counts = tiers.classifications(project).first(), tiers.classification_of(project)
    require_version("The classification", last.number if last else 0, expected_version)
    given = _checked(exposure=exposure, automation=automation, note=note, population=population)
    regime = tiers.classifying_regime()
    outcome = _outcome(regime, answers, derogates=derogates)
    tier = tier_for(regime_class=outcome.regime_class, exposure=exposure, automation=automation, is_complex=is_complex)
    lowers = counts is not None and _weight(tier) < _weight(counts.tier)
    found = Classification.objects.create(
        project=project,
        number=(last.number if last else 0) + 1,
        regime=regime.key,
        regime_checked_on=regime.checked_on,
        answers={question.key: answers[question.key] for question in regime.questions if question.key in answers},
        derogates=derogates,
        regime_class=outcome.regime_class,
        citation=outcome.decided_by.citation if outcome.decided_by else "",
        is_complex=is_complex,
        purpose_text=project.purpose,
        tier=tier,
        is_waiting=lowers,
        decided_by=by,
        decided_at=now,
        **given,
    )
    keep_promise(project, by=by, now=now)
    _tell(TIER_LOWERING_PROPOSED if lowers else PROJECT_CLASSIFIED, found, counts, by=by)
    return found


@transaction.atomic
def confirm_tier(*, project: Project, by: User, now: datetime, expected_version: int | None = None) -> Classification:
    """Agree to the lower tier that another person proposed: from now on it counts.

    Raises NotAllowed, NotFound when nothing waits, Conflict when retired, PreconditionFailed.
    """
    project = locked_open(project.pk)
    waiting = tiers.waiting_of(project)
    if waiting is None:
        raise NotFound("No lower tier waits for a second person.")
    require(rules.why_not_confirm_tier(by, waiting))
    require_version("The classification", waiting.number, expected_version)
    counts = tiers.classification_of(project)
    waiting.is_waiting, waiting.confirmed_by, waiting.confirmed_at = False, by, now
    waiting.save(update_fields=["is_waiting", "confirmed_by", "confirmed_at"])
    keep_promise(project, by=by, now=now)
    _tell(TIER_LOWERED, waiting, counts, by=by)
    return waiting


def _tell(event_type: str, found: Classification, before: Classification | None, *, by: User) -> None:
    events.record(
        event_type,
        found,
        by=by,
        tier=found.tier,
        was_tier=before.tier if before else None,
        regime_class=str(found.regime_class),
        exposure=found.exposure,
        automation=found.automation,
    )


def _weight(tier: int | None) -> int:
    """What is prohibited weighs most."""
    return tier or 5


def _checked(*, exposure: int, automation: int, note: str, population: str) -> dict[str, Any]:
    values = Values()
    after = {
        "exposure": values.whole("exposure", exposure, low=1, high=4),
        "automation": values.whole("automation", automation, low=1, high=4),
        "note": values.text("note", note, least=1, most=MOST_TEXT),
        "population": values.text("population", population, most=MOST_TEXT),
    }
    values.refuse_if_wrong()
    return after


def _outcome(regime: regimes.Regime, answers: Mapping[str, str], *, derogates: bool) -> regimes.Outcome:
    unknown = sorted(set(answers) - {question.key for question in regime.questions})
    if unknown:
        raise Invalid(f"There is no question {', '.join(unknown)} in {regime.name}.", field=unknown[0])
    try:
        return regimes.classify(regime, answers, derogates=derogates)
    except regimes.Unanswered as exc:
        raise Invalid(str(exc), field=exc.question, code="unanswered") from None
