"""How serious a risk is: an explicit table of likelihood and impact, not their product, so that impact 5 is never low.

Likelihood and impact run from 1 to 5; their anchors stand beside the table so that two people mean the same number.
"""

LOW, MEDIUM, HIGH, CRITICAL = 1, 2, 3, 4

# Rows: likelihood 1 to 5. Columns: impact 1 to 5.
LEVELS: tuple[tuple[int, ...], ...] = (
    (LOW, LOW, LOW, MEDIUM, MEDIUM),
    (LOW, LOW, MEDIUM, MEDIUM, HIGH),
    (LOW, MEDIUM, MEDIUM, HIGH, HIGH),
    (MEDIUM, MEDIUM, HIGH, HIGH, CRITICAL),
    (MEDIUM, HIGH, HIGH, CRITICAL, CRITICAL),
)

LIKELIHOODS = {
    1: "below 1% a year",
    2: "1 to 5% a year",
    3: "5 to 20% a year",
    4: "20 to 50% a year",
    5: "above 50% a year",
}

IMPACTS = {
    1: "hardly noticed",
    2: "some rework",
    3: "a sprint lost",
    4: "the benefit at stake",
    5: "the project, or people, harmed",
}


def level_of(likelihood: int, impact: int) -> int:
    """1 low, 2 medium, 3 high, 4 critical. Raises ValueError outside 1 to 5."""
    if not (1 <= likelihood <= 5 and 1 <= impact <= 5):
        raise ValueError(f"likelihood and impact are 1 to 5: got {likelihood} and {impact}")
    return LEVELS[likelihood - 1][impact - 1]


def weight(likelihood: int, impact: int) -> tuple[int, int, int]:
    """What risks are ranked by: the level, then the product, then the impact."""
    return level_of(likelihood, impact), likelihood * impact, impact
