"""An instance of Throughline, as somebody with a token sees it."""

from collections.abc import Iterator
from typing import Self

from throughline import answers, profiles
from throughline.calls import Calls
from throughline.http import Server
from throughline.project import Project


class Client(Calls):
    """What the API has at its top: who is calling, their tokens, and the projects.

    It may be used by several threads, and as a context manager, which closes its connection at the end.
    """

    def me(self) -> answers.Me:
        """Who is calling, and what the token may do."""
        return self._get(answers.Me, "me")

    def projects(self) -> Iterator[answers.Project]:
        """The projects that the caller is in, newest first."""
        return self._pages(answers.Project, "projects")

    def project(self, key: str) -> Project:
        """The project with this key. Asks nothing yet."""
        return Project(self.server, key)

    def create_project(self, key: str, name: str, *, purpose: str = "") -> answers.Project:
        """The caller becomes its owner."""
        return self._post(answers.Project, "projects", key=key, name=name, purpose=purpose)

    def tokens(self) -> Iterator[answers.Token]:
        """The caller's tokens, newest first."""
        return self._pages(answers.Token, "tokens")

    def create_token(self, label: str, *, scopes: list[str] | None = None, days: int = 90) -> answers.NewToken:
        """A token that may do at most what the one that is used here may. Its text is told here and never again."""
        given = {} if scopes is None else {"scopes": scopes}
        return self._post(answers.NewToken, "tokens", label=label, days=days, **given)

    def revoke_token(self, id: int) -> None:
        self._delete("tokens", id)

    def policies(self) -> Iterator[answers.Policy]:
        """Every version of every policy, newest first."""
        return self._pages(answers.Policy, "policies")

    def policy(self, name: str, number: int) -> answers.Policy:
        return self._get(answers.Policy, "policies", name, number)

    def draft_policy(self, text: str) -> answers.Policy:
        """Propose a text; it counts once somebody else publishes it."""
        return self._post(answers.Policy, "policies", text=text)

    def check_policy(self, text: str, *, project: str | None = None) -> answers.PolicyCheck:
        """What is wrong with a text, and what it would decide of a project's next gate. Writes nothing."""
        return self._post(answers.PolicyCheck, "policies", "check", text=text, project=project)

    def simulate_policy(self, text: str) -> answers.Simulation:
        """What a text would have said of the last gates that were passed. Writes nothing."""
        return self._post(answers.Simulation, "policies", "simulate", text=text)

    def close(self) -> None:
        """Close this thread's connection."""
        self.server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def connect(
    url: str | None = None,
    token: str | None = None,
    *,
    profile: str | None = None,
    timeout: float = 60.0,
    retries: int = 4,
) -> Client:
    """A client of the instance at `url`. What is not given comes from THROUGHLINE_URL and THROUGHLINE_TOKEN, or from
    what `throughline login` kept, under `profile` if it is named. Asks the server nothing yet.

    `timeout` is the seconds that one answer may take; `retries` how often is tried again what broke and may be.
    Raises NotSignedIn when there is no address or no token.
    """
    found = profiles.resolve(url=url, token=token, name=profile)
    return Client(Server(found.url, found.token, timeout=timeout, retries=retries))
