"""Which period a sentence of a document is about, by the months that are named nearest to it."""

from __future__ import annotations

from datetime import date

import pytest

from answerable.chat.asking.named_periods import is_about, months_of

MARCH = months_of(date(2026, 3, 1), date(2026, 4, 1))
QUARTER = months_of(date(2026, 1, 1), date(2026, 4, 1))
YEAR = months_of(date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("sentence", "above", "before", "after", "about"),
    [
        ("Sales stood still in March 2026.", "", "", "", True),
        ("Sales stood still on 3 March 2026.", "", "", "", True),
        ("Sales stood still in March.", "", "", "", True),
        ("Sales stood still in Mar 2026.", "", "", "", True),
        ("Sales stood still (2026-03).", "", "", "", True),
        ("Sales stood still (03/2026).", "", "", "", True),
        ("Sales stood still in March 2025.", "", "", "", False),
        ("Sales stood still in March.", "Review 2025", "", "", False),
        ("Sales stood still in March.", "Review 2026", "", "", True),
        ("Sales stood still in March.", "Review 2025 and 2026", "", "", False),
        ("Sales stood still in April.", "Review March 2026", "", "", False),
        ("Sales stood still.", "Review · March 2026", "", "", True),
        ("Sales stood still.", "Review · February 2026", "In March 2026 all was well.", "", False),
        ("Sales stood still.", "Review", "March 2026 began well. Then April came.", "", False),
        ("Sales stood still.", "Review", "In April 2026 rain fell. March 2026 was dry.", "", True),
        ("Sales stood still.", "Review", "", "So it was in March 2026; May was better.", True),
        ("Sales stood still.", "Review", "", "", False),
        ("Many march for the right to march.", "Review", "", "", False),
        ("Sales stood still.", "Review Q1 2026", "", "", False),
        ("Sales stood still in 2026.", "", "", "", False),
    ],
)
def test_a_month_is_named_nearest(sentence: str, above: str, before: str, after: str, about: bool) -> None:
    assert is_about(MARCH, sentence, above, before, after) is about


def test_a_quarter_is_named_by_itself_or_its_months() -> None:
    assert is_about(QUARTER, "Sales stood still in Q1 2026.", "", "", "")
    assert is_about(QUARTER, "Sales stood still in February 2026.", "", "", "")
    assert not is_about(QUARTER, "Sales stood still in Q1.", "Review 2025", "", "")
    assert not is_about(QUARTER, "Sales stood still in Q2 2026.", "", "", "")


def test_a_year_is_named_by_itself() -> None:
    assert is_about(YEAR, "Sales stood still in 2026.", "", "", "")
    assert not is_about(YEAR, "Sales stood still in 2025.", "", "", "")


def test_some_days_are_those_of_their_month() -> None:
    assert months_of(date(2026, 3, 2), date(2026, 3, 9)) == MARCH
