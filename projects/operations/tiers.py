"""Classifying a project."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from core import events
from core.errors import Invalid
from core.models import User
from core.rules import require
from projects import regimes, rules, tiers
from projects.events import PROJECT_CLASSIFIED
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
    """Find the project's tier from the answers, and keep both. `expected_version` is the number of the last one read.

    Raises NotAllowed, Invalid (each question that is wrong by its key), Conflict when retired, PreconditionFailed.
    """
    project = locked_open(project.pk)
    require(rules.why_not(by, Permission.CLASSIFY, project.pk))
    last = tiers.classification_of(project)
    require_version("The classification", last.number if last else 0, expected_version)
    given = _checked(exposure=exposure, automation=automation, note=note, population=population)
    regime = tiers.classifying_regime()
    outcome = _outcome(regime, answers, derogates=derogates)
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
        tier=tier_for(
            regime_class=outcome.regime_class, exposure=exposure, automation=automation, is_complex=is_complex
        ),
        decided_by=by,
        decided_at=now,
        **given,
    )
    keep_promise(project, by=by, now=now)
    events.record(
        PROJECT_CLASSIFIED,
        found,
        by=by,
        tier=found.tier,
        was_tier=last.tier if last else None,
        regime_class=str(found.regime_class),
        exposure=exposure,
        automation=automation,
    )
    return found


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
