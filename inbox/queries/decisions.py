"""What else waits for a person's decision: reviews, second signatures, kill criteria, objections, ratings, policies."""

from datetime import UTC, datetime, time, timedelta

from django.db.models import Prefetch
from django.urls import reverse

from core.errors import Conflict
from inbox.enums import Group
from inbox.queries.person import DECIDE_WITHIN, Person
from inbox.rows import Elsewhere, Row
from models_registry import approvals
from models_registry.enums import ReviewState
from models_registry.models import Approval, Review
from models_registry.queries import undecided_by
from projects.approvals import words
from projects.enums import AcceptanceSide, PolicyState, RiskLevel, RiskState, Stage
from projects.models import KillCriterion, Objection, PolicyVersion, Precedent, Project, RiskAcceptance, ScopeOption
from projects.roles import PERMISSIONS, Permission, roles_with
from projects.rules import SIDES, SPEAKS_FOR

# A criterion asks for a decision before its day, not on it.
KILL_AHEAD = timedelta(days=14)


def reviews(person: Person) -> tuple[list[Row], list[Elsewhere]]:
    """Those that the person may decide and has not decided as they stand now, and those that others decide. Only what
    the person has decided, and is open yet, is computed anew."""
    given = Approval.objects.filter(approver=person.user, withdrawn_at=None, review__state=ReviewState.OPEN)
    decided = set(given.values_list("review", flat=True))
    mine = set(undecided_by(person.user, person.policies).values_list("pk", flat=True))
    found = Review.objects.filter(project__in=person.ids, state=ReviewState.OPEN).defer("model_version__signature")
    found = found.select_related("model_version__model", "requested_by").order_by("requested_at", "pk")
    waiting = [one for one in found if one.pk in mine and (one.pk not in decided or _waits_again(person, one))]
    rest = [_elsewhere(person, one) for one in found if one not in waiting]
    return [_review(person, one) for one in waiting], rest


def _elsewhere(person: Person, review: Review) -> Elsewhere:
    """With whom the policy of its project asks for, in words; else whoever may review."""
    pack = person.pack_of(review.project_id)
    wanted = pack.validation.approvals if pack else ()
    who = ", ".join(words(rule, rule.count) for rule in wanted)
    return Elsewhere(
        str(review.model_version),
        _review_url(person, review),
        who or ", ".join(role.label.lower() for role in roles_with(Permission.REVIEW)),
        review.requested_at,
        person.projects[review.project_id].name,
    )


def _waits_again(person: Person, review: Review) -> bool:
    """Whether what the person decided no longer counts, as after a change of what the review rests on."""
    try:
        return approvals.why_not_decide(person.user, approvals.tally(review, now=person.now)) is None
    except Conflict:  # a policy that can no longer be read lets nobody decide
        return False


def _review(person: Person, review: Review) -> Row:
    return person.row(
        Group.DECIDE,
        review.project_id,
        key=f"review:{review.pk}",
        what="Review a version",
        title=str(review.model_version),
        detail=review.reason,
        by=review.requested_by.name if review.requested_by else "",
        url=_review_url(person, review),
        since=review.requested_at,
        print=f"{review.version}.{review.revision}",
        about=("modelversion", review.model_version.public_id),
    )


def _review_url(person: Person, review: Review) -> str:
    return reverse("models_registry:review", args=[person.projects[review.project_id].key, review.number])


def acceptances(person: Person) -> list[Row]:
    """High risks that were signed by the other side."""
    waiting = RiskAcceptance.objects.filter(
        risk__project__in=person.ids_with(*SIDES.values()),
        risk__state=RiskState.OPEN,
        level=RiskLevel.HIGH,
        countersigned_by=None,
        ended_because="",
    ).exclude(signed_by=person.user)
    found = waiting.select_related("risk", "signed_by").order_by("signed_at", "pk")
    return [_acceptance(person, one) for one in found if _is_other_side(person, one)]


def _is_other_side(person: Person, made: RiskAcceptance) -> bool:
    other = AcceptanceSide.SPONSOR if made.signed_for == AcceptanceSide.RISK else AcceptanceSide.RISK
    return SIDES[other] in PERMISSIONS[person.roles[made.risk.project_id]]


def _acceptance(person: Person, made: RiskAcceptance) -> Row:
    risk = made.risk
    return person.row(
        Group.DECIDE,
        risk.project_id,
        key=f"acceptance:{made.pk}",
        what="Sign the acceptance of a risk",
        title=risk.title,
        detail=made.reason,
        by=made.signed_by.name,
        url=reverse("projects:risk", args=[person.projects[risk.project_id].key, risk.number]),
        since=made.signed_at,
        print=str(risk.version),
        about=("risk", risk.public_id),
    )


