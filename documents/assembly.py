"""From a mapping and a subject to a document."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from core.errors import NotFound
from core.numbers import whole_of
from documents import evidence, paper
from documents import queries as written
from documents.evidence import Subject
from documents.models import Passage
from models_registry import queries as registry
from models_registry.enums import VersionState
from models_registry.models import ModelVersion
from projects import queries
from projects.models import Project
from projects.roles import Role

_HERE = Path(__file__).parent / "mappings"
MAX_VERSIONS = 100


@lru_cache(maxsize=1)
def mappings() -> dict[str, paper.Mapping]:
    """By key, in the order of their names. Raises BadMapping."""
    read = [paper.read(path, known=evidence.EVIDENCE, roles=Role.values) for path in sorted(_HERE.glob("*.yaml"))]
    return {one.key: one for one in read}


def mapping_named(kind: str) -> paper.Mapping:
    """Raises NotFound."""
    found = mappings().get(kind)
    if found is None:
        raise NotFound(f"There is no document called {kind[:60]!r}: choose of {', '.join(mappings())}.")
    return found


def versions(project: Project) -> list[ModelVersion]:
    """What a document can be about: what serves first, then what is approved, then the newest."""
    rows = registry.visible_versions(project).order_by("-pk")[:MAX_VERSIONS]
    live = set(project.deployments.exclude(state="retired").values_list("live_version_id", flat=True))
    return sorted(rows, key=lambda one: (one.pk not in live, one.state != VersionState.APPROVED))


def asked(project: Project, kind: str, version: str = "") -> tuple[paper.Mapping, Subject]:
    """The document of this name, and what it is about. Raises NotFound."""
    mapping = mapping_named(kind)
    return mapping, subject_of(project, mapping, version)


def subject_of(project: Project, kind: paper.Mapping, wanted: str = "") -> Subject:
    """`wanted` names a version as "model/3"; without it, the one that is likeliest meant. Raises NotFound."""
    if kind.subject == "project":
        return Subject(project, None)
    if not wanted:
        return Subject(project, next(iter(versions(project)), None))
    name, _, digits = wanted.rpartition("/")
    number = whole_of(digits)
    if number is None:
        raise NotFound(f"A version is named model/number: got {wanted[:80]!r}.")
    return Subject(project, registry.version_of(project=project, name=name, number=number))


def all_assembled(project: Project, *, now: datetime) -> list[tuple[paper.Mapping, paper.Paper]]:
    """Every document about what is likeliest meant; what several of them ask for is asked once."""
    subjects = {kind.subject: subject_of(project, kind) for kind in mappings().values()}
    known: dict[str, dict[str, paper.Answer]] = {about: {} for about in subjects}
    return [
        (kind, assembled(kind, subjects[kind.subject], now=now, known=known[kind.subject]))
        for kind in mappings().values()
    ]


def assembled(
    kind: paper.Mapping, subject: Subject, *, now: datetime, known: dict[str, paper.Answer] | None = None
) -> paper.Paper:
    """The document as the records say it now. `known` keeps answers about this subject for its next document."""
    answers = known if known is not None else {}
    holders: dict[str, list[str]] = {}
    for one in queries.members(subject.project):
        holders.setdefault(one.role, []).append(str(one.user))
    for name in {each for one in kind.paragraphs for each in one.evidence} - answers.keys():
        answers[name] = evidence.answer(name, subject)
    version = subject.version
    passages = written.newest(subject.project, kind.key, version)
    paragraphs = [
        _paragraph(one, answers, holders.get(one.responsible, []), _written(passages.get(one.number), subject))
        for one in kind.paragraphs
    ]
    return paper.Paper(
        kind=kind.key,
        title=kind.title,
        subject=str(version) if version else subject.project.name,
        revision=f"revision {version.version}, digest {version.digest[:12]}"
        if version
        else f"project {subject.project.key}",
        made_at=now.replace(microsecond=0).isoformat(),
        note=kind.note,
        source=kind.source,
        paragraphs=paragraphs,
    )


def _paragraph(
    asked: paper.Asked, answers: dict[str, paper.Answer], people: list[str], passage: paper.Answer | None
) -> paper.Paragraph:
    given = [answers[name] for name in asked.evidence] + ([passage] if passage else [])
    return paper.Paragraph(
        number=asked.number,
        title=asked.title,
        cites=asked.cites,
        blocks=[block for one in given for block in one.blocks],
        missing=list(dict.fromkeys(lack for one in given for lack in one.missing)),
        responsible=Role(asked.responsible).label,
        people=people,
        sources=[*asked.evidence, *(["written"] if passage else [])],
    )


def _written(passage: Passage | None, subject: Subject) -> paper.Answer | None:
    """What somebody wrote, and who. Written for an earlier version, it still has to be confirmed for this one."""
    if passage is None:
        return None
    about = subject.version.public_id if subject.version else ""
    said = f"{passage.written_by}, {passage.written_at:%Y-%m-%d %H:%M} UTC, writing {passage.number}"
    of = f", for {passage.about}" if passage.about != about else ""
    blocks: list[paper.Block] = [paper.Text(passage.text), paper.Facts([paper.Fact("Written by", said + of)])]
    missing = [f"that what was written for {passage.about} holds for this version"] if of else []
    return paper.Answer(blocks, missing)
