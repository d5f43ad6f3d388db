"""The tier: the maximum of what is at stake, how far it acts by itself, and its class under the law.

Maximum, not average: nothing compensates for anything.
"""

EXPOSURES = {
    1: "hardly any money, nobody outside the team",
    2: "some money, or some hundred people",
    3: "much money, or thousands of people",
    4: "the year's result, or people's lives and livelihoods",
}

AUTOMATIONS = {
    1: "advisory: a person decides, and may not even look",
    2: "assistive: a person decides on its proposal",
    3: "automated: it decides",
    4: "automated, with legal or similar effect on people",
}

TIERS = {1: "low", 2: "moderate", 3: "high", 4: "critical"}
MONTHS_TO_REVIEW = {1: 24, 2: 12, 3: 6, 4: 3}

_OF_CLASS = {"minimal": 1, "transparency": 2, "high": 4}


def tier_for(*, regime_class: str, exposure: int, automation: int, is_complex: bool) -> int | None:
    """1 to 4; None for what is prohibited. Complexity raises by one and never lowers."""
    if regime_class == "prohibited":
        return None
    tier = max(exposure, automation, _OF_CLASS[regime_class])
    return min(4, tier + 1) if is_complex else tier
