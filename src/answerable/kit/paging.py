"""Cursor paging: newest first by (created_at, id), stable under inserts and deletes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from answerable.kit.errors import FieldError, InvalidInput

T = TypeVar("T")
Row = TypeVar("Row")
Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])  # Any: of whatever columns


MOST_AT_ONCE = 200
"""The most items of a page."""


class PageRequest(BaseModel):
    """What a list endpoint takes from its query string."""

    limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE, description="How many items, 1 to 200.")] = 50
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")] = (
        None
    )


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is null on the last."""

    items: list[T]
    next_cursor: str | None = None


def encode_cursor(moment: datetime, key: str) -> str:
    """An opaque, URL-safe cursor."""
    return base64.urlsafe_b64encode(f"{moment.isoformat()}|{key}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[datetime, str]:
    """The position in a cursor. Raises InvalidInput for anything that we did not make."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        moment, key = raw.split("|")
        return datetime.fromisoformat(moment), key
    except (ValueError, binascii.Error, UnicodeDecodeError):
        raise InvalidInput(
            "The cursor is not one that this server gave out. Start again without it.",
            errors=[FieldError("cursor", "not a cursor of this list")],
        ) from None


def after_cursor(
    statement: Statement,
    page: PageRequest,
    created_at: InstrumentedAttribute[datetime],
    key: InstrumentedAttribute[str],
) -> Statement:
    """The statement, newest first, from the cursor on, with one row more than the page holds."""
    if page.cursor is not None:
        moment, last = decode_cursor(page.cursor)
        position: ColumnElement[bool] = tuple_(created_at, key) < (moment, last)
        statement = statement.where(position)
    return statement.order_by(created_at.desc(), key.desc()).limit(page.limit + 1)


def make_page(
    rows: Sequence[Row],
    page: PageRequest,
    to_item: Callable[[Row], T],
    position: Callable[[Row], tuple[datetime, str]],
) -> Page[T]:
    """Cut the rows of `after_cursor` into a page with its next cursor."""
    kept = rows[: page.limit]
    more = len(rows) > page.limit
    return Page[T](
        items=[to_item(row) for row in kept],
        next_cursor=encode_cursor(*position(kept[-1])) if more else None,
    )
