"""Numbers out of words and into words, however large."""

from __future__ import annotations

from decimal import Decimal

import pytest

from answerable.data.questions.formatting import format_number
from answerable.data.questions.numbers import cardinal
from answerable.data.semantics.model import Unit


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-1e308, "-1e+308"),
        (float("inf"), "inf"),
        (10**30, "1e+30"),
        (Decimal("12345678901234567890.123456789"), "12,345,678,901,234,567,890.12"),
        (Decimal("9" * 38), "1e+38"),
        (999_999_999_999_999_999_999_999, "999,999,999,999,999,999,999,999"),
    ],
)
def test_a_number_of_any_size_is_written(value: float | Decimal, text: str) -> None:
    assert format_number(value) == text
    assert format_number(value, Unit(kind="quantity", symbol="kg")) == f"{text} kg"


@pytest.mark.parametrize("digits", [1, 27, 28, 29, 40, 400])
@pytest.mark.parametrize("suffix", ["", "k", "bn"])
def test_a_number_of_any_size_is_read(digits: int, suffix: str) -> None:
    read = cardinal("9" * digits + suffix)
    assert read is not None
    assert read >= int("8" * digits)
