"""What a metric is called here, however a scope or a client spells it."""

LOWER_IS_BETTER = frozenset({"log_loss", "brier"})
BESIDE = ("_low", "_high", "_seconds")
"""Ends of names of what stands beside a metric, ends of its interval and durations, and is none to compare by."""
SYNONYMS = {"pr_auc": "average_precision", "auprc": "average_precision", "ap": "average_precision", "auc": "roc_auc"}


def canonical(name: str) -> str:
    """“PR-AUC” is average_precision; what has no synonym is itself, in small letters with underscores."""
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    return SYNONYMS.get(plain, plain)
