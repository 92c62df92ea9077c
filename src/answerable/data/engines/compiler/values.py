"""Values of a query as typed literals. A value never becomes part of a statement's text unquoted."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from sqlglot import exp

from answerable.data.semantics.filters import Scalar
from answerable.data.semantics.model import NUMERIC_TYPES, FieldType

MAX_STRING = 1_000
MAX_DIGITS = 38

Typed = bool | int | Decimal | float | date | datetime | time | str


class BadValue(ValueError):
    """The value does not fit the field; the message says what would."""


def fit(value: Scalar, kind: FieldType, time_zone: str) -> Typed:
    """The value in the field's own type. Raises BadValue.

    Text that reads as a number, date or time is accepted, since JSON has none of these; a moment
    with an offset is brought to `time_zone`, in which timestamps are stored.
    """
    if kind in NUMERIC_TYPES:
        return _number(value)
    if kind is FieldType.BOOLEAN:
        return _boolean(value)
    if kind in (FieldType.DATE, FieldType.TIMESTAMP):
        return _moment(value, time_zone)
    if kind is FieldType.TIME:
        return _time(value)
    return _string(value)


def literal(value: Typed) -> exp.Expr:
    """The value as a literal with its type."""
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int):
        return _numeral(str(value))
    if isinstance(value, Decimal):
        return _numeral(format(value, "f"))
    if isinstance(value, float):
        return exp.cast(exp.Literal.string(repr(value)), exp.DataType.Type.DOUBLE)
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), exp.DataType.Type.TIMESTAMP)
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), exp.DataType.Type.DATE)
    if isinstance(value, time):
        return exp.cast(exp.Literal.string(value.isoformat()), exp.DataType.Type.TIME)
    return exp.Literal.string(value)


def localise(moment: datetime, time_zone: str) -> datetime:
    """The moment as the wall clock of `time_zone` shows it, without an offset."""
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)


def _numeral(text: str) -> exp.Expr:
    if text.startswith("-"):
        return exp.Neg(this=exp.Literal.number(text[1:]))
    return exp.Literal.number(text)


def _number(value: Scalar) -> int | Decimal | float:
    if isinstance(value, (bool, date, datetime)):
        raise BadValue("give a number")
    if isinstance(value, str):
        try:
            value = Decimal(value.strip())
        except InvalidOperation:
            raise BadValue("give a number") from None
    if isinstance(value, float):
        if not math.isfinite(value):
            raise BadValue("give a finite number")
        return value
    exact = Decimal(value)
    if not exact.is_finite():
        raise BadValue("give a finite number")
    _, digits, exponent = exact.as_tuple()
    if isinstance(exponent, int) and max(len(digits) + max(exponent, 0), -exponent) > MAX_DIGITS:
        raise BadValue(f"give a number of at most {MAX_DIGITS} digits")
    return value


def _boolean(value: Scalar) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    raise BadValue("give true or false")


def _moment(value: Scalar, time_zone: str) -> date | datetime:
    if isinstance(value, str):
        text = value.strip()
        try:
            value = date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
        except ValueError:
            raise BadValue("give a date as 2025-12-31, or with a time as 2025-12-31T08:00:00") from None
    if isinstance(value, datetime):
        return localise(value, time_zone)
    if isinstance(value, date):
        return value
    raise BadValue("give a date")


def _time(value: Scalar) -> time:
    if isinstance(value, str):
        try:
            return time.fromisoformat(value.strip()).replace(tzinfo=None)
        except ValueError:
            pass
    raise BadValue("give a time of day as 08:30 or 08:30:00")


def _string(value: Scalar) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, date)):
        raise BadValue("give text")
    text = value if isinstance(value, str) else str(value)
    if len(text) > MAX_STRING:
        raise BadValue(f"give at most {MAX_STRING} characters")
    if "\x00" in text:
        raise BadValue("leave out the NUL character")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise BadValue("give text that is valid Unicode") from None
    return text
