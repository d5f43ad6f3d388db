"""Signing in: login, logout, whoami, profiles, tokens."""

import os
import sys
from urllib.parse import urlsplit

import click

from throughline import profiles
from throughline.cli.commands import Cli, command, given, group, limit
from throughline.errors import NotSignedIn

SCOPES = ("read", "write", "predict", "deploy", "approve")


def register(main: click.Group) -> None:
    _sessions(main)
    _tokens(group(main, "tokens", "Your tokens: what programs sign in with."))


def _sessions(main: click.Group) -> None:
    @command(main, "login")
    @click.argument("url")
    def login(cli: Cli, url: str) -> None:
        """Sign in to the instance at URL with a token, and keep both for the next commands.

        The token is asked for, or read from stdin when that is no terminal, or taken from THROUGHLINE_TOKEN. It is
        kept in a file that only you can read. Several instances: give each its own --profile.
        """
        from throughline.client import connect  # noqa: PLC0415 (help and completion do without HTTP, and are quicker)

        with connect(url, _token(url)) as client:
            me = client.me()
        name = cli.profile or profiles.DEFAULT
        profiles.keep(name, profiles.Profile(client.server.url, client.server.token))
        cli.done(me, f"Signed in to {client.server.url} as {me.name} ({me.username}).", id=me.username)
        if me.token is not None:
            cli.note(f"The token may {', '.join(me.token.scopes)}, until {me.token.expires_at:%Y-%m-%d}.")
        if urlsplit(url).scheme == "http" and urlsplit(url).hostname not in ("localhost", "127.0.0.1", "::1"):
            cli.note("This address is not encrypted: whoever is on the way can read the token.")

    @command(main, "logout")
    def logout(cli: Cli) -> None:
        """Forget the address and the token. The token itself stays valid until it is revoked."""
        name = cli.profile or profiles.load().current
        if not profiles.forget(name):
            raise NotSignedIn(f"There is no profile {name!r}: nothing to forget.")
        cli.said(f"Signed out of {name}.")

    @command(main, "whoami")
    def whoami(cli: Cli) -> None:
        """Who you are on which instance, and what your token may do."""
        me = cli.client.me()
        token = me.token
        cli.one(
            me,
            {
                "user": f"{me.name} ({me.username})",
                "instance": cli.client.server.url,
                "administrator": me.is_admin,
                "token": token and f"{token.label} ({token.prefix}…)",
                "may": token and token.scopes,
                "project": token and (token.project or "all of yours"),
                "expires": token and token.expires_at,
            },
            id=me.username,
        )

    @command(main, "profiles")
    def list_profiles(cli: Cli) -> None:
        """The instances that you are signed in to."""
        kept = profiles.load()
        if cli.as_json:
            cli.json([{"profile": name, "url": one.url} for name, one in kept.profiles.items()])
        elif cli.quiet:
            click.echo("\n".join(kept.profiles))
        else:
            rows = [(name, one.url, name == kept.current) for name, one in kept.profiles.items()]
            cli.table([("profile", "instance", "is current"), *rows])


def _token(url: str) -> str:
    """Never an argument: those are seen by everybody on the machine, and kept by the shell."""
    kept = os.environ.get(profiles.TOKEN)
    if kept:
        return kept
    if sys.stdin.isatty():
        click.echo(f"Make a token on your account page, {url.rstrip('/')}/account/", err=True)
        return str(click.prompt("Token", hide_input=True, err=True))
    return sys.stdin.readline().strip()


def _tokens(tokens: click.Group) -> None:
    @command(tokens, "list")
    @limit
    def list_tokens(cli: Cli, limit: int) -> None:
        """Your tokens, newest first."""
        columns = {
            "id": lambda one: one.id,
            "label": lambda one: one.label,
            "begins": lambda one: one.prefix,
            "may": lambda one: one.scopes,
            "expires": lambda one: one.expires_at,
            "revoked": lambda one: one.revoked_at,
        }
        cli.rows(cli.client.tokens(), columns, id=lambda one: one.id, limit=limit)

    @command(tokens, "create")
    @click.argument("label")
    @click.option("--scope", "scopes", type=click.Choice(SCOPES), multiple=True, help="What it may do; several times.")
    @click.option("--days", type=int, default=90, show_default=True, help="How long it is valid.")
    def create(cli: Cli, label: str, scopes: tuple[str, ...], days: int) -> None:
        """Make a token and print it: once, here.

        It may do at most what the token may that you are signed in with.
        """
        made = cli.client.create_token(label, days=days, **given(scopes=list(scopes) or None))
        cli.note(f"May {', '.join(made.scopes)}, until {made.expires_at:%Y-%m-%d}.")
        cli.done(made, made.token, id=made.token)

    @command(tokens, "revoke")
    @click.argument("id", type=int)
    def revoke(cli: Cli, id: int) -> None:
        """Let a token sign in no more."""
        cli.client.revoke_token(id)
        cli.said(f"Revoked token {id}.")
