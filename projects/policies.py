"""Which policy a project's gates go by, and what it says."""

from collections.abc import Iterable
from functools import lru_cache

from core.errors import Conflict
from projects import facts, tiers
from projects.enums import Gate, PolicyState
from projects.models import Classification, PolicyVersion, Project, ProjectPolicy
from projects.policy import House, Pack, PolicyError, Type, read_pack
from projects.roles import Role

LIGHT, STRICT = "light", "strict"
LIGHT_TIERS = ("T1", "T2")
PROHIBITED = "prohibited"

Known = tuple[tuple[str, Type], ...]


def tier_word(project: Project) -> str:
    """T1 (low) to T4 (critical), as policies call it; a project that is not classified counts as T1. What is prohibited
    has no tier: no policy is one for it."""
    found = tiers.classification_of(project)
    if found is None:
        return "T1"
    return f"T{found.tier}" if found.tier else PROHIBITED


def active_version(name: str) -> PolicyVersion:
    """The newest published version of a pack."""
    return PolicyVersion.objects.filter(name=name, state=PolicyState.PUBLISHED).order_by("-number")[0]


def due_version(project: Project) -> PolicyVersion:
    """What the project's tier asks for now, kept or not."""
    return active_version(LIGHT if tier_word(project) in LIGHT_TIERS else STRICT)


def policy_of(project: Project) -> PolicyVersion:
    """The version that the project keeps, or while it keeps none, the one that is due."""
    kept = ProjectPolicy.objects.select_related("policy").filter(project=project).first()
    return kept.policy if kept else due_version(project)


def policies_of(project_ids: Iterable[int]) -> dict[int, PolicyVersion]:
    """The same of many projects, by id. The same few queries for any number of them."""
    ids = list(project_ids)
    kept = dict(ProjectPolicy.objects.filter(project__in=ids).values_list("project", "policy"))
    versions = PolicyVersion.objects.in_bulk(set(kept.values()))
    newest = (
        Classification.objects.filter(project__in=ids, is_waiting=False)
        .order_by("project", "-number")
        .distinct("project")
    )
    tiers_of = dict(newest.values_list("project", "tier"))
    light, strict = active_version(LIGHT), active_version(STRICT)
    due = {one: light if tiers_of.get(one, 1) in (1, 2) else strict for one in ids}
    return due | {project: versions[policy] for project, policy in kept.items()}


def read(version: PolicyVersion) -> Pack:
    """Raises Conflict where a fact that the text speaks of is no longer there."""
    try:
        return read_text(version.text)
    except PolicyError as exc:
        raise Conflict(f"{version} can no longer be read: {exc.problems[0]}", code="policy_broken") from None


def read_text(text: str) -> Pack:
    """Raises PolicyError."""
    return _read(text, tuple((one.name, one.type) for one in facts.known_facts().values()))


def fits(pack: Pack, project: Project) -> bool:
    """Whether the pack is for projects of this tier; one that names none is for all."""
    return fits_tier(pack, tier_word(project))


def fits_tier(pack: Pack, tier: str) -> bool:
    return tier != PROHIBITED and (not pack.tiers or tier in pack.tiers)


@lru_cache(maxsize=64)
def _read(text: str, known: Known) -> Pack:
    return read_pack(text, House(dict(known), gates=Gate.values, roles=Role.values, urgent=[Gate.RELEASE]))
