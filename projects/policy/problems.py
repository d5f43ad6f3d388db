"""What is wrong with a policy's text, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """Lines and columns begin at 1."""

    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}: {self.message}"


class PolicyError(Exception):
    """The text is no policy. `problems` has at least one, in the order of the text."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(one) for one in self.problems))
