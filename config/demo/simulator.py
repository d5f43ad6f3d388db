"""Card transactions, SIMULATED: no row of it is, or is derived from, a real payment, card, person or merchant.

Customers have a habit (amount, hours, home), merchants a category, a country and a channel. Honest transactions follow
the habits, with journeys, gifts and late nights among them. About three in a hundred are fraud, by three patterns:

* a stolen card: a burst of purchases within two hours, of goods that sell on, far above the customer's habit;
* a compromised terminal: ordinary amounts at fuel stations and in travel abroad, where the device looks odd;
* an account takeover: online, at night, of an old card, from a device never seen, at moderately raised amounts.

One fraud in eight looks like an honest purchase in every column: no model finds all of it.

`shift` moves the merchant mix from 0 (as it was) to 1: digital goods grow from 1 to 30 % of the transactions, and a
fourth pattern lives in them: young cards pay many small amounts online in the daytime, from clean devices. A model that
never saw it misses most of it; one that is trained on a few thousand newer rows finds it.

Every row is complete; the columns are `COLUMNS`. The same arguments give the same rows.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd

FRAUD_RATE = 0.03
CUSTOMERS = 1_000
CUSTOMERS_SEED = 1
ROWS_PER_DAY = 1_333
MIN_POOL = 40_000
DAY = 1_440
TARGET = "is_fraud"

CATEGORIES = np.array(
    [
        "grocery",
        "fuel",
        "restaurant",
        "clothing",
        "electronics",
        "travel",
        "jewellery",
        "subscriptions",
        "digital_goods",
    ],
    dtype=object,
)
CATEGORY_SHARE = np.array([0.30, 0.11, 0.17, 0.12, 0.09, 0.06, 0.03, 0.11, 0.01])
CATEGORY_AMOUNT = np.array([0.8, 1.1, 0.7, 1.2, 2.2, 3.0, 3.2, 0.35, 0.5])
CATEGORY_ONLINE = np.array([0.15, 0.0, 0.1, 0.4, 0.5, 0.6, 0.2, 1.0, 1.0])
DIGITAL = 8
DIGITAL_SHARE_SHIFTED = 0.30
COUNTRIES = np.array(["DE", "FR", "NL", "ES", "PL", "US", "LT", "CY"], dtype=object)
COUNTRY_SHARE = np.array([0.46, 0.14, 0.11, 0.10, 0.08, 0.07, 0.03, 0.01])
HOUR_SHARE = np.array(
    [1, 0.6, 0.4, 0.3, 0.3, 0.6, 1.5, 3, 4.5, 5, 5.5, 6.5, 7.5, 6.5, 5.5, 5.5, 6, 7, 7.5, 7, 5.5, 4, 2.8, 1.7]
)

# Of the stolen card, the terminal, the takeover, and the pattern in digital goods.
PATTERN_SHARE = np.array([0.36, 0.26, 0.38, 0.0])
PATTERN_SHARE_SHIFTED = np.array([0.18, 0.13, 0.19, 0.50])
BURST = 5
QUIET_SHARE = 0.125

COLUMNS = (
    "amount",
    "merchant_category",
    "merchant_country",
    "channel",
    "hour",
    "day_of_week",
    "card_age_days",
    "customer_mean_amount",
    "amount_ratio",
    "minutes_since_last",
    "tx_last_24h",
    "distance_km",
    "device_score",
    TARGET,
)


@dataclass
class _Rows:
    """Transactions as columns (n,), before what can only be computed from the whole history of a customer."""

    customer: np.ndarray
    minute: np.ndarray
    category: np.ndarray
    country: np.ndarray
    online: np.ndarray
    ratio: np.ndarray
    distance: np.ndarray
    device: np.ndarray
    fraud: np.ndarray


@dataclass(frozen=True)
class _Customers:
    """Habits as arrays (customers,), and over how many days they are watched."""

    mean_amount: np.ndarray
    card_age: np.ndarray
    home: np.ndarray
    days: int


def simulate(n: int, *, seed: int, shift: float = 0.0) -> pd.DataFrame:
    """`n` transactions in the order of their time, about 3 % of them fraud. 40,000 take a third of a second.

    The customers are the same thousand for every seed. Fewer than 40,000 rows are drawn at random from a month's
    40,000, so that ten rows have the same distribution as ten thousand.
    Raises ValueError for `n` under 1 or `shift` outside 0 to 1.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, not {n}")
    if not 0 <= shift <= 1:
        raise ValueError(f"shift must lie between 0 and 1, not {shift}")
    rng = np.random.default_rng(seed)
    pool = max(n, MIN_POOL)
    customers = _make_customers(np.random.default_rng(CUSTOMERS_SEED), days=max(1, round(pool / ROWS_PER_DAY)))
    n_fraud = round(FRAUD_RATE * pool)
    rows = _joined([_honest(rng, pool - n_fraud, customers, shift), *_frauds(rng, n_fraud, customers, shift)])
    frame = _finished(rng, rows, customers)
    chosen = np.sort(rng.permutation(len(frame))[:n])
    return frame.iloc[chosen].reset_index(drop=True)


