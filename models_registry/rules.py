"""Who may register, decide, deploy and predict: a reason why not, or None."""

from core.models import User
from models_registry import queries
from models_registry.models import Approval, ModelVersion, Review, VersionComment
from projects import rules
from projects.roles import Permission

PROTECTED_ALIASES = frozenset({"champion", "production"})


def is_protected(alias: str) -> bool:
    """Whether an alias says that a version is the one in use."""
    return alias.lower() in PROTECTED_ALIASES


def why_not_register(user: User | None, project_id: int) -> str | None:
    return rules.why_not(user, Permission.REGISTER_MODEL, project_id)


def why_not_set_alias(user: User | None, alias: str, project_id: int) -> str | None:
    """A protected alias is moved by whoever may deploy."""
    needed = Permission.DEPLOY if is_protected(alias) else Permission.REGISTER_MODEL
    return rules.why_not(user, needed, project_id)


def why_not_evaluate(user: User | None, project_id: int) -> str | None:
    """Whoever makes versions, and whoever judges them, may say on which data."""
    if rules.why_not(user, Permission.REVIEW, project_id) is None:
        return None
    return rules.why_not(user, Permission.REGISTER_MODEL, project_id)


def why_not_request_review(user: User | None, project_id: int) -> str | None:
    return rules.why_not(user, Permission.REQUEST_REVIEW, project_id)


def why_not_decide_own(user: User | None, review: Review) -> str | None:
    """Whoever made the version or asked for its review does not decide on it, nor does a program."""
    if user is None or user.is_robot:
        return "A person must decide: a program may ask for a review, and never approve it."
    if user.pk == review.author_id:
        return "You made this version, and nobody approves their own work: another person decides."
    if user.pk == review.requested_by_id:
        return "You asked for this review, so another person decides."
    return None if user.is_active else "This account is not active."


def why_not_own_work(user: User, review: Review) -> str | None:
    """Whoever did something to the version does not decide on it."""
    contribution = _contribution(user, review.model_version)
    return f"You {contribution}, and nobody approves their own work: another person decides." if contribution else None


def _contribution(user: User, version: ModelVersion) -> str | None:
    """What this person did to the version, or None."""
    if version.run is not None and version.run.created_by_id == user.pk:
        return "trained this version"
    if version.logged_model is not None and version.logged_model.created_by_id == user.pk:
        return "logged this version's model"
    return "changed this version" if queries.changes_of(version).filter(actor=user).exists() else None


def why_not_withdraw_decision(user: User | None, approval: Approval) -> str | None:
    if user is None or user.pk != approval.approver_id:
        return f"Only {approval.approver}, who decided this, may withdraw it."
    return None if user.is_active else "This account is not active."


def why_not_withdraw(user: User | None, review: Review) -> str | None:
    if user is None or user.pk == review.requested_by_id:
        return None
    return f"Only {review.requested_by or 'whoever asked for it'} may withdraw this review."


def why_not_manage_webhooks(user: User | None, project_id: int) -> str | None:
    """Whoever may deploy. Also to see them: an address may hold a secret."""
    return rules.why_not(user, Permission.DEPLOY, project_id)


def why_not_comment(user: User | None, comment: VersionComment) -> str | None:
    """Whoever makes models or decides about them."""
    makes = rules.why_not(user, Permission.REGISTER_MODEL, comment.project_id)
    return makes and rules.why_not(user, Permission.REVIEW, comment.project_id)


def why_not_deploy(user: User | None, project_id: int) -> str | None:
    return rules.why_not(user, Permission.DEPLOY, project_id)


def why_not_predict(user: User | None, project_id: int) -> str | None:
    return rules.why_not(user, Permission.PREDICT, project_id)
