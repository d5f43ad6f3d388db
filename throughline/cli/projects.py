"""Projects, their members and gates."""

import shlex

import click

from throughline.cli.commands import Cli, command, given, group, key, limit

ROLES = ("owner", "product_owner", "data_scientist", "engineer", "validator", "viewer")


def register(main: click.Group) -> None:
    _projects(group(main, "projects", "Projects: list, create, show."))
    _members(group(main, "members", "Who is in a project, and as what."))
    _gates(group(main, "gates", "What the next gate asks for, and passing it."))
    _mlflow(main)


def _projects(projects: click.Group) -> None:
    @command(projects, "list")
    @limit
    def list_projects(cli: Cli, limit: int) -> None:
        """The projects that you are in, newest first."""
        columns = {"key": lambda one: one.key, "stage": lambda one: one.stage, "name": lambda one: one.name}
        none = "You are in no project. Make one: throughline projects create KEY NAME"
        cli.rows(cli.client.projects(), columns, id=lambda one: one.key, limit=limit, none=none)

    @command(projects, "create")
    @click.argument("key")
    @click.argument("name")
    @click.option("--purpose", default="", help="The question that it answers.")
    def create(cli: Cli, key: str, name: str, purpose: str) -> None:
        """Create a project; KEY is 2 to 10 letters and digits. You become its owner."""
        made = cli.client.create_project(key, name, purpose=purpose)
        then = f"What it needs next: throughline gates show {made.key}"
        cli.done(made, f"Created {made.key}, {made.name}.", id=made.key, then=then)

    @command(projects, "show")
    @key
    def show(cli: Cli, key: str) -> None:
        """One project."""
        one = cli.project(key).show()
        fields = {
            "key": one.key,
            "name": one.name,
            "purpose": one.purpose,
            "stage": one.stage,
            "created": one.created_at,
            "page": f"{cli.client.server.url}/p/{one.key}/",
        }
        cli.one(one, fields, id=one.key)

    @command(projects, "revise")
    @key
    @click.option("--name")
    @click.option("--purpose")
    def revise(cli: Cli, key: str, name: str | None, purpose: str | None) -> None:
        """Change the name or the purpose."""
        one = cli.project(key).revise(**given(name=name, purpose=purpose))
        cli.done(one, f"{one.key} is {one.name}.", id=one.key)


def _members(members: click.Group) -> None:
    role = click.argument("role", type=click.Choice(ROLES))
    username = click.argument("username")

    @command(members, "list")
    @key
    @limit
    def list_members(cli: Cli, key: str, limit: int) -> None:
        """Those first who came first."""
        columns = {"user": lambda one: one.username, "role": lambda one: one.role, "name": lambda one: one.name}
        cli.rows(cli.project(key).members(), columns, id=lambda one: one.username, limit=limit)

    @command(members, "add")
    @key
    @username
    @role
    def add(cli: Cli, key: str, username: str, role: str) -> None:
        """Add a person by user name."""
        one = cli.project(key).add_member(username, role)
        cli.done(one, f"{one.name} is in {key} as {one.role}.", id=one.username)

    @command(members, "role")
    @key
    @username
    @role
    def change_role(cli: Cli, key: str, username: str, role: str) -> None:
        """Give a member another role."""
        one = cli.project(key).change_role(username, role)
        cli.done(one, f"{one.name} is {one.role} now.", id=one.username)

    @command(members, "remove")
    @key
    @username
    def remove(cli: Cli, key: str, username: str) -> None:
        """Take a person out of the project; anybody may leave."""
        cli.project(key).remove_member(username)
        cli.said(f"{username} is no longer in {key}.")


def _gates(gates: click.Group) -> None:
    @command(gates, "show")
    @key
    @click.option("--require", is_flag=True, help="Exit with 1 unless every check is met.")
    def show(cli: Cli, key: str, require: bool) -> None:
        """The next gate, what each of its checks says now, and whether you may pass it."""
        one = cli.project(key).gates()
        fields = {"stage": one.stage, "next gate": one.gate or "none", "is met": one.is_met, "you": one.why_not}
        cli.one(one, fields, id=one.gate or "")
        cli.table([("state", "check", "value"), *((each.state, each.label, each.value) for each in one.checks)])
        if require and not one.is_met:
            click.get_current_context().exit(1)

    @command(gates, "pass")
    @key
    @click.option("-m", "--comment", default="", help="Why, for the record.")
    def pass_gate(cli: Cli, key: str, comment: str) -> None:
        """Pass the next gate: every check must be met, and your token must have the scope approve."""
        one = cli.project(key).pass_gate(comment)
        cli.done(one, f"{key} passed the gate {one.gate}.", id=one.gate)


def _mlflow(main: click.Group) -> None:
    @command(main, "mlflow-env")
    @key
    def mlflow_env(cli: Cli, key: str) -> None:
        """Print the environment in which an ordinary mlflow client logs to a project.

        eval "$(throughline mlflow-env FRD)"
        """
        project = cli.project(key)
        project.show()
        found = project.mlflow_env()
        if cli.as_json:
            cli.json(found)
            return
        for name, value in found.items():
            click.echo(f"export {name}={shlex.quote(value)}")