def _make_customers(rng: np.random.Generator, *, days: int) -> _Customers:
    n = CUSTOMERS
    return _Customers(
        days=days,
        mean_amount=np.round(rng.lognormal(3.6, 0.6, n), 2),
        card_age=rng.gamma(1.6, 420, n).astype(np.int64) + 1,
        home=rng.choice(COUNTRIES.size, n, p=COUNTRY_SHARE),
    )


def _category_shares(shift: float) -> np.ndarray:
    digital = CATEGORY_SHARE[DIGITAL] + shift * (DIGITAL_SHARE_SHIFTED - CATEGORY_SHARE[DIGITAL])
    shares = CATEGORY_SHARE * (1 - digital) / (1 - CATEGORY_SHARE[DIGITAL])
    shares[DIGITAL] = digital
    return shares


def _honest(rng: np.random.Generator, n: int, customers: _Customers, shift: float) -> _Rows:
    customer = rng.integers(0, customers.home.size, n)
    category = rng.choice(CATEGORIES.size, n, p=_category_shares(shift))
    online = rng.random(n) < CATEGORY_ONLINE[category]
    away = (rng.random(n) < 0.07) | ((category == 5) & (rng.random(n) < 0.4))
    country = np.where(away | (online & (rng.random(n) < 0.35)), _any_country(rng, n), customers.home[customer])
    splurge = rng.random(n) < 0.035
    return _Rows(
        customer=customer,
        minute=rng.integers(0, customers.days, n) * DAY + _hours(rng, n) * 60 + rng.integers(0, 60, n),
        category=category,
        country=country,
        online=online,
        ratio=CATEGORY_AMOUNT[category]
        * rng.lognormal(-0.15, 0.55, n)
        * np.where(splurge, rng.lognormal(1.2, 0.4, n), 1),
        distance=np.where(away, rng.gamma(1.5, 500, n), rng.gamma(0.9, 14, n)),
        device=np.clip(np.where(rng.random(n) < 0.06, rng.beta(2, 3, n), rng.beta(9, 1.6, n)), 0, 1),
        fraud=np.zeros(n, dtype=bool),
    )


def _frauds(rng: np.random.Generator, n: int, customers: _Customers, shift: float) -> list[_Rows]:
    shares = PATTERN_SHARE + shift * (PATTERN_SHARE_SHIFTED - PATTERN_SHARE)
    quiet = int(rng.binomial(n, QUIET_SHARE))
    counts = rng.multinomial(n - quiet, shares)
    makers = (_stolen_card, _terminal, _takeover, _digital)
    made = [make(rng, int(count), customers) for make, count in zip(makers, counts, strict=True) if count]
    return [*made, replace(_honest(rng, quiet, customers, shift), fraud=np.ones(quiet, dtype=bool))]


