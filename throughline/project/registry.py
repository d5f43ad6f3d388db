"""Registered models, their versions and reviews."""

from collections.abc import Iterator
from typing import Any

from throughline import answers
from throughline.calls import Calls
from throughline.waiting import each


class Registry(Calls):
    def models(self) -> Iterator[answers.Model]:
        return self._pages(answers.Model, "models")

    def model(self, name: str) -> answers.Model:
        return self._get(answers.Model, "models", name)

    def create_model(self, name: str, *, description: str = "") -> answers.Model:
        """Register a name for versions."""
        return self._post(answers.Model, "models", name=name, description=description)

    def versions(self, model: str) -> Iterator[answers.Version]:
        return self._pages(answers.Version, "models", model, "versions")

    def version(self, model: str, number: int) -> answers.Version:
        return self._get(answers.Version, "models", model, "versions", number)

    def register(
        self, model: str, *, run: str | None = None, logged_model: str | None = None, description: str = ""
    ) -> answers.Version:
        """The next version of a model, from a run or from a model that an MLflow client logged."""
        named = {"run": run, "logged_model": logged_model}
        given = {name: value for name, value in named.items() if value is not None}
        return self._post(answers.Version, "models", model, "versions", description=description, **given)

    def judge_on(self, model: str, version: int, *, dataset: str, number: int, target: str) -> answers.Evaluation:
        """Choose the data on which a version that was trained elsewhere is judged; a job holds a quarter of it out."""
        given = {"dataset": dataset, "number": number, "target": target}
        return self._send(answers.Evaluation, "PUT", "models", model, "versions", version, "evaluation", given=given)

    def evaluation(self, model: str, version: int) -> answers.Evaluation:
        """What it is judged on. Raises NotFound where nothing was chosen."""
        return self._get(answers.Evaluation, "models", model, "versions", version, "evaluation")

    def archive_version(self, model: str, number: int) -> answers.Version:
        """Put it aside for good."""
        return self._post(answers.Version, "models", model, "versions", number, "archive")

    def set_alias(self, model: str, alias: str, number: int) -> answers.Alias:
        return self._send(answers.Alias, "PUT", "models", model, "aliases", alias, given={"number": number})

    def delete_alias(self, model: str, alias: str) -> None:
        self._delete("models", model, "aliases", alias)

    def reviews(self) -> Iterator[answers.Review]:
        return self._pages(answers.Review, "reviews")

    def review(self, number: int) -> answers.ReviewDetail:
        """With its checks, comparison and decisions."""
        return self._get(answers.ReviewDetail, "reviews", number)

    def request_review(
        self, model: str, number: int, *, reason: str = "", deployment: str | None = None
    ) -> answers.ReviewDetail:
        """Ask for a version to be approved; `deployment` then serves it."""
        given: dict[str, Any] = {"model": model, "number": number, "reason": reason, "deployment": deployment}
        return self._post(answers.ReviewDetail, "reviews", **given)

    def wait_for_review(self, number: int, *, timeout: float | None = None) -> answers.ReviewDetail:
        """Until every check of it is computed."""
        asked = each(lambda: self.review(number), timeout=timeout, what=f"The comparison for review {number}")
        return next(review for review in asked if review.is_computed)

    def approve(self, review: int, comment: str, *, evidence: str | None = None) -> answers.ReviewDetail:
        """Needs a token with the scope approve, of somebody who did not make the version or ask for its review.

        `evidence` is that of the review as you saw it; required where the policy names roles.
        """
        return self._post(answers.ReviewDetail, "reviews", review, "approve", comment=comment, evidence=evidence)

    def request_changes(self, review: int, comment: str, *, evidence: str | None = None) -> answers.ReviewDetail:
        """Send the version back."""
        return self._post(
            answers.ReviewDetail, "reviews", review, "request-changes", comment=comment, evidence=evidence
        )

    def withdraw_review(self, review: int) -> answers.ReviewDetail:
        """Take the question back; only its requester may."""
        return self._post(answers.ReviewDetail, "reviews", review, "withdraw")
