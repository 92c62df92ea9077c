"""Records into the database: many workspaces' calls in one transaction, each behind its own wall.

A batch is one message: for each workspace `SET LOCAL` and one call of `record_usage`, which inserts the
rows that are not there yet and settles the counters of limits by exactly these rows. No role that could
write everywhere is needed, and a workspace more costs some microseconds.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

import msgspec
import psycopg
from psycopg.pq import Escaping

from answerable.inference.usage.record import UsageRecord
from answerable.kit.db import Database
from answerable.kit.principal import Principal

LONGEST_TEXT = 500

# Crockford's base32 to the digits of Python's own.
_DIGITS = str.maketrans("0123456789abcdefghjkmnpqrstvwxyz", "0123456789abcdefghijklmnopqrstuv")
_encode: Callable[[object], bytes] = msgspec.json.Encoder().encode


class _Row(msgspec.Struct, omit_defaults=True):
    """A row as `record_usage` reads it; ids are 32 hexadecimal digits."""

    id: str
    operation: str
    route: str
    requested_model: str
    outcome: str
    input_tokens: int
    output_tokens: int
    cached_input_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int
    estimated: bool
    cost_usd: Decimal
    price_version: str
    attempts: int
    streamed: bool
    started_at: datetime
    latency_ms: float
    user_id: str | None = None
    key_id: str | None = None
    provider: str | None = None
    model: str | None = None
    stage: str | None = None
    error_code: str | None = None
    cache: str | None = None
    first_token_ms: float | None = None
    trace_id: str | None = None
    parent_id: str | None = None


Grouped = Mapping[str, Sequence[_Row]]


def grouped(records: Iterable[UsageRecord]) -> Grouped:
    """The rows of each workspace, by the workspace's UUID in hexadecimal; in the order of these, so that
    two writers never wait for each other in a circle. ValueError for a record whose ids are none."""
    groups: dict[str, list[_Row]] = {}
    for record in records:
        groups.setdefault(_known_hex(record.workspace_id), []).append(_row(record))
    return dict(sorted(groups.items()))


async def write(database: Database, groups: Grouped, writer: uuid.UUID) -> None:
    """Write rows in one transaction, as the replica `writer`, whose leases they are settled against.

    Rows that are there already change nothing. Raises the driver's or SQLAlchemy's errors.
    """
    async with database.begin(Principal.anonymous()) as session:
        pooled = await (await session.connection()).get_raw_connection()
        driver = pooled.driver_connection
        assert isinstance(driver, psycopg.AsyncConnection)
        escape = Escaping(driver.pgconn).escape_literal
        replica = escape(str(writer).encode())
        parts = [
            b"SET LOCAL answerable.workspace_id = %b; SELECT record_usage(%b, %b)"
            % (escape(workspace.encode()), escape(_encode(rows)), replica)
            for workspace, rows in groups.items()
        ]
        # Without parameters, so that the driver sends all of them as one simple query.
        await driver.execute(b";".join(parts), prepare=False)


def _row(record: UsageRecord) -> _Row:
    tokens = record.tokens
    return _Row(
        _hex(record.id),
        record.operation,
        _text(record.route),
        _text(record.requested_model),
        record.outcome,
        tokens.input,
        tokens.output,
        tokens.cached_input,
        tokens.cache_write,
        tokens.reasoning,
        tokens.estimated,
        record.cost_usd,
        record.price_version,
        record.attempts,
        record.streamed,
        record.started_at,
        record.latency_ms,
        None if record.user_id is None else _known_hex(record.user_id),
        None if record.key_id is None else _known_hex(record.key_id),
        _maybe_text(record.provider),
        _maybe_text(record.model),
        _maybe_text(record.stage),
        _maybe_text(record.error_code),
        record.cache,
        record.first_token_ms,
        _maybe_text(record.trace_id),
        None if record.parent_id is None else _hex(record.parent_id),
    )


def _hex(public_id: str) -> str:
    _, _, letters = public_id.partition("_")
    return f"{int(letters.translate(_DIGITS), 32):032x}"


_known_hex = lru_cache(maxsize=1 << 14)(_hex)


def _text(value: str) -> str:
    """What PostgreSQL's text can hold, and no more of it than a row needs."""
    return value[:LONGEST_TEXT].replace("\0", "")


def _maybe_text(value: str | None) -> str | None:
    return None if value is None else _text(value)
