"""Finding anything: every app says in its `search.py` what of its own can be found, and who may see it.

One statement asks all of them, so that a search costs the same queries however many kinds there are.
"""

from core.search.commands import Command, commands_for, offer
from core.search.finding import EACH, MOST_EACH, MOST_LETTERS, MOST_WORDS, Found, Group, find
from core.search.marking import marked
from core.search.sources import (
    Hit,
    Seen,
    Source,
    icon_of,
    joined,
    kinds,
    main_kind,
    register,
    register_projects,
    said,
)

__all__ = [
    "EACH",
    "MOST_EACH",
    "MOST_LETTERS",
    "MOST_WORDS",
    "Command",
    "Found",
    "Group",
    "Hit",
    "Seen",
    "Source",
    "commands_for",
    "find",
    "icon_of",
    "joined",
    "kinds",
    "main_kind",
    "marked",
    "offer",
    "register",
    "register_projects",
    "said",
]
