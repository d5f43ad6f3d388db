"""What could go wrong, and what was done about it."""

from collections.abc import Iterable

from documents.evidence.registry import Subject, evidence
from documents.paper import Answer
from projects import queries
from projects.enums import RiskPhase
from projects.models import Risk

HEAD = ["Risk", "Title", "Cause, event, consequence", "Level", "State", "Owner", "Treatment"]


@evidence("risks.register")
def register(subject: Subject) -> Answer:
    """All of it, the worst first; an open risk without owner or treatment is named as missing."""
    return _listed(queries.risks(subject.project), missing="risks in the register")


@evidence("risks.people_and_data")
def of_people_and_data(subject: Subject) -> Answer:
    """The risks that a data-protection impact assessment looks at."""
    phases = (RiskPhase.DATA, RiskPhase.PEOPLE)
    found = queries.risks(subject.project).filter(phase__in=phases)
    return _listed(found, missing="risks of data or of people in the register")


def _listed(risks: Iterable[Risk], *, missing: str) -> Answer:
    found = sorted(risks, key=Risk.by_weight)
    answer = Answer.of_table(HEAD, [_row(one) for one in found], missing=missing)
    return Answer(answer.blocks, [*answer.missing, *_lacks(found)])


def _row(one: Risk) -> list[str]:
    owner = str(one.owner or "")
    level, state = one.level.label, one.get_state_display()
    story = "; then ".join(filter(None, (one.cause, one.event, one.consequence)))
    return [f"R{one.number}", one.title, story, level, state, owner, one.treatment]


def _lacks(found: list[Risk]) -> list[str]:
    orphans = [f"an owner of R{one.number}" for one in found if one.state == "open" and one.owner_id is None]
    return orphans + [f"a treatment of R{one.number}" for one in found if not one.treatment]
