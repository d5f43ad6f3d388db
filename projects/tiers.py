"""A project's tier, and the regimes by which it is found."""

from django.conf import settings
from django.db.models import QuerySet

from projects import regimes
from projects.models import Classification, Project


def known_regimes() -> dict[str, regimes.Regime]:
    """By key, as their files say now. Raises BadRegime."""
    return regimes.load(settings.REGIMES_DIR)


def classifying_regime() -> regimes.Regime:
    """The regime whose questions classify: the first by key that asks any. Raises BadRegime."""
    asking = [one for one in known_regimes().values() if one.questions]
    if not asking:
        raise regimes.BadRegime(f"no file in {settings.REGIMES_DIR} has questions")
    return asking[0]


def classifications(project: Project) -> QuerySet[Classification]:
    """The last first."""
    return (
        Classification.objects.filter(project=project).select_related("decided_by", "confirmed_by").order_by("-number")
    )


def classification_of(project: Project) -> Classification | None:
    """The one that counts: the last that waits for nobody."""
    return classifications(project).filter(is_waiting=False).first()


def waiting_of(project: Project) -> Classification | None:
    """The last one, if it lowers the tier and waits for a second person."""
    last = classifications(project).first()
    return last if last is not None and last.is_waiting else None


def tier_of(project: Project) -> int | None:
    """1 (low) to 4 (critical); None while the project is not classified, and for what is prohibited."""
    found = classification_of(project)
    return found.tier if found else None


def why_again(project: Project, found: Classification | None) -> str:
    """Why the project has to be classified (again); empty if it need not."""
    if found is None:
        return "Nobody has classified this project yet."
    if found.purpose_text != project.purpose:
        return "The purpose was changed since: classify the project again."
    regime = known_regimes().get(found.regime)
    if regime is not None and regime.checked_on > found.regime_checked_on:
        return f"{regime.name} was looked at again on {regime.checked_on}: see whether the answers still hold."
    return ""
