"""What happened in many projects, in each after a number of its own: one statement, however many there are."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.db import connection

# What changes what a gate rests on; the rest of the log is talk, or the deciding itself.
EVIDENCE = (
    r"^((scope|dossier|option|precedent|sheet|ceiling|spike|objection|kill_criterion|risk|control|indicator|finding"
    r"|dataset|dataset_version|version|review|deployment|comparison|alert|monitor|assumption|readiness|outcome)\."
    r"|project\.(classified|tier_lowered)$|gate\.(waived|waiver_ended|policy_changed)$)"
)

Thing = tuple[int, str, str]
"""A stream, and the type and id of a subject in it."""


class Changed(NamedTuple):
    last: int
    events: int


class Acted(NamedTuple):
    stream: int
    actor: int
    type: str
    role: str | None
    """In which it was done, where that is told."""


_SINCE = """
FROM unnest(%s::bigint[], %s::bigint[]) AS since (stream, seq)
JOIN core_event ON core_event.stream_id = since.stream AND core_event.seq > since.seq
"""
_EVIDENCE = f"SELECT stream, max(core_event.seq), count(*) {_SINCE} WHERE type ~ %s GROUP BY stream"
_ACTED = f"""
SELECT stream, actor_id, type, data ->> 'role' {_SINCE} WHERE actor_id IS NOT NULL AND type = ANY(%s)
GROUP BY stream, actor_id, type, data ->> 'role' ORDER BY max(core_event.seq)
"""
_THINGS = """
SELECT stream, kind, thing.id, count(*)
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[]) AS thing (stream, kind, id, seq)
JOIN core_event ON stream_id = stream AND subject_type = kind AND subject_id = thing.id AND core_event.seq > thing.seq
GROUP BY stream, kind, thing.id
"""


def evidence(since: Mapping[int, int]) -> dict[int, Changed]:
    """By stream, if anything did: the last event that changed what a gate may rest on, and how many did."""
    found = _rows(_EVIDENCE, list(since), list(since.values()), EVIDENCE)
    return {stream: Changed(last, events) for stream, last, events in found}


def acted(since: Mapping[int, int], *, types: Collection[str]) -> list[Acted]:
    """Who did something of these types, whoever did it last at the end."""
    return [Acted(*row) for row in _rows(_ACTED, list(since), list(since.values()), sorted(types))]


def changes(seen: Mapping[Thing, int]) -> dict[Thing, int]:
    """How many events each of these things had since, where there were any."""
    streams, kinds, ids = [key[0] for key in seen], [key[1] for key in seen], [key[2] for key in seen]
    found = _rows(_THINGS, streams, kinds, ids, list(seen.values()))
    return {(stream, kind, id): count for stream, kind, id, count in found}


def _rows(statement: str, streams: list[int], *values: Any) -> list[Any]:
    if not streams:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, [streams, *values])
        return cursor.fetchall()