def _stolen_card(rng: np.random.Generator, n: int, customers: _Customers) -> _Rows:
    bursts = -(-n // BURST)
    which = np.arange(n) // BURST
    customer = rng.integers(0, customers.home.size, bursts)[which]
    start = (rng.integers(0, customers.days, bursts) * DAY + rng.integers(8, 22, bursts) * 60)[which]
    category = rng.choice([3, 4, 6, 0], n, p=[0.25, 0.4, 0.2, 0.15])
    return _Rows(
        customer=customer,
        minute=start + rng.integers(0, 120, n),
        category=category,
        country=np.where(rng.random(n) < 0.6, customers.home[customer], _any_country(rng, n)),
        online=rng.random(n) < 0.55,
        ratio=CATEGORY_AMOUNT[category] * rng.lognormal(0.75, 0.5, n),
        distance=rng.gamma(1.1, 90, n),
        device=np.clip(rng.beta(5, 2.2, n), 0, 1),
        fraud=np.ones(n, dtype=bool),
    )


def _terminal(rng: np.random.Generator, n: int, customers: _Customers) -> _Rows:
    category = rng.choice([1, 5], n, p=[0.75, 0.25])
    return _Rows(
        customer=rng.integers(0, customers.home.size, n),
        minute=rng.integers(0, customers.days, n) * DAY + _hours(rng, n) * 60 + rng.integers(0, 60, n),
        category=category,
        country=rng.choice([4, 6, 5], n, p=[0.35, 0.45, 0.2]),
        online=np.zeros(n, dtype=bool),
        ratio=CATEGORY_AMOUNT[category] * rng.lognormal(0.05, 0.45, n),
        distance=rng.gamma(1.8, 320, n),
        device=np.clip(rng.beta(4, 3.2, n), 0, 1),
        fraud=np.ones(n, dtype=bool),
    )


def _takeover(rng: np.random.Generator, n: int, customers: _Customers) -> _Rows:
    old = np.argsort(-customers.card_age)[: max(1, customers.home.size // 2)]
    customer = rng.choice(old, n)
    category = rng.choice([2, 3, 4, 5, 7], n, p=[0.1, 0.25, 0.35, 0.15, 0.15])
    night = (rng.choice([23, 0, 1, 2, 3, 4, 5], n)) * 60 + rng.integers(0, 60, n)
    return _Rows(
        customer=customer,
        minute=rng.integers(0, customers.days, n) * DAY + night,
        category=category,
        country=np.where(rng.random(n) < 0.5, customers.home[customer], _any_country(rng, n)),
        online=rng.random(n) < 0.93,
        ratio=CATEGORY_AMOUNT[category] * rng.lognormal(0.35, 0.5, n),
        distance=rng.gamma(1.0, 160, n),
        device=np.clip(rng.beta(3, 3.4, n), 0, 1),
        fraud=np.ones(n, dtype=bool),
    )


def _digital(rng: np.random.Generator, n: int, customers: _Customers) -> _Rows:
    """The pattern that comes with the shift: nothing about it is odd but its combination."""
    young = np.argsort(customers.card_age)[: max(1, customers.home.size // 5)]
    customer = rng.choice(young, n)
    return _Rows(
        customer=customer,
        minute=rng.integers(0, customers.days, n) * DAY + rng.integers(9, 18, n) * 60 + rng.integers(0, 60, n),
        category=np.full(n, DIGITAL),
        country=np.where(rng.random(n) < 0.75, 7, _any_country(rng, n)),
        online=np.ones(n, dtype=bool),
        ratio=rng.lognormal(-1.5, 0.3, n),
        distance=rng.gamma(0.9, 14, n),
        device=np.clip(rng.beta(9, 1.6, n), 0, 1),
        fraud=np.ones(n, dtype=bool),
    )


def _any_country(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.choice(COUNTRIES.size, n, p=COUNTRY_SHARE)


def _hours(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.choice(24, n, p=HOUR_SHARE / HOUR_SHARE.sum())


def _joined(parts: list[_Rows]) -> _Rows:
    names = [field.name for field in fields(_Rows)]
    return _Rows(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _finished(rng: np.random.Generator, rows: _Rows, customers: _Customers) -> pd.DataFrame:
    """The table in the order of time, with each customer's history counted."""
    mean_amount = customers.mean_amount[rows.customer]
    amount = np.round(np.maximum(mean_amount * rows.ratio, 0.5), 2)
    since, recent = _history(rows.customer, rows.minute, span=customers.days * DAY)
    at_shop = np.where(rng.random(rows.minute.size) < 0.6, "contactless", "chip")
    frame = pd.DataFrame(
        {
            "amount": amount,
            "merchant_category": CATEGORIES[rows.category],
            "merchant_country": COUNTRIES[rows.country],
            "channel": np.where(rows.online, "online", at_shop),
            "hour": rows.minute % DAY // 60,
            "day_of_week": rows.minute // DAY % 7,
            "card_age_days": customers.card_age[rows.customer] + rows.minute // DAY,
            "customer_mean_amount": mean_amount,
            "amount_ratio": np.round(amount / mean_amount, 3),
            "minutes_since_last": since,
            "tx_last_24h": recent,
            "distance_km": np.round(np.where(rows.online, rows.distance * 0.3, rows.distance), 1),
            "device_score": np.round(rows.device, 3),
            TARGET: rows.fraud.astype(np.int64),
        }
    )
    return frame.iloc[np.argsort(rows.minute, kind="stable")][list(COLUMNS)]


def _history(customer: np.ndarray, minute: np.ndarray, *, span: int) -> tuple[np.ndarray, np.ndarray]:
    """Minutes since the customer's last transaction (a month for the first), and how many in the
    day before; both (n,) in the order given."""
    key = customer * (2 * span + 2 * DAY) + minute
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    first = np.r_[True, customer[order][1:] != customer[order][:-1]]
    gaps = np.where(first, 30 * DAY, np.r_[0, np.diff(ranked)])
    counts = np.arange(ranked.size) - np.searchsorted(ranked, ranked - DAY, side="left")
    since, recent = np.empty_like(gaps), np.empty_like(counts)
    since[order], recent[order] = gaps, counts
    return since, recent
