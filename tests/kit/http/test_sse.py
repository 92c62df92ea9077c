"""Reading where a client of a stream stopped."""

from __future__ import annotations

import pytest
from fastapi import Request

from answerable.kit.http.sse import last_event_id


def _asked(value: str) -> int:
    headers = [(b"last-event-id", value.encode("latin-1"))]
    return last_event_id(Request({"type": "http", "headers": headers}))


def test_the_last_event_id_is_read() -> None:
    assert _asked("17") == 17


@pytest.mark.parametrize("value", ["", "-1", "1.5", "²", "1e3", " 7", "9" * 19, "x"])
def test_what_is_no_event_id_starts_from_the_beginning(value: str) -> None:
    assert _asked(value) == 0
