"""Who may do what in a project: a reason why not, or None."""

from collections.abc import Collection

from core.models import User
from projects import queries, tiers
from projects.enums import AcceptanceSide, CardKind, Discipline, Function, Gate, RiskLevel, Visibility
from projects.models import (
    Attachment,
    Ceiling,
    Classification,
    Comment,
    Delegation,
    Finding,
    GateApproval,
    GateCondition,
    GateRequest,
    GateWaiver,
    ItemComment,
    KillCriterion,
    Membership,
    PolicyVersion,
    Precedent,
    Project,
    ReviewCard,
    Risk,
    RiskAcceptance,
    SavedView,
    ScopeOption,
    Spike,
)
from projects.roles import PERMISSIONS, SECOND_LINE, TEAM, Permission, Role, roles_with

SPEAKS_FOR: dict[Function, tuple[Role, ...]] = {
    Function.BUSINESS: (Role.OWNER, Role.PRODUCT_OWNER, Role.SPONSOR),
    Function.DATA_SCIENCE: (Role.DATA_SCIENTIST,),
    Function.IT: (Role.ENGINEER,),
    Function.RISK: (Role.VALIDATOR, Role.RISK),
}
"""Who objects for which function."""


DISCIPLINES: dict[str, Discipline] = {
    Role.OWNER: Discipline.PRODUCT,
    Role.PRODUCT_OWNER: Discipline.PRODUCT,
    Role.DATA_SCIENTIST: Discipline.DATA_SCIENCE,
    Role.ENGINEER: Discipline.ENGINEERING,
    Role.VALIDATOR: Discipline.VALIDATION,
}
"""Whose work is whose, to begin with, when a sprint is planned."""


def why_not(user: User | None, permission: Permission, project_id: int) -> str | None:
    """Why this user may not do this in the project. The house itself (None) may."""
    return None if user is None else why_not_as(user, queries.role_of(user, project_id), permission)


def why_not_as(user: User, role: Role | None, permission: Permission) -> str | None:
    """The same, for a user whose role in the project is known."""
    if not user.is_active:
        return "This account is not active."
    if role is not None and permission in PERMISSIONS[role]:
        return None
    may = ", ".join(one.label.lower() for one in roles_with(permission))
    mine = f"you are {role.label.lower()}" if role else "you are not in it"
    return f"This needs the role {may}; in this project {mine}."


def granted(user: User, project_id: int) -> frozenset[Permission]:
    """All that this user may do in the project: for menus, which would ask for each by itself."""
    role = queries.role_of(user, project_id)
    return PERMISSIONS[role] if role is not None and user.is_active else frozenset()


def why_not_write_card(user: User | None, project_id: int, kind: str) -> str | None:
    """Everybody at work writes notes; decisions and actions are set down by those who plan."""
    is_binding = kind in (CardKind.DECISION, CardKind.ACTION)
    return why_not(user, Permission.PLAN if is_binding else Permission.TAKE_PART, project_id)


def why_not_change_card(user: User, card: ReviewCard) -> str | None:
    """Whoever wrote it may, and whoever plans."""
    if card.written_by_id == user.pk:
        return why_not(user, Permission.TAKE_PART, card.project_id)
    return why_not(user, Permission.PLAN, card.project_id)


def why_not_read(user: User, project_id: int) -> str | None:
    """Everything of a project is open to whoever is in it, and to administrators."""
    if not user.is_active:
        return "This account is not active."
    return None if queries.visible_projects(user).filter(pk=project_id).exists() else "You are not in this project."


def why_not_remove(user: User | None, membership: Membership) -> str | None:
    """Why this user may not take that person out. Anybody may leave."""
    if user is not None and user.pk == membership.user_id:
        return None
    return why_not(user, Permission.MANAGE_TEAM, membership.project_id)


