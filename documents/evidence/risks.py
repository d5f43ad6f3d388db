"""What could go wrong, and what was done about it."""

from documents.evidence.registry import Subject, evidence
from documents.paper import Answer
from projects import queries
from projects.enums import RiskPhase
from projects.models import Risk

HEAD = ["Risk", "Title", "Cause, event, consequence", "Level", "State", "Owner", "Treatment"]


@evidence("risks.register")
def register(subject: Subject) -> Answer:
    """All of it, the worst first; an open risk without owner or treatment is named as missing."""
    found = sorted(queries.risks(subject.project), key=Risk.by_weight)
    answer = Answer.of_table(HEAD, [_row(one) for one in found], missing="risks in the register")
    return Answer(answer.blocks, [*answer.missing, *_lacks(found)])


@evidence("risks.people_and_data")
def of_people_and_data(subject: Subject) -> Answer:
    """The risks that a data-protection impact assessment looks at."""
    phases = (RiskPhase.DATA, RiskPhase.PEOPLE)
    found = sorted((one for one in queries.risks(subject.project) if one.phase in phases), key=Risk.by_weight)
    answer = Answer.of_table(HEAD, [_row(one) for one in found], missing="risks of data or of people in the register")
    return Answer(answer.blocks, [*answer.missing, *_lacks(found)])


def _row(one: Risk) -> list[str]:
    owner = str(one.owner or "")
    level, state = one.level.label, one.get_state_display()
    story = "; then ".join(filter(None, (one.cause, one.event, one.consequence)))
    return [f"R{one.number}", one.title, story, level, state, owner, one.treatment]


def _lacks(found: list[Risk]) -> list[str]:
    orphans = [f"an owner of R{one.number}" for one in found if one.state == "open" and one.owner_id is None]
    return orphans + [f"a treatment of R{one.number}" for one in found if not one.treatment]
