"""Types that columns can have, and how the texts of one become values of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

from sqlglot import exp

from answerable.data.ingestion import booleans, sql, zones
from answerable.data.ingestion.affixes import BarePercent
from answerable.data.ingestion.cells import PLACEHOLDERS, TYPED_PLACEHOLDERS
from answerable.data.ingestion.dates import DateFormat, DateOrder
from answerable.data.ingestion.numbers import NumberFormat, NumberReading
from answerable.data.ingestion.quality import Finding
from answerable.data.ingestion.sql import Strict
from answerable.data.ingestion.times import hours_sql, parse_hours, parse_time, time_sql
from answerable.data.semantics.model import FieldType, Unit

Values = Sequence[tuple[str, int]]

_LONGEST_PLACEHOLDER = max(len(text.encode()) for text in PLACEHOLDERS)
_PLACEHOLDERS_IN_ANY_CASE = frozenset(
    "".join(letters) for text in PLACEHOLDERS for letters in product(*({c.lower(), c.upper()} for c in text))
)


@dataclass(frozen=True, slots=True)
class Hints:
    """What the rest of the table says: decimal commas, the order of day and month. `unit` is the header's;
    `bare_percent` is what a person says of numbers without a sign among percentages."""

    decimal_comma: bool | None = None
    date_order: DateOrder | None = None
    unit: Unit | None = None
    bare_percent: BarePercent | None = None


@dataclass(frozen=True)
class ColumnType:
    """The type of one column and how its texts become values of it; `hours` says that they are lengths of
    time."""

    type: FieldType
    number: NumberFormat | None = None
    date: DateFormat | None = None
    boolean: tuple[str, str] | None = None
    hours: bool = False
    unit: Unit | None = None
    nothing: frozenset[str] | None = None  # placeholders that a person chose

    @property
    def placeholders(self) -> frozenset[str]:
        """Lower-case texts that stand for nothing in such a column."""
        if self.nothing is not None:
            return self.nothing | {""}
        if self.type is FieldType.STRING:
            return PLACEHOLDERS
        return TYPED_PLACEHOLDERS if self.type is not FieldType.BOOLEAN else TYPED_PLACEHOLDERS - {"0", "1"}

    def fits(self, text: str) -> bool:
        """Whether a text (no placeholder) is a value of this type."""
        if self.number is not None:
            return self.number.canonical(text) is not None
        if self.date is not None:
            return self.date.parse(text) is not None
        if self.boolean is not None:
            return text.strip().lower() in self.boolean
        if self.hours:
            return parse_hours(text) is not None
        return parse_time(text) is not None if self.type is FieldType.TIME else True

    def sql(self, name: str, *, clean: bool = False) -> exp.Expression:
        """The value of the raw column as an expression; null for placeholders and misfits. `clean`
        says that every cell of the column is known to be a plain value."""
        cell = sql.call("trim", sql.column(name))
        if clean and self.type is FieldType.STRING:
            return cell
        if clean and self.number is not None and self.number.plain:
            return sql.cast(cell, self.number.duckdb_type)
        absent = sql.among(sql.call("lower", cell), self.placeholders)
        return sql.when([(absent, sql.null())], self._value(cell))

    def _value(self, cell: exp.Expression) -> exp.Expression:
        if self.number is not None:
            return self.number.sql(cell)
        if self.date is not None:
            return self.date.sql(cell)
        if self.boolean is not None:
            return booleans.boolean_sql(cell, self.boolean)
        if self.hours:
            return hours_sql(cell)
        return time_sql(cell) if self.type is FieldType.TIME else cell

    def marked_sql(self, name: str) -> exp.Expression | None:
        """Whether a cell of the raw column has the unit or zone that others have; None where none has any."""
        cell = sql.column(name)
        if self.number is not None and self.number.affix:
            others = (*self.number.powers, *self.number.conversions)
            known = {self.number.affix, *(affix for affix, _ in others if affix)}
            found = [sql.call("contains", cell.copy(), affix) for affix in sorted(known)]
            return exp.Paren(this=exp.or_(*found))
        if self.date is not None and self.date.zones:
            return sql.call("regexp_matches", cell, rf"(?i)\d\s*(?:[ap]\.?m\.?)?\s*(?:{zones.PATTERN})\s*$")
        return None

    def strict_sql(self, name: str, value: str) -> Strict | None:
        """The value of the raw column `name` as a fast expression, and where that is all there is to say of
        its cell; `value` is what the value is called there. None when there is no fast way."""
        cell, made = sql.column(name), sql.column(value)
        if self.number is not None:
            return self.number.strict_sql(cell, made) if self.number.plain else None
        if self.date is not None:
            return self.date.strict_sql(cell, made)
        if self.boolean is not None:
            yes, no = (frozenset({word, word.upper(), word.capitalize()}) for word in self.boolean)
            return Strict(sql.among(cell, yes), sql.among(cell, yes | no))
        return Strict(cell, _is_plain_text(cell)) if self.type is FieldType.STRING else None


def _is_plain_text(cell: exp.Expression) -> exp.Expression:
    """Whether a cell is a text with nothing to trim that no placeholder is. Most texts are longer than any
    placeholder: only the short ones are looked up, in every case, which is faster than making it lower."""
    long = exp.GT(this=sql.call("strlen", cell), expression=exp.Literal.number(_LONGEST_PLACEHOLDER))
    unknown = exp.Not(this=sql.among(cell, _PLACEHOLDERS_IN_ANY_CASE))
    # Blanks and control characters come before "!", everything else after it.
    starts = exp.GTE(this=cell, expression=sql.text("!"))
    ends = exp.Not(this=sql.call("suffix", cell, " "))
    return sql.every([starts, ends, sql.when([(long, exp.true())], unknown)])


TEXT = ColumnType(FieldType.STRING)


@dataclass(slots=True)
class Decision:
    """A column's type with what a person should know about how it was chosen. `reading` and
    `order` are what this column can tell the others."""

    column: ColumnType
    findings: list[Finding] = field(default_factory=list)
    reading: NumberReading | None = None
    order: DateOrder | None = None
    open_question: bool = False  # another column could settle it