def why_not_rate(user: User | None, precedent: Precedent) -> str | None:
    """Two persons rate: one of the team, and one who has a share in neither its options nor the first sheet; at tier 3
    and above one from outside the team."""
    if user is None or user.is_robot:
        return "Only a person may rate."
    sheets = list(precedent.sheets.all())
    if any(sheet.rater_id == user.pk for sheet in sheets):
        return None
    edits = why_not(user, Permission.EDIT_SCOPE, precedent.project_id)
    if edits is None and all(sheet.is_second for sheet in sheets):
        return None
    if any(sheet.is_second for sheet in sheets):
        return edits or "Both raters have rated."
    if ScopeOption.objects.filter(project_id=precedent.project_id, costed_by=user).exists():
        return "You costed an option, and the second rater has no share in it: another person rates."
    role = queries.role_of(user, precedent.project_id)
    if role in SECOND_LINE:
        return None
    if role in TEAM and (tiers.tier_of(precedent.project) or 0) >= 3:
        second_line = " or ".join(one.label.lower() for one in SECOND_LINE)
        return f"At tier 3 and above the second rater stands outside the team: {second_line} rates."
    return edits and why_not(user, Permission.REVIEW, precedent.project_id)


def why_not_seal(user: User | None, project: Project) -> str | None:
    """The ceiling is set by the sponsor; where there is none, by whoever answers for the project, and never by who
    costs its options. Another person's seal nobody replaces but the sponsor."""
    if user is None or user.is_robot:
        return "Only a person may set the ceiling."
    if ScopeOption.objects.filter(project=project, costed_by=user).exists():
        return "You costed an option, and nobody sets the ceiling of their own plan: another person does."
    reason = why_not(user, Permission.PASS_GATE, project.pk) or _why_not_sponsor(user, project.pk)
    before = Ceiling.objects.select_related("sealed_by").filter(project=project).exclude(sealed_by=user).first()
    if reason is not None or before is None or queries.role_of(user, project.pk) == Role.SPONSOR:
        return reason
    return f"{before.sealed_by} sealed it, and nobody replaces another person's seal: a sponsor may."


def why_not_open(user: User | None, ceiling: Ceiling) -> str | None:
    """The sponsor opens it, or where there is none, whoever sealed it."""
    if user is None or user.is_robot:
        return "Only a person may open the ceiling."
    reason = why_not(user, Permission.PASS_GATE, ceiling.project_id) or _why_not_sponsor(user, ceiling.project_id)
    if reason is not None or queries.role_of(user, ceiling.project_id) == Role.SPONSOR:
        return reason
    return None if user.pk == ceiling.sealed_by_id else "Only whoever sealed the ceiling opens it."


def _why_not_sponsor(user: User, project_id: int) -> str | None:
    """Where there is a sponsor, the money is theirs to limit."""
    sponsors = [one.user for one in queries.with_role(project_id, Role.SPONSOR)]
    if not sponsors or user in sponsors:
        return None
    names = " or ".join(str(one) for one in sponsors)
    return f"The ceiling is the sponsor's: {names} seals it and opens it."


def why_not_lock_spike(user: User | None, spike: Spike) -> str | None:
    """A person locks: it fixes what they will be held to."""
    if user is None or user.is_robot:
        return "Only a person may lock a spike."
    return why_not(user, Permission.EDIT_SCOPE, spike.project_id)


def why_not_decide_kill(user: User | None, criterion: KillCriterion) -> str | None:
    if user is None or user.pk != criterion.decider_id:
        return f"Only {criterion.decider} decides this one."
    return None if queries.role_of(user, criterion.project_id) else "You are no longer in this project."


def why_not_object(user: User | None, project: Project) -> str | None:
    """Objections are a person's, for the function that their role speaks for."""
    if user is None or user.is_robot:
        return "Only a person may object."
    if function_of(user, project) is not None:
        return None
    return "Objections come from business, data science, IT and risk: your role speaks for none of them."


def function_of(user: User, project: Project) -> Function | None:
    """The function that this member speaks for."""
    role = queries.role_of(user, project.pk)
    return next((function for function, roles in SPEAKS_FOR.items() if role in roles), None)


