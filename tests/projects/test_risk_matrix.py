"""The table of levels: as governance gives it, and monotone."""

import pytest

from projects.risk_matrix import LEVELS, level_of

LETTERS = """
MHHCC
MMHHC
LMMHH
LLMMH
LLLMM
"""


def test_level_of_is_the_table_of_governance():
    rows = LETTERS.split()
    expected = {(5 - r, c + 1): "LMHC".index(letter) + 1 for r, row in enumerate(rows) for c, letter in enumerate(row)}

    assert {(at, level_of(*at)) for at in expected} == set(expected.items())


def test_level_of_never_falls_when_likelihood_or_impact_rises():
    assert all(list(row) == sorted(row) for row in LEVELS)
    assert all(list(column) == sorted(column) for column in zip(*LEVELS, strict=True))


def test_level_of_impact_five_is_never_low():
    assert min(row[4] for row in LEVELS) > 1


@pytest.mark.parametrize("at", [(0, 3), (3, 6), (-1, 1)])
def test_level_of_outside_refused(at):
    with pytest.raises(ValueError, match="1 to 5"):
        level_of(*at)
