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

# Money is the share of the year's budget at stake.
IMPACTS = {
    1: "below 0.1% of the budget, minutes down, hardly noticed",
    2: "0.1 to 1%, an hour down, complaints",
    3: "1 to 5%, a day down, a supervisor asks",
    4: "5 to 20%, days down, people disadvantaged, an order",
    5: "above 20%, weeks down, people harmed, forbidden to run",
}

# For how long a risk of a level may be accepted, in days. A critical one cannot be.
ACCEPTANCE_DAYS = {LOW: 730, MEDIUM: 365, HIGH: 180}
# How long before its end an acceptance is shown as expiring.
EXPIRING_DAYS = 14


def level_of(likelihood: int, impact: int) -> int:
    """1 low, 2 medium, 3 high, 4 critical. Raises ValueError outside 1 to 5."""
    if not (1 <= likelihood <= 5 and 1 <= impact <= 5):
        raise ValueError(f"likelihood and impact are 1 to 5: got {likelihood} and {impact}")
    return LEVELS[likelihood - 1][impact - 1]


def shown_level(likelihood: int, impact: int, *, is_weak: bool) -> int:
    """The level as it is shown and decided upon: weak knowledge raises it by one."""
    level = level_of(likelihood, impact)
    return min(CRITICAL, level + 1) if is_weak else level


def weight(likelihood: int, impact: int) -> tuple[int, int, int]:
    """What risks are ranked by: the level, then the product, then the impact."""
    return level_of(likelihood, impact), likelihood * impact, impact