def why_not_answer_readiness(user: User | None, project: Project) -> str | None:
    """Who knows the data, the plan, or what is lawful. A person: it stands in for what nobody can measure."""
    if user is None or user.is_robot:
        return "Only a person may answer for the data."
    edits = why_not(user, Permission.EDIT_SCOPE, project.pk)
    others = (Permission.ADD_DATA, Permission.EDIT_RISKS)
    return None if any(why_not(user, one, project.pk) is None for one in others) else edits


def why_not_confirm_tier(user: User | None, waiting: Classification) -> str | None:
    """Whoever classifies agrees to a lower tier, and never who proposed it."""
    if user is None or user.is_robot:
        return "Only a person may agree to a lower tier."
    if user.pk == waiting.decided_by_id:
        return "You proposed this, and nobody lowers a tier alone: another person agrees."
    return why_not(user, Permission.CLASSIFY, waiting.project_id)


def why_not_accept_risk(user: User | None, risk: Risk) -> str | None:
    """A low risk is accepted by its owner, a medium one by the business, a high one by the second line and the sponsor.

    Where a low one has no owner, whoever keeps the register may. A critical one nobody: the operation says so.
    """
    if user is None or user.is_robot:
        return "Only a person may accept a risk."
    if risk.level >= RiskLevel.HIGH:
        return _why_not_any(user, risk.project_id, *SIDES.values())
    if risk.level == RiskLevel.LOW and risk.owner_id in (None, user.pk):
        return why_not(user, Permission.EDIT_RISKS, risk.project_id)
    return why_not(user, Permission.ACCEPT_RISK, risk.project_id)


SIDES = {
    AcceptanceSide.RISK: Permission.ACCEPT_FOR_RISK,
    AcceptanceSide.SPONSOR: Permission.ACCEPT_FOR_THE_SPONSOR,
}


def signs_for(user: User, risk: Risk) -> AcceptanceSide:
    """For which side this user signs the acceptance of a risk that they may accept."""
    if risk.level < RiskLevel.HIGH:
        is_own = risk.level == RiskLevel.LOW and risk.owner_id in (None, user.pk)
        return AcceptanceSide.OWNER if is_own else AcceptanceSide.BUSINESS
    return next(side for side, needed in SIDES.items() if why_not(user, needed, risk.project_id) is None)


def why_not_sign(user: User | None, acceptance: RiskAcceptance) -> str | None:
    """The second signature is another person's, of the other side."""
    if user is None or user.is_robot:
        return "Only a person may accept a risk."
    if acceptance.signed_by_id == user.pk:
        return "You signed already: another person signs for the other side."
    other = AcceptanceSide.SPONSOR if acceptance.signed_for == AcceptanceSide.RISK else AcceptanceSide.RISK
    return why_not(user, SIDES[other], acceptance.risk.project_id)


def why_not_close_finding(user: User | None, finding: Finding) -> str | None:
    """At tier 3 and above nobody closes a finding that is, or ever was, their own; one that blocks, at no tier."""
    if user is None or user.is_robot:
        return "Only a person may close a finding."
    if finding.is_blocking and user.pk in finding.owned_by_ids:
        return "This finding is about what you did, and it blocks the gates: another person looks at it and closes it."
    if (tiers.tier_of(finding.project) or 0) >= 3 and user.pk in finding.owned_by_ids:
        return "This finding is, or was, yours, and the project's tier is 3 or above: another person closes it."
    return why_not(user, Permission.EDIT_RISKS, finding.project_id)


def _why_not_any(user: User, project_id: int, *permissions: Permission) -> str | None:
    """Why none of these is granted."""
    reasons = [why_not(user, one, project_id) for one in permissions]
    if None in reasons:
        return None
    may = ", ".join(role.label.lower() for role in PERMISSIONS if PERMISSIONS[role] & set(permissions))
    role = queries.role_of(user, project_id)
    mine = f"you are {role.label.lower()}" if role else "you are not in it"
    return f"A high risk is signed by the second line and the sponsor ({may}); in this project {mine}."


