from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.kit.errors import InvalidInput
from answerable.kit.paging import PageRequest, decode_cursor, encode_cursor, make_page


@given(st.datetimes(timezones=st.just(UTC)), st.text(alphabet="abc_019", max_size=40))
def test_a_cursor_gives_back_the_position_it_was_made_from(moment: datetime, key: str) -> None:
    assert decode_cursor(encode_cursor(moment, key)) == (moment, key)


@given(st.text(max_size=60).filter(lambda text: "|" not in text))
def test_a_foreign_cursor_is_refused_with_the_field_named(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        decode_cursor(text)
    assert refusal.value.errors[0].field == "cursor"


@pytest.mark.parametrize(("count", "more"), [(0, False), (2, False), (3, True)])
def test_a_page_has_a_next_cursor_only_when_rows_remain(count: int, more: bool) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [f"row_{number}" for number in range(count)]
    page = make_page(rows, PageRequest(limit=2), str.upper, lambda row: (moment, row))
    assert page.items == [row.upper() for row in rows[:2]]
    assert (page.next_cursor is not None) is more
