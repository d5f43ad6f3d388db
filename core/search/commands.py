"""What can be done from anywhere: pages to go to and things to begin."""

from collections.abc import Callable
from dataclasses import dataclass

from core.models import User


@dataclass(frozen=True)
class Command:
    """A page, or the place where something begins. `keys` are those that lead there too."""

    label: str
    url: str
    icon: str
    keys: str = ""
    words: str = ""

    def fits(self, words: tuple[str, ...]) -> bool:
        said = f"{self.label} {self.words}".lower()
        return all(word.lower() in said for word in words)


# Given the user and the key of the project that they are in, or "".
Offers = Callable[[User, str], list[Command]]
_offers: list[Offers] = []


def offer(offers: Offers) -> Offers:
    _offers[:] = [offers]
    return offers


def commands_for(user: User, *, near: str = "", words: tuple[str, ...] = ()) -> list[Command]:
    """What this user may do, of what fits all words."""
    return [one for offers in _offers for one in offers(user, near) if one.fits(words)]