def kill_criteria(person: Person) -> list[Row]:
    """Criteria that the person decides, from a fortnight before their day."""
    soon = (person.now + KILL_AHEAD).date()
    found = KillCriterion.objects.filter(
        decider=person.user, project__in=person.ids, decision="", reached_at=None, due_date__lte=soon
    ).exclude(project__stage=Stage.RETIRED)
    return [_criterion(person, one) for one in found.order_by("due_date", "pk")]


def _criterion(person: Person, criterion: KillCriterion) -> Row:
    due = datetime.combine(criterion.due_date, time.max, tzinfo=UTC)
    return person.row(
        Group.DECIDE,
        criterion.project_id,
        key=f"kill:{criterion.pk}",
        what="Go on or stop",
        title=str(criterion),
        url=_studio(person, criterion.project_id),
        since=due - KILL_AHEAD,
        due_at=due,
        print=f"{criterion.version}.{due < person.now}",
        about=("killcriterion", criterion.public_id),
    )


def objections(person: Person) -> list[Row]:
    """Dossiers under way in which the person's function has not spoken yet. Two queries."""
    speaks = {role: function for function, roles in SPEAKS_FOR.items() for role in roles}
    asked = {pk: speaks[role] for pk, role in person.roles.items() if role in speaks}
    drafts = _drafts(person, list(asked))
    heard = set(Objection.objects.filter(project__in=drafts).values_list("project_id", "function"))
    return [
        person.row(
            Group.DECIDE,
            project.pk,
            key=f"objection:{project.pk}:{asked[project.pk]}",
            what="Object, or say that you do not",
            title=f"For {asked[project.pk].label.lower()}",
            url=_studio(person, project.pk),
            since=project.dossier.revised_at or project.created_at,
            due_at=None,
        )
        for project in drafts
        if (project.pk, asked[project.pk]) not in heard
    ]


def ratings(person: Person) -> list[Row]:
    """Precedents that the person may still rate, blind: as the rules of `projects` have it. Three queries."""
    drafts = _drafts(person, person.ids_with(Permission.EDIT_SCOPE, Permission.REVIEW))
    sheets = Prefetch("sheets", to_attr="found")
    found = list(Precedent.objects.filter(project__in=drafts).prefetch_related(sheets).order_by("pk"))
    costed = set(
        ScopeOption.objects.filter(costed_by=person.user, project__in=drafts).values_list("project", flat=True)
    )
    revised = {project.pk: project.dossier.revised_at or project.created_at for project in drafts}
    return [
        person.row(
            Group.DECIDE,
            one.project_id,
            key=f"rating:{one.pk}",
            what="Rate a precedent, blind",
            title=one.title,
            url=_studio(person, one.project_id),
            since=revised[one.project_id],
            due_at=None,
            about=("precedent", one.public_id),
        )
        for one in found
        if _may_rate(person, one, is_costed=one.project_id in costed)
    ]


def _may_rate(person: Person, precedent: Precedent, *, is_costed: bool) -> bool:
    sheets = precedent.found  # type: ignore[attr-defined]  # what was prefetched
    if any(sheet.rater_id == person.user.pk for sheet in sheets):
        return False
    if Permission.EDIT_SCOPE in PERMISSIONS[person.roles[precedent.project_id]] and all(
        one.is_second for one in sheets
    ):
        return True
    return not is_costed and not any(sheet.is_second for sheet in sheets)


def _drafts(person: Person, ids: list[int]) -> list[Project]:
    found = Project.objects.filter(pk__in=ids, stage=Stage.SCOPING, dossier__version__gt=0)
    return list(found.select_related("dossier").order_by("pk"))


def drafted_policies(person: Person) -> list[Row]:
    """Drafts that the person may publish, being an administrator and not their author."""
    if not person.user.is_superuser:
        return []
    found = PolicyVersion.objects.filter(state=PolicyState.DRAFT).exclude(written_by=person.user)
    return [
        Row(
            key=f"policy:{one.pk}",
            group=Group.DECIDE,
            what="Publish a policy",
            title=str(one),
            by=one.written_by.name if one.written_by else "",
            url=reverse("projects:policy", args=[one.name, one.number]),
            since=one.written_at,
            due_at=one.written_at + DECIDE_WITHIN,
            is_overdue=one.written_at + DECIDE_WITHIN < person.now,
            print=str(one.version),
        )
        for one in found.select_related("written_by").order_by("written_at", "pk")
    ]


def _studio(person: Person, project_id: int) -> str:
    return reverse("projects:studio", args=[person.projects[project_id].key])
