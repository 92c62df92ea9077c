"""Rows on their way out of the engine's process."""

from __future__ import annotations

from datetime import date

import pytest

from answerable.data.engines.duckdb.transport import Kind, decode_rows


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.DATE, "10000-01-01"),
        (Kind.DATE, "0044-03-15 (BC)"),
        (Kind.TIMESTAMP, "290000-01-01 00:00:00"),
        (Kind.TIME, "24:00:00"),
    ],
)
def test_a_moment_that_python_cannot_hold_stays_text(kind: Kind, text: str) -> None:
    assert decode_rows([[text], ["2024-02-29" if kind is Kind.DATE else None]], [kind])[0] == [text]


def test_other_moments_are_read() -> None:
    assert decode_rows([["2024-02-29"]], [Kind.DATE]) == [[date(2024, 2, 29)]]