def why_not_pass_gate(user: User | None, project: Project, gate: Gate) -> str | None:
    """Why this user may not pass this gate of the project: nobody approves their own work."""
    if user is None or user.is_robot:
        return "Only a person may pass a gate."
    reason = why_not(user, Permission.PASS_GATE, project.pk)
    if reason is None and gate == Gate.SCOPE and project.scope.revised_by_id == user.pk:
        return "You revised the scope last, and nobody approves their own work: another person passes this gate."
    return reason


def why_not_request_gate(user: User | None, project: Project) -> str | None:
    """Whoever works on the project may ask for a decision; a token of a program may not."""
    if user is None or user.is_robot:
        return "Only a person may ask for a decision."
    may = (Permission.EDIT_SCOPE, Permission.PASS_GATE, Permission.PLAN)
    reasons = [why_not(user, permission, project.pk) for permission in may]
    return reasons[-1] if all(reasons) else None


def why_not_withdraw_gate_request(user: User | None, request: GateRequest) -> str | None:
    if user is not None and user.pk == request.requested_by_id:
        return None
    return why_not(user, Permission.PASS_GATE, request.project_id) if user else "Only a person may withdraw it."


def why_not_withdraw_gate_decision(user: User | None, approval: GateApproval) -> str | None:
    if user is None or user.pk != approval.approver_id:
        return f"Only {approval.approver}, who gave this verdict, may withdraw it."
    return None if user.is_active else "This account is not active."


def why_not_meet_condition(user: User | None, condition: GateCondition) -> str | None:
    """Whoever set the condition says that it is met, or who may pass gates; never its owner."""
    if user is None or user.is_robot:
        return "Only a person may say that a condition is met."
    if user.pk == condition.owner_id:
        return "You own this condition, and nobody approves their own work: another person says that it is met."
    if user.is_active and user.pk == condition.approval.approver_id:
        return None
    return why_not(user, Permission.PASS_GATE, condition.project_id)


def why_not_waive(
    user: User | None, request: GateRequest | None, by_role: str | None, worked: Collection[int]
) -> str | None:
    """`by_role` is the role that the policy lets waive; `worked` who contributed to what the gate is about."""
    if user is None or user.is_robot:
        return "Only a person may waive a check."
    if not user.is_active:
        return "This account is not active."
    if by_role is None:
        return "The policy of this project lets nobody waive a check of this gate."
    if request is None:
        return "Nobody has asked for the decision on this gate yet."
    if user.pk == request.requested_by_id:
        return "You asked for this decision, and nobody waives what they are asked for themselves."
    if user.pk in worked:
        return "You contributed to what this gate is about: another person waives its checks."
    role = queries.role_of(user, request.project_id)
    if role == by_role:
        return None
    mine = f"you are {role.label.lower()}" if role else "you are not in this project"
    return f"Checks of this gate are waived by the role {Role(by_role).label.lower()}; {mine}."


def why_not_end_waiver(user: User | None, waiver: GateWaiver) -> str | None:
    if user is not None and user.is_active and user.pk == waiver.granted_by_id:
        return None
    return why_not(user, Permission.PASS_GATE, waiver.project_id) if user else "Only a person may end a waiver."


def why_not_delegate(user: User | None, project: Project) -> str | None:
    """Whoever has a role that decides on something hands it on: nobody else for them."""
    if user is None or user.is_robot:
        return "Only a person may hand a right on."
    if not user.is_active:
        return "This account is not active."
    role = queries.role_of(user, project.pk)
    if role is None:
        return "You are not in this project."
    return f"The role {role.label.lower()} decides on nothing." if role in (Role.AUDITOR, Role.VIEWER) else None


def why_not_end_delegation(user: User | None, delegation: Delegation) -> str | None:
    """Whoever gave it, or whoever keeps the team."""
    if user is not None and user.is_active and user.pk == delegation.given_by_id:
        return None
    return why_not(user, Permission.MANAGE_TEAM, delegation.project_id) if user else "Only a person may take it back."


