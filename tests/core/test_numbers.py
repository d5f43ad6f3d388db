"""Whole numbers that come as text."""

import pytest

from core.numbers import BIG, SMALL, whole_of, wholes_of


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("007", 7), (str(SMALL), SMALL)])
def test_digits_are_the_number_they_write(text, number):
    assert whole_of(text) == number


@pytest.mark.parametrize(
    "text", ["", " 7", "7\n", "+7", "-7", "1_0", "7.0", "²", "٣", "seven", str(SMALL + 1), "9" * 9000]
)
def test_what_else_python_would_read_or_choke_on_is_none(text):
    assert whole_of(text) is None


def test_the_range_is_the_callers():
    assert [whole_of(text, least=1, most=50) for text in ("0", "1", "50", "51", "100")] == [None, 1, 50, None, None]
    assert (whole_of(str(BIG), most=BIG), whole_of(str(BIG + 1), most=BIG)) == (BIG, None)


def test_of_several_those_count_that_are_numbers():
    assert wholes_of(["3", "", "x", "1", "²"]) == [3, 1]
