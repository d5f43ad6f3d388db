"""Why the project is, and how serious it is."""

from documents.evidence.registry import Subject, evidence, number
from documents.paper import Answer
from projects import queries, tiers
from projects.roles import Permission, roles_with


@evidence("project.purpose")
def purpose(subject: Subject) -> Answer:
    project, scope = subject.project, subject.project.scope
    return Answer.of_facts(project=f"{project.name} ({project.key})", purpose=project.purpose, decision=scope.decision)


@evidence("project.measure")
def measure(subject: Subject) -> Answer:
    """Why this metric, and from which value on it is useful."""
    scope = subject.project.scope
    return Answer.of_facts(
        metric=scope.metric,
        better=scope.get_direction_display() if scope.metric else "",
        today=number(scope.baseline) if scope.baseline is not None else "",
        measured_on=scope.baseline_source,
        minimal_useful_value=number(scope.minimal_useful) if scope.minimal_useful is not None else "",
    )


@evidence("project.options")
def options(subject: Subject) -> Answer:
    """What was weighed against each other, down to doing nothing."""
    rows = [[one.get_kind_display(), one.title, one.summary] for one in queries.options(subject.project)]
    return Answer.of_table(["Kind", "Option", "In a sentence"], rows, missing="options in the scoping dossier")


@evidence("project.people")
def people(subject: Subject) -> Answer:
    rows = [[one.get_role_display(), str(one.user)] for one in queries.members(subject.project)]
    return Answer.of_table(["Role", "Who"], rows, missing="a team")


@evidence("project.class")
def classified(subject: Subject) -> Answer:
    """Its class under the regime, and the tier that follows."""
    found = tiers.classification_of(subject.project)
    if found is None:
        return Answer(missing=["a classification"])
    outdated = tiers.why_again(subject.project, found)
    answer = Answer.of_facts(
        regime=f"{found.regime}, as checked on {found.regime_checked_on}",
        **{"class": found.get_regime_class_display()},
        decided_by=found.citation or "no question was answered with yes",
        tier=str(found.tier or "none: prohibited"),
        who_is_affected=found.population,
        note=found.note,
        by=f"{found.decided_by}, {found.decided_at:%Y-%m-%d}",
    )
    return Answer(answer.blocks, [*answer.missing, *([outdated] if outdated else [])])


@evidence("project.oversight")
def oversight(subject: Subject) -> Answer:
    """Who may stop it, and who decides about it: from the table of roles."""
    team = list(queries.members(subject.project))

    def holders(permission: Permission) -> str:
        return ", ".join(str(one.user) for one in team if one.role in roles_with(permission))

    return Answer.of_facts(
        may_pause_or_roll_back_a_deployment=holders(Permission.DEPLOY),
        may_approve_a_version=holders(Permission.REVIEW),
        may_settle_an_alert=holders(Permission.MONITOR),
    )
