"""Where the address and the token come from: arguments, the environment, or what `throughline login` kept.

Several instances are several profiles in one file, readable by its owner only. A token that is kept goes to the
address that it was kept for and to no other.
"""

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click

from throughline.errors import NotSignedIn, ThroughlineError

URL, TOKEN, PROFILE = "THROUGHLINE_URL", "THROUGHLINE_TOKEN", "THROUGHLINE_PROFILE"
DEFAULT = "default"


@dataclass(frozen=True)
class Profile:
    url: str
    token: str


@dataclass
class Profiles:
    """What is kept: profiles by name, and the one that is used when none is named."""

    current: str = DEFAULT
    profiles: dict[str, Profile] = field(default_factory=dict)


def path() -> Path:
    """The file in the user's own directory for settings, as the system has it."""
    return Path(click.get_app_dir("throughline")) / "profiles.json"


def load() -> Profiles:
    """What is kept; empty before the first login. Raises ThroughlineError for a file that is not ours."""
    try:
        text = path().read_text(encoding="utf-8")
    except FileNotFoundError:
        return Profiles()
    except OSError as error:
        raise ThroughlineError(f"{path()} cannot be read: {error.strerror}.") from error
    try:
        kept = json.loads(text)
        return Profiles(kept["current"], {name: Profile(**each) for name, each in kept["profiles"].items()})
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ThroughlineError(f"{path()} is not what login writes. Delete it, and sign in again.") from None


def save(kept: Profiles) -> None:
    """Write the whole file at once, for its owner only (0600)."""
    path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path().parent)  # made 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(kept), file, indent=2)
        os.replace(name, path())
    except BaseException:
        os.unlink(name)
        raise


def keep(name: str, profile: Profile) -> None:
    """Keep this profile, and use it when none is named."""
    kept = load()
    kept.profiles[name] = profile
    kept.current = name
    save(kept)


def forget(name: str) -> bool:
    """Whether there was such a profile. Another one becomes the current one, if there is any."""
    kept = load()
    found = kept.profiles.pop(name, None) is not None
    if kept.current == name:
        kept.current = next(iter(kept.profiles), DEFAULT)
    save(kept)
    return found


def resolve(*, url: str | None = None, token: str | None = None, name: str | None = None) -> Profile:
    """The address and the token to use. Raises NotSignedIn when one of them is nowhere.

    A profile that is named wins over the environment, which wins over the current profile.
    """
    name = name or (None if url or token else os.environ.get(PROFILE))
    if name is None:
        url, token = url or os.environ.get(URL), token or os.environ.get(TOKEN)
    if url and token:
        return Profile(url.rstrip("/"), token)
    kept = load()
    if url:
        return _kept_for(kept, url.rstrip("/"))
    found = kept.profiles.get(name or kept.current)
    if found is None:
        raise NotSignedIn(_nowhere(kept, name))
    return Profile(found.url, token) if token else found


def _kept_for(kept: Profiles, url: str) -> Profile:
    for profile in kept.profiles.values():
        if profile.url == url:
            return profile
    raise NotSignedIn(f"There is no token for {url}. Sign in: throughline login {url}")


def _nowhere(kept: Profiles, name: str | None) -> str:
    if name is None:
        return f"Not signed in. Sign in with `throughline login URL`, or set {URL} and {TOKEN}."
    known = ", ".join(kept.profiles) or "none"
    return f"There is no profile {name!r}; there is {known}. Sign in: throughline login URL --profile {name}"
