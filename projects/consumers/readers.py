"""Who may still hear, found out for all open sockets of a process together, however many people they belong to."""

import asyncio
import weakref
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from channels.db import database_sync_to_async
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from core.models import Token, User
from projects import queries

GATHER_S = 0.1


@dataclass(frozen=True, slots=True)
class Credential:
    """With what somebody opened a socket: a token, or a session and the hash of the password that they had then."""

    user_id: int
    token_id: int | None = None
    session_key: str = ""
    password_hash: str = ""

    @classmethod
    def of(cls, user: User, token: Token | None, session: Any) -> Self:
        if token:
            return cls(user.pk, token_id=token.pk)
        return cls(user.pk, session_key=session.session_key, password_hash=session.get(HASH_SESSION_KEY, ""))


def known(credentials: Collection[Credential]) -> dict[Credential, User]:
    """Whose these are, as they are known now, of those that still hold: the token is usable; the session is not signed
    out, and no older than the password."""
    now = datetime.now(UTC)
    people = User.objects.filter(is_active=True, pk__among={one.user_id for one in credentials})
    users = {user.pk: user for user in people}
    tokens = Token.objects.usable(now=now).filter(pk__among={one.token_id for one in credentials if one.token_id})
    keys = {one.session_key for one in credentials if not one.token_id}
    sessions = Session.objects.filter(session_key__among=keys, expire_date__gt=now)
    held = set(tokens.values_list("pk", flat=True)), set(sessions.values_list("session_key", flat=True))
    found = {one: users[one.user_id] for one in credentials if one.user_id in users}
    return {one: user for one, user in found.items() if _holds(one, user, *held)}


def _holds(one: Credential, user: User, tokens: set[int], sessions: set[str]) -> bool:
    if one.token_id:
        return one.token_id in tokens
    is_of_now = constant_time_compare(one.password_hash, user.get_session_auth_hash())
    return is_of_now and one.session_key in sessions


Asked = tuple[Credential, int]


class _Round:
    """What is to be found out next in one event loop, all of it together."""

    def __init__(self) -> None:
        self.asked: set[Asked] = set()
        self.answer: asyncio.Future[dict[Asked, User]] | None = None
        self.under_way: set[asyncio.Task[None]] = set()

    def ask(self, asked: Collection[Asked], *, within_s: float) -> "asyncio.Future[dict[Asked, User]]":
        """Waits until those are gathered who ask within that time, or until somebody is in more of a hurry."""
        loop = asyncio.get_running_loop()
        if self.answer is None or within_s < GATHER_S:
            loop.call_later(within_s, self._begin)
        self.answer = self.answer or loop.create_future()
        self.asked.update(asked)
        return self.answer

    def _begin(self) -> None:
        if self.answer is None:
            return  # somebody in a hurry took these along
        task = asyncio.ensure_future(self._find(self.asked, self.answer))
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        self.asked, self.answer = set(), None

    async def _find(self, asked: Collection[Asked], answer: "asyncio.Future[dict[Asked, User]]") -> None:
        try:
            found = await _readers(asked)
        except Exception as error:
            answer.set_exception(error)
            answer.exception()  # those who asked may be gone
        else:
            answer.set_result(found)


_rounds: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Round] = weakref.WeakKeyDictionary()


async def still(
    credentials: Collection[Credential], stream_id: int, *, within_s: float = GATHER_S
) -> dict[Credential, User]:
    """Of these the ones that may still read this project, with the person as they are known now. Raises what the
    database raises."""
    of_loop = _rounds.setdefault(asyncio.get_running_loop(), _Round())
    found = await asyncio.shield(of_loop.ask([(one, stream_id) for one in credentials], within_s=within_s))
    return {one: found[one, stream_id] for one in credentials if (one, stream_id) in found}


@database_sync_to_async
def _readers(asked: Collection[Asked]) -> dict[Asked, User]:
    users = known({credential for credential, _ in asked})
    sees = queries.who_sees(users.values(), {stream_id for _, stream_id in asked})
    return {one: users[one[0]] for one in asked if one[0] in users and (users[one[0]].pk, one[1]) in sees}
