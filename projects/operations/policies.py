"""Writing policies, publishing them by a second person, and moving a project to one."""

import hashlib
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from core import events
from core.errors import Conflict, FieldError, Invalid
from core.models import User
from core.rules import require
from projects import policies, queries, rules
from projects.enums import POLICY_FLOW, PolicyState
from projects.events import (
    GATE_POLICY_CHANGED,
    POLICY_DISCARDED,
    POLICY_DRAFTED,
    POLICY_PUBLISHED,
    POLICY_REVISED,
)
from projects.models import PolicyVersion, Project, ProjectPolicy
from projects.operations.locking import locked_open, require_version
from projects.policy import Pack, PolicyError, run_tests, shipped

# Any number will do, as long as nobody else takes it: drafts of one name get their numbers one after the other.
_LOCK = 7_468_727


@transaction.atomic
def load_shipped_policies(*, now: datetime) -> list[PolicyVersion]:
    """Publish the packs that come with the house, each as a new version of its name if its text is new.

    May run again at any time. What a project keeps stays as it is.
    """
    _lock()
    made = []
    for name, text in shipped().items():
        pack, digest = policies.read_text(text), _digest(text)
        if not PolicyVersion.objects.filter(name=name, digest=digest, written_by=None).exists():
            made.append(_insert(pack, text, None, now, state=PolicyState.PUBLISHED, published_at=now))
    return made


@transaction.atomic
def draft_policy(*, text: str, by: User, now: datetime) -> PolicyVersion:
    """Propose a text: the next version of the pack that it names. Raises NotAllowed, Invalid (line and column)."""
    require(rules.why_not_draft_policy(by))
    pack = checked_policy(text)
    _lock()
    draft = _insert(pack, text, by, now)
    events.record(POLICY_DRAFTED, draft, by=by, digest=draft.digest)
    return draft


@transaction.atomic
def revise_policy(
    *, policy: PolicyVersion, text: str, by: User, now: datetime, expected_version: int | None = None
) -> PolicyVersion:
    """Change one's own draft. Raises NotAllowed, Invalid, IllegalStep once it is published, PreconditionFailed."""
    policy = _locked(policy)
    require(rules.why_not_revise_policy(by, policy))
    policy.state = POLICY_FLOW.target(policy.state, "revise")
    require_version("The draft", policy.version, expected_version)
    pack = checked_policy(text)
    if pack.name != policy.name:
        raise Invalid(f"This is a draft of {policy.name}: the text says {pack.name}.", field="text", code="name")
    policy.text, policy.digest, policy.title, policy.tiers = text, _digest(text), pack.title, list(pack.tiers)
    policy.version, policy.written_at = policy.version + 1, now
    policy.save(update_fields=["text", "digest", "title", "tiers", "version", "written_at"])
    events.record(POLICY_REVISED, policy, by=by, digest=policy.digest)
    return policy


@transaction.atomic
def publish_policy(
    *, policy: PolicyVersion, by: User, now: datetime, expected_version: int | None = None
) -> PolicyVersion:
    """Make a draft count, by somebody who did not write it. It never changes again.

    Raises NotAllowed, IllegalStep, PreconditionFailed, Invalid where a fact has gone, Conflict (`tests_fail`).
    """
    policy = _locked(policy)
    require(rules.why_not_publish_policy(by, policy))
    require_version("The draft", policy.version, expected_version)
    policy.state = POLICY_FLOW.target(policy.state, "publish")
    _require_tests(checked_policy(policy.text))
    policy.published_by, policy.published_at = by, now
    policy.save(update_fields=["state", "published_by", "published_at"])
    events.record(POLICY_PUBLISHED, policy, by=by, digest=policy.digest)
    return policy


@transaction.atomic
def discard_policy(*, policy: PolicyVersion, by: User) -> PolicyVersion:
    """Give a draft up. Raises NotAllowed, IllegalStep."""
    policy = _locked(policy)
    require(rules.why_not_discard_policy(by, policy))
    policy.state = POLICY_FLOW.target(policy.state, "discard")
    policy.save(update_fields=["state"])
    events.record(POLICY_DISCARDED, policy, by=by)
    return policy


@transaction.atomic
def move_to_policy(*, project: Project, policy: PolicyVersion, by: User, now: datetime) -> ProjectPolicy:
    """From now on the project's gates go by this version; approvals by the one before no longer count.

    Raises NotAllowed, Conflict: a draft, a pack for another tier, the version that it goes by already, or one before it
    (`older`).
    """
    project = locked_open(project.pk)
    require(rules.why_not_move_policy(by, project))
    if policy.state != PolicyState.PUBLISHED:
        raise Conflict(f"{policy} is not published.", code="not_published")
    if not policies.fits(policies.read(policy), project):
        tier = policies.tier_word(project)
        raise Conflict(f"{policy} is for {', '.join(policy.tiers)}; this project is {tier}.", code="wrong_tier")
    kept = ProjectPolicy.objects.filter(project=project).select_related("policy").first()
    if kept is not None and kept.policy_id == policy.pk:
        raise Conflict(f"The project goes by {policy} already.", code="same")
    before = kept.policy if kept else policies.policy_of(project)
    if policy.name == before.name and policy.number < before.number:
        raise Conflict(
            f"{policy} is older than {before}, which the project goes by: there is no way back.", code="older"
        )
    kept, _ = ProjectPolicy.objects.update_or_create(project=project, defaults={"policy": policy, "since": now})
    events.record(GATE_POLICY_CHANGED, kept, by=by, before=str(before), after=str(policy), policy=policy.public_id)
    return kept


def checked_policy(text: str) -> Pack:
    """The pack that the text says. Raises Invalid with one entry for each problem."""
    try:
        return policies.read_text(text)
    except PolicyError as exc:
        said = [FieldError(field="text", code="policy", message=str(one)) for one in exc.problems]
        raise Invalid(str(exc.problems[0]), code="policy", errors=said) from None


def _require_tests(pack: Pack) -> None:
    """Every test beside the policy passes."""
    failing = [one for one in run_tests(pack) if not one.is_passed]
    if failing:
        said = [
            FieldError(field=one.test.name, code="test", message=f"Line {one.test.line}: {failure}")
            for one in failing
            for failure in one.failures
        ]
        names = ", ".join(one.test.name for one in failing)
        raise Conflict(f"{len(failing)} of its {len(pack.tests)} tests fail: {names}.", code="tests_fail", errors=said)


def _insert(
    pack: Pack,
    text: str,
    by: User | None,
    now: datetime,
    *,
    state: PolicyState = PolicyState.DRAFT,
    published_at: datetime | None = None,
) -> PolicyVersion:
    last = queries.policy_versions().filter(name=pack.name).aggregate(last=Max("number"))["last"] or 0
    return PolicyVersion.objects.create(
        name=pack.name,
        number=last + 1,
        title=pack.title,
        text=text,
        digest=_digest(text),
        tiers=list(pack.tiers),
        state=state,
        written_by=by,
        written_at=now,
        published_at=published_at,
    )


def _locked(policy: PolicyVersion) -> PolicyVersion:
    return PolicyVersion.objects.select_for_update(no_key=True).get(pk=policy.pk)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
