"""The process that another database is read in: it connects, runs one statement, and is gone when it hangs.

A hostile server or file meets this process and nothing else: it has the memory, the files and the network
that its parent allows.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from answerable.data.engines.dialects.tables import DialectName
from answerable.data.engines.duckdb.transport import encode
from answerable.data.engines.external.drivers.session import NoValue, Row, Session
from answerable.data.engines.external.failures import refusal
from answerable.data.engines.external.place import Place
from answerable.data.engines.query_limits.scanning import hold_against_limits
from answerable.kit.sandbox.limits import JsonObject, Refusal, Report

_MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001 - a time of day has no zone
_open: dict[str, Session] = {}


def run(payload: JsonObject, report: Report) -> JsonObject:
    """Answer one request: `action`, `place`, `seconds`, `memory_bytes`, and what the action takes.

    Raises Refusal with a code of `failures` for whatever the database or the limits refuse.
    """
    place = Place.model_validate(payload["place"])
    act = _ACTIONS[payload["action"]]
    session = _session(place, payload["memory_bytes"])
    try:
        return act(session, payload, report)
    except Refusal as error:
        if error.code in ("unreachable", "failed", "changed"):
            _close()
        raise
    except session.errors as error:
        _close()  # a session after an error is not trusted with another statement
        if session.was_cancelled(error):
            raise Refusal("timeout", "The query took too long.") from error
        raise refusal(place, error) from error
    except ValueError as error:
        raise Refusal("failed", str(error)[:300]) from error


def _session(place: Place, memory_bytes: int) -> Session:
    """The open session, or a new one when the place is another."""
    key = hashlib.sha256(place.model_dump_json().encode()).hexdigest()
    if key not in _open:
        _close()
        try:
            _open[key] = connect(place, memory_bytes)
        except Refusal:
            raise
        except Exception as error:  # drivers differ in what they raise; every one of them is told
            raise refusal(place, error) from error
    return _open[key]


def _close() -> None:
    while _open:
        _, session = _open.popitem()
        session.close()


def connect(place: Place, memory_bytes: int) -> Session:
    """A new session. The drivers load here: a child needs one of them."""
    if place.driver is not None:
        from answerable.data.engines.external.drivers.sqlalchemy_dialect import SqlalchemySession  # noqa: PLC0415

        return SqlalchemySession(place)
    if place.dialect is DialectName.POSTGRESQL:
        from answerable.data.engines.external.drivers.postgresql import PostgresqlSession  # noqa: PLC0415

        return PostgresqlSession(place)
    if place.dialect is DialectName.MYSQL:
        from answerable.data.engines.external.drivers.mysql import MysqlSession  # noqa: PLC0415

        return MysqlSession(place)
    if place.dialect is DialectName.SQLITE:
        from answerable.data.engines.external.drivers.sqlite import SqliteSession  # noqa: PLC0415

        return SqliteSession(place)
    from answerable.data.engines.external.drivers.duckdb_file import DuckdbSession  # noqa: PLC0415

    return DuckdbSession(place, memory_bytes)


def _check(session: Session, _payload: JsonObject, _report: Report) -> JsonObject:
    return session.facts().model_dump(mode="json")


def _catalogue(session: Session, payload: JsonObject, _report: Report) -> JsonObject:
    with _deadline(session, payload["seconds"]):
        return session.catalogue().model_dump(mode="json")


def _query(session: Session, payload: JsonObject, report: Report) -> JsonObject:
    sql, seconds = payload["sql"], payload["seconds"]
    report({"backend": session.backend()})
    with _deadline(session, seconds), session.transaction(seconds):
        expected = session.estimate(sql)
        hold_against_limits(expected, payload["scan_limits"])
        if payload["explain_only"]:
            return {"estimate": expected}
        rows, truncated = _fetch(
            session.select(sql), payload["max_rows"], payload["max_bytes"], payload["labels"]
        )
    return {"estimate": expected, "rows": rows, "truncated": truncated}


def _profile(session: Session, payload: JsonObject, _report: Report) -> JsonObject:
    from answerable.data.engines.external.sampling import profile_sample  # noqa: PLC0415 - loads DuckDB

    with _deadline(session, payload["seconds"]), session.transaction(payload["seconds"]):
        rows, _ = _fetch(session.select(payload["sql"]), payload["max_rows"], payload["max_bytes"])
    return profile_sample(rows, payload["columns"]).model_dump(mode="json")


def _cancel(session: Session, payload: JsonObject, _report: Report) -> JsonObject:
    stop = getattr(session, "cancel_other", None)
    if stop is not None:
        stop(payload["backend"])
    return {}


_ACTIONS: dict[str, Callable[[Session, JsonObject, Report], JsonObject]] = {
    "check": _check,
    "catalogue": _catalogue,
    "query": _query,
    "profile": _profile,
    "cancel": _cancel,
}


@contextmanager
def _deadline(session: Session, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, session.cancel)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _fetch(
    batches: Iterator[Sequence[Row]], max_rows: int, max_bytes: int, labels: Sequence[str] | None = None
) -> tuple[list[list[object]], bool]:
    """The rows, and whether a limit cut them. With the `labels` of the columns, those of an answer, a number
    that is none refuses them: one NaN makes a sum of all rows NaN."""
    rows: list[list[object]] = []
    size = 0
    for batch in batches:
        for raw in batch:
            _refuse_what_is_no_value(raw, labels)
            row: list[object] = [_cell(cell) for cell in raw]
            size += sum(len(cell) if isinstance(cell, str) else 8 for cell in row)
            if len(rows) == max_rows or size > max_bytes:
                return rows, True
            rows.append(row)
    return rows, False


def _refuse_what_is_no_value(row: Row, labels: Sequence[str] | None) -> None:
    for position, cell in enumerate(row):
        if isinstance(cell, NoValue):
            text = cell.text
        elif labels is not None and isinstance(cell, (float, Decimal)) and not math.isfinite(cell):
            text = str(Decimal(cell))
        else:
            continue
        if labels is None:
            raise ValueError(f"{text!r} has no value here.")
        raise Refusal(
            "value",
            f"The column {labels[position]!r} has {text!r} in the database, which is no value that can be "
            "shown or added up. Leave such rows out by a filter on another field, or make a view in the "
            "database that has NULL in their place, and import that.",
        )


def _cell(value: object) -> object:
    if isinstance(value, timedelta):  # a time of day, as PyMySQL gives it
        inside = timedelta(0) <= value < timedelta(days=1)
        return (_MIDNIGHT + value).time().isoformat() if inside else str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("utf-8", "replace")
    return encode(value) if isinstance(value, (date, time)) or not isinstance(value, str) else value
