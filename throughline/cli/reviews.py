"""Reviews: asking for approval, and deciding."""

from typing import TYPE_CHECKING

import click

from throughline.cli.commands import Cli, command, group, key, limit, timeout

if TYPE_CHECKING:
    from throughline import answers

number = click.argument("number", metavar="REVIEW", type=int)
comment = click.option("-m", "--comment", required=True, help="Why, for the record.")
evidence = click.option("--evidence", help="Of the review as you saw it; required where the policy names roles.")


def register(main: click.Group) -> None:
    reviews = group(main, "reviews", "Reviews: request, show, approve, request changes.")
    _reading(reviews)
    _asking(reviews)
    _deciding(reviews)


def _reading(reviews: click.Group) -> None:
    @command(reviews, "list")
    @key
    @limit
    def list_reviews(cli: Cli, key: str, limit: int) -> None:
        """The reviews, newest first."""
        columns = {
            "review": lambda one: one.number,
            "state": lambda one: one.state,
            "version": lambda one: f"{one.model} {one.model_version}",
            "asked by": lambda one: one.requested_by,
            "at": lambda one: one.requested_at,
            "decided by": lambda one: one.decided_by,
            "reason": lambda one: one.reason,
        }
        cli.rows(cli.project(key).reviews(), columns, id=lambda one: one.number, limit=limit)

    @command(reviews, "show")
    @key
    @number
    @click.option("--wait", is_flag=True, help="Until every check is computed.")
    @timeout(600.0)
    def show(cli: Cli, key: str, number: int, wait: bool, timeout: float) -> None:
        """One review: its checks with their figures, and what was decided."""
        project = cli.project(key)
        _tell(cli, project.wait_for_review(number, timeout=timeout) if wait else project.review(number))


def _asking(reviews: click.Group) -> None:
    @command(reviews, "request")
    @key
    @click.argument("model")
    @click.argument("version", type=int)
    @click.option("-m", "--reason", default="", help="Why it should serve.")
    @click.option("--deployment", help="Serves it as soon as it is approved.")
    @click.option("--wait", is_flag=True, help="Until every check is computed.")
    @timeout(600.0)
    def request(
        cli: Cli, key: str, model: str, version: int, reason: str, deployment: str | None, wait: bool, timeout: float
    ) -> None:
        """Ask for a version to be approved, and start its comparison with what serves."""
        project = cli.project(key)
        one = project.request_review(model, version, reason=reason, deployment=deployment)
        if wait:
            cli.note(f"Review {one.number} is open; it is compared ...")
            _tell(cli, project.wait_for_review(one.number, timeout=timeout))
            return
        then = f"How it stands: throughline reviews show {key} {one.number} --wait"
        cli.done(one, f"Review {one.number} is open for {one.model} {one.model_version}.", id=one.number, then=then)

    @command(reviews, "withdraw")
    @key
    @number
    def withdraw(cli: Cli, key: str, number: int) -> None:
        """Take the question back; only its requester may."""
        _decided(cli, cli.project(key).withdraw_review(number))


def _deciding(reviews: click.Group) -> None:
    @command(reviews, "approve")
    @key
    @number
    @comment
    @evidence
    def approve(cli: Cli, key: str, number: int, comment: str, evidence: str | None) -> None:
        """Approve. Not your own work; and your token must have the scope approve."""
        _decided(cli, cli.project(key).approve(number, comment, evidence=evidence))

    @command(reviews, "request-changes")
    @key
    @number
    @comment
    @evidence
    def request_changes(cli: Cli, key: str, number: int, comment: str, evidence: str | None) -> None:
        """Send the version back."""
        _decided(cli, cli.project(key).request_changes(number, comment, evidence=evidence))


def _decided(cli: Cli, one: "answers.ReviewDetail") -> None:
    cli.done(one, f"Review {one.number} of {one.model} {one.model_version} is {one.state}.", id=one.number)


def _tell(cli: Cli, one: "answers.ReviewDetail") -> None:
    fields = {
        "review": one.number,
        "state": one.state,
        "version": f"{one.model} {one.model_version}",
        "deployment": one.deployment,
        "reason": one.reason,
        "evidence": one.evidence,
        "author": one.author,
        "asked by": one.requested_by,
        "decided by": one.decided_by,
    }
    cli.one(one, fields, id=one.number)
    cli.table([("state", "check", "value"), *((each.state, each.label, each.value) for each in one.checks)])
    decided = ((each.decision, each.approver, each.role, each.comment) for each in one.approvals)
    cli.table([("decision", "by", "as", "comment"), *decided])
