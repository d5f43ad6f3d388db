"""What a page asks the database. As long as all of it is answered as before, the page is as before: it need not be made
again to be compared."""

from collections.abc import Callable, Hashable, Iterator
from typing import Any

from django.db import connection

Question = tuple[str, Any]

# What moves whenever something happens, or is made, whatever it is; no page shows it. The frame hands the browser the
# number of the last event.
_COUNTERS = ("last_seq", "head", "next_item_number")
_WRITES = ("INSERT", "UPDATE", "DELETE")
_POINTS = ("SAVEPOINT", "RELEASE", "ROLLBACK")


class Questions:
    """Inside `connection.execute_wrapper`: what was asked, each question once, and whether anything was written."""

    def __init__(self) -> None:
        self._asked: dict[Hashable, Question] = {}
        self.has_written = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(_WRITES):
            self.has_written = True
        elif not sql.startswith(_POINTS):
            self._asked[sql, repr(params)] = sql, params
        return execute(sql, params, many, context)

    def __iter__(self) -> Iterator[tuple[Hashable, Question]]:
        return iter(self._asked.items())


class Answers(dict[Hashable, int]):
    """What the database answers at one moment. What several pages ask is asked once."""

    def to(self, questions: Questions) -> list[int]:
        return [self[key] if key in self else self.setdefault(key, _answer(question)) for key, question in questions]


def _answer(question: Question) -> int:
    with connection.cursor() as cursor:
        cursor.execute(*question)
        told = [place for place, column in enumerate(cursor.description) if column.name not in _COUNTERS]
        return hash(repr([[row[place] for place in told] for row in cursor.fetchall()]))