def why_not_draft_policy(user: User | None) -> str | None:
    """Anybody may propose one: it counts only once an administrator publishes it."""
    if user is None or user.is_robot:
        return "Only a person may write a policy."
    return None if user.is_active else "This account is not active."


def why_not_revise_policy(user: User | None, policy: PolicyVersion) -> str | None:
    if user is None or user.pk != policy.written_by_id:
        return "Only its author changes a draft: propose a version of your own."
    return why_not_draft_policy(user)


def why_not_publish_policy(user: User | None, policy: PolicyVersion) -> str | None:
    """An administrator, and never its author."""
    if user is None or user.is_robot or not user.is_active or not user.is_superuser:
        return "Policies are published by an administrator."
    if user.pk == policy.written_by_id:
        return f"You wrote this draft, and nobody publishes their own: {_other_administrator(user)}"
    return None


def _other_administrator(user: User) -> str:
    if queries.other_administrators(user).exists():
        return "another administrator does."
    return (
        "another administrator does, and you are the only one of this instance. Make a second one "
        "(python manage.py create_user USERNAME --password-stdin --admin), or let somebody else propose the text and "
        "publish that."
    )


def why_not_discard_policy(user: User | None, policy: PolicyVersion) -> str | None:
    if user is not None and user.is_active and (user.is_superuser or user.pk == policy.written_by_id):
        return None
    return "A draft is discarded by its author or an administrator."


def why_not_move_policy(user: User | None, project: Project) -> str | None:
    if user is None or user.is_robot:
        return "Only a person may move a project to another policy."
    return why_not(user, Permission.MANAGE_TEAM, project.pk)


def why_not_request_item(user: User | None, project_id: int) -> str | None:
    """Whoever is in the project may ask the team for something."""
    if user is None or not user.is_active:
        return "This account is not active."
    return None if queries.role_of(user, project_id) else "Only whoever is in this project asks for work in it."


def why_not_change_comment(user: User | None, comment: Comment) -> str | None:
    is_own = user is not None and user.pk == comment.created_by_id
    return None if is_own else "Only whoever wrote a comment may change or delete it."


def why_not_attach(user: User | None, attachment: Attachment) -> str | None:
    """As with comments; also who may take it away again, if it is theirs."""
    return _why_not_speak(user, attachment.project_id, attachment.visibility)


def why_not_detach(user: User | None, attachment: Attachment) -> str | None:
    """Whoever attached it, or plans the work."""
    if user is not None and user.pk == attachment.created_by_id:
        return why_not_attach(user, attachment)
    return why_not(user, Permission.PLAN, attachment.project_id)


def why_not_comment_on_item(user: User | None, comment: ItemComment) -> str | None:
    """Whoever is in the project comments; to the team alone, only the team speaks."""
    return _why_not_speak(user, comment.project_id, comment.visibility)


def _why_not_speak(user: User | None, project_id: int, visibility: str) -> str | None:
    if user is None or not user.is_active:
        return "This account is not active."
    if queries.role_of(user, project_id) is None:
        return "Only whoever is in this project comments on its items, or attaches files."
    if visibility == Visibility.TEAM and not queries.is_of_the_team(user, project_id):
        return "You are not of the team: comment to everyone."
    return None


def why_not_save_view(user: User | None, project_id: int, *, is_shared: bool) -> str | None:
    """Anybody of the project keeps views for themselves; who plans shares them."""
    return why_not(user, Permission.PLAN, project_id) if is_shared else why_not_request_item(user, project_id)


def why_not_revise_view(user: User | None, view: SavedView, *, is_shared: bool) -> str | None:
    """Its owner; to share it, or to share it no more, is as to save it so."""
    if user is None or user.pk != view.owner_id:
        return f"Only {view.owner} changes this view."
    return why_not_save_view(user, view.project_id, is_shared=is_shared)


def why_not_remove_view(user: User | None, view: SavedView) -> str | None:
    if user is not None and user.pk == view.owner_id:
        return None
    return why_not(user, Permission.PLAN, view.project_id) if view.is_shared else "This view is another person's."
