"""Whether it pays, as a sentence."""

from decimal import Decimal as D

import pytest

from projects.affordability import money, net_value, verdict


def ranges(*figures):
    names = ("benefit_low", "benefit_high", "cost_low", "cost_high")
    return dict(zip(names, (None if f is None else D(f) for f in figures), strict=True))


@pytest.mark.parametrize(
    ("figures", "tone", "words"),
    [
        ((900000, 1400000, 200000, 350000), "ok", "It pays even at the lowest benefit"),
        ((100, 200, 300, 400), "bad", "Even the highest benefit does not exceed"),
        (
            (100, 500, 300, 400),
            "warn",
            "It may pay or not: −300 to 200 a year. It pays for sure from a benefit of 400.",
        ),
        ((100, None, 300, 400), "wait", "Give the ranges"),
    ],
)
def test_verdict_says_whether_it_pays(figures, tone, words):
    said = verdict(**ranges(*figures))

    assert said.tone == tone
    assert words in said.sentence


def test_net_value_sets_the_worst_against_the_best():
    value = net_value(**ranges(100, 500, 300, 400))

    assert (value.low, value.middle, value.high) == (D(-300), D(-50), D(200))


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1400000", "1.4 M"), ("-1900000", "−1.9 M"), ("12500", "12.5 k"), ("0", "0"), ("950", "950"), ("2e9", "2 bn")],
)
def test_money_is_short(amount, text):
    assert money(D(amount)) == text
