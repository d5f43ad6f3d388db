"""The live socket of the portfolio."""

from projects.consumers.several import SeveralProjectsConsumer

# What a row is made of: the stage and its gate, health as said and as found, risks, figures, tier, what came of it.
_ROW = (
    "project.", "member.", "gate.", "policy.", "health.", "risk.", "control.", "indicator.", "scope.", "dossier.",
    "option.", "spike.", "kill_criterion.", "outcome.", "finding.", "sprint.", "review.", "version.", "alert.",
    "deployment.",
)  # fmt: skip


class PortfolioConsumer(SeveralProjectsConsumer):
    """`/ws/portfolio`. A page of hundreds of projects asks for a list at most every two seconds."""

    says = "portfolio.changed"
    matters = _ROW
    every_s = 2.0
