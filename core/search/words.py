"""The words that titles are made of, each once: whoever mistyped one meant one that is like it.

There are thousands of words where there are a hundred thousand titles. They are gathered every few minutes, so that
nobody who names a thing pays for it; until then a new word is found, but not guessed.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import F
from django.db.models.functions import Upper

from core.jobs import JobKind, Report, job_kind
from core.models import Job, User
from core.search.sources import Seen, sources

SHORTEST, LONGEST = 4, 40
MOST_ALIKE = 30

_GATHER = """
WITH said AS (
    SELECT DISTINCT word FROM ({titles}) titles, regexp_split_to_table(called, '[^[:alpha:]]+') word
    WHERE length(word) BETWEEN %s AND %s
), gone AS (
    DELETE FROM core_titleword known WHERE NOT EXISTS (SELECT FROM said WHERE said.word = known.word)
)
INSERT INTO core_titleword SELECT word FROM said ON CONFLICT DO NOTHING
"""

_ALIKE = """
SELECT typed, word FROM unnest(%s::text[]) typed CROSS JOIN LATERAL (
    SELECT word, similarity(word, upper(typed)) likeness FROM core_titleword
    WHERE word %% upper(typed) ORDER BY likeness DESC, word LIMIT %s
) like_it
"""


def alike(words: Collection[str]) -> dict[str, list[str]]:
    """By each of these words those that are like it, the most likely first."""
    found: dict[str, list[str]] = {word: [] for word in words}
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, [list(words), MOST_ALIKE])
        for typed, word in cursor.fetchall():
            found[typed].append(word)
    return found


def gather() -> int:
    """Know the words that stand in titles now, and no others. Returns how many are new."""
    everything = Seen(User(), None, {})
    titles = [
        source.rows(everything).order_by().annotate(called=Upper(F(source.titles[0]))).values("called")
        for source in sources()
        if source.is_guessed and not source.constant
    ]
    said, params = titles[0].union(*titles[1:]).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_GATHER.format(titles=said), (*params, SHORTEST, LONGEST))
        return cursor.rowcount


@job_kind("gather_words", queue="quick", is_routine=True, every_s=600)
class GatherWords(JobKind):
    def run(self, job: Job, scratch: Path, report: Report) -> dict[str, Any]:
        return {"new": gather()}
