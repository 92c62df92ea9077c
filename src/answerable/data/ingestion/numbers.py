"""How a column writes its numbers: decimal mark, thousands separators, signs, currency, percent.

The whole column decides. "1.234" alone is open (a thousand or a fraction); one "1.234,5" or one
"0.5" elsewhere in the column settles it, and so do the other columns of the table.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property

from sqlglot import exp

from answerable.data.ingestion import sql
from answerable.data.ingestion.cells import Native
from answerable.data.ingestion.number_shapes import BLANKS, DASHES, Shape, cut
from answerable.data.ingestion.sql import Strict
from answerable.data.ingestion.units import currency
from answerable.data.semantics.units import Conversion

_APOSTROPHES = "'’"
_GROUPS = {" ": f"[{BLANKS}]", "'": f"[{_APOSTROPHES}]", ".": r"\.", ",": ",", "_": "_", "": ""}
MAX_DIGITS = 18
_EXACT_DIGITS = 38
_EXACT_SCALE = 10

# (decimal mark, thousands separator), the plainest first.
_STYLES = (
    (".", ""),
    (",", ""),
    (".", ","),
    (",", "."),
    (".", " "),
    (",", " "),
    (".", "'"),
    (",", "'"),
    (".", "_"),
)

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_MOST_RARE = 20


@dataclass(frozen=True)
class NumberFormat:
    """How one column writes numbers. `affix` is printed with each number or with some of them.

    `integer_digits` and `scale` are the widest seen; `exponents` says that 1e6 occurs. `powers` are of ten,
    by which numbers with another affix, or with none, become numbers of the column: ("g", -3) among
    kilograms. `conversions` are of units that no power of ten brings into the column's: pounds, minutes."""

    decimal_mark: str = "."
    group: str = ""
    affix: str = ""
    integer_digits: int = 0
    scale: int = 0
    exponents: bool = False
    plain: bool = True  # nothing but digits, a minus and a decimal point
    uniform: bool = False  # every number is written with the same number of decimals
    padded: bool = False  # zeros in front are part of a number here, not of an identifier
    powers: tuple[tuple[str, int], ...] = ()
    conversions: tuple[tuple[str, Conversion], ...] = ()

    @cached_property
    def _body(self) -> re.Pattern[str]:
        return re.compile(body_pattern(self.decimal_mark, self.group))

    @property
    def percent(self) -> bool:
        """Whether the numbers carry a percent sign."""
        return self.affix == "%"

    def canonical(self, text: str) -> str | None:
        """The number with a decimal point and a leading minus; None when the text is none here."""
        if self.decimal_mark == "." and not self.powers and _PLAIN.fullmatch(text):
            return text
        shape = cut(text)
        if shape is None or not self._body.fullmatch(shape.body):
            return None
        power, conversion = self._power(shape.affix), dict(self.conversions).get(shape.affix)
        if power is None and conversion is None:
            return None
        body = shape.body
        if self.group:
            body = re.sub(_GROUPS[self.group], "", body)
        body = body.replace(self.decimal_mark, ".") if self.decimal_mark != "." else body
        written = ("-" if shape.negative else "") + body + shape.exponent
        if conversion is not None:
            return _converted(written, conversion)
        return written if not power else format(Decimal(written).scaleb(power), "f")

    def _power(self, affix: str) -> int | None:
        """The power of ten that a number beside `affix` takes; None when it is none of the column's."""
        own = 0 if affix in ("", self.affix) else None
        return dict(self.powers).get(affix, own) if self.powers else own

    def parse(self, text: str) -> Decimal | None:
        """The value of a text; None when it is no number in this format."""
        canonical = self.canonical(text)
        try:
            return None if canonical is None else Decimal(canonical)
        except InvalidOperation:
            return None

    @property
    def duckdb_type(self) -> str:
        """BIGINT, an exact DECIMAL, or DOUBLE where digits would not fit."""
        if (
            self.conversions
            or self.exponents
            or self.scale > _EXACT_SCALE
            or self.integer_digits + self.scale > _EXACT_DIGITS
        ):
            return "DOUBLE"
        if self.scale == 0 and not self.powers:
            return "BIGINT" if self.integer_digits <= MAX_DIGITS else "DECIMAL(38,0)"
        return f"DECIMAL({18 if self.integer_digits + self.scale <= 15 else 38},{self.scale})"

    def _canonical_sql(self, cell: exp.Expression) -> exp.Expression:
        """`canonical` as an expression over a VARCHAR; null for what is no number here."""
        if not self.powers and not self.conversions:
            return self._written_sql(cell, self.affix, 0)
        conversions = dict(self.conversions)
        powers = {"": 0, self.affix: 0} | dict(self.powers)
        # The longest first: "kg" has a "g" in it, and everything has nothing in it.
        affixes = sorted({*powers, *conversions}, key=len, reverse=True)
        branches = []
        for affix in affixes:
            written = self._written_sql(cell.copy(), affix, powers.get(affix, 0))
            if affix in conversions:
                written = _converted_sql(written, conversions[affix])
            branches.append((sql.call("contains", cell.copy(), affix), written))
        return sql.when(branches, sql.null())

    def _written_sql(self, cell: exp.Expression, affix: str, power: int) -> exp.Expression:
        bare = sql.call("trim", sql.call("replace", cell, affix, "")) if affix else cell
        body = self._fitting_pattern(power)
        if self.plain or self.exponents:
            pattern = rf"[+\-]?(?:{body})(?:[eE][+\-]?\d{{1,3}})?"
            digits = bare
            if self.group:
                digits = sql.call("regexp_replace", digits, _GROUPS[self.group], "", "g")
        else:
            # One sign at most: brackets that close, one in front, or one behind.
            gap = rf"[\s{BLANKS}]*"  # RE2's \s knows ASCII's blanks alone
            pattern = rf"\({gap}(?:{body}){gap}\)|[+\-−–]?{gap}(?:{body})|(?:{body}){gap}-"
            digits = sql.call("regexp_replace", bare, f"[^0-9{self.decimal_mark}]", "", "g")
        if self.decimal_mark != ".":
            digits = sql.call("replace", digits, self.decimal_mark, ".")
        if not (self.plain or self.exponents):
            negative = sql.call(
                "regexp_matches", bare, rf"^[\s{BLANKS}]*[(\-−–]|[0-9][\s{BLANKS}]*-[\s{BLANKS}]*$"
            )
            digits = sql.when([(negative, exp.DPipe(this=sql.text("-"), expression=digits))], digits)
        if power:
            digits = exp.DPipe(this=digits, expression=sql.text(f"e{power}"))
        known = [(sql.matches(bare, pattern), digits)]
        if affix and currency(affix) is not None:
            known.append((sql.among(bare.copy(), DASHES), sql.text("0")))
        return sql.when(known, sql.null())

    def _fitting_pattern(self, power: int = 0) -> str:
        """`body_pattern` for what the type stores exactly: CAST would round further decimals, and
        leading zeros tell of an identifier."""
        mark = re.escape(self.decimal_mark)
        if self.duckdb_type == "DOUBLE":
            return body_pattern(self.decimal_mark, self.group)
        scale = max(0, self.scale + power)
        whole = rf"0|[1-9]\d{{0,{MAX_DIGITS - 1}}}" if scale == 0 and not self.powers else r"\d+"
        if self.padded:
            whole = rf"0*\d{{1,{MAX_DIGITS}}}"
        decimals = rf"(?:\d{{0,{scale}}}|[-–—]{{1,2}})"
        leading = rf"|{mark}\d{{1,{scale}}}" if scale else ""
        return rf"(?:{_grouped(self.group)}{whole})(?:{mark}{decimals})?{leading}"

    def sql(self, cell: exp.Expression) -> exp.Expression:
        """The value as an expression over a VARCHAR; null for what does not fit."""
        return sql.cast(self._canonical_sql(cell), self.duckdb_type, lenient=True)

    def strict_sql(self, cell: exp.Expression, value: exp.Expression) -> Strict:
        """A plain number, fast. It holds where the cell is written as such a number is, to the letter."""
        if self.duckdb_type == "BIGINT" or self.uniform:
            holds: exp.Expression = exp.EQ(this=sql.cast(value, "VARCHAR"), expression=cell)
        else:
            digits = exp.Sub(this=sql.call("length", cell), expression=sql.call("strpos", cell, "."))
            fits = exp.LTE(this=digits, expression=exp.Literal.number(self.scale))
            whole = exp.EQ(this=sql.call("strpos", cell, "."), expression=exp.Literal.number(0))
            # The engine has numbers called infinity and nan.
            plain = exp.Not(this=sql.call("regexp_matches", cell, r"[A-Za-z_\s]|^[+-]?0\d"))
            holds = exp.And(this=exp.Paren(this=exp.Or(this=fits, expression=whole)), expression=plain)
        return Strict(sql.cast(cell, self.duckdb_type), holds)


def _converted(written: str, conversion: Conversion) -> str:
    """A number in the column's unit, to twelve digits."""
    value = Fraction(Decimal(written)) * conversion.factor + conversion.offset
    quotient = Context(prec=12).divide(Decimal(value.numerator), Decimal(value.denominator))
    return format(quotient.normalize(), "f")


def _converted_sql(written: exp.Expression, conversion: Conversion) -> exp.Expression:
    """The same in the engine's floats. Whole numbers are multiplied and added before there is one division,
    so that 32 °F is 0 °C."""
    factor, offset = conversion.factor, conversion.offset
    scaled = exp.Mul(
        this=sql.cast(written, "DOUBLE", lenient=True),
        expression=sql.number(Decimal(factor.numerator * offset.denominator)),
    )
    moved = exp.Add(this=scaled, expression=sql.number(Decimal(offset.numerator * factor.denominator)))
    value = exp.Div(
        this=exp.Paren(this=moved), expression=sql.number(Decimal(factor.denominator * offset.denominator))
    )
    return sql.cast(value, "VARCHAR")


def body_pattern(decimal_mark: str, group: str) -> str:
    """Digits in a style, for Python's `re` and for RE2 alike; groups may be of two digits (lakh)."""
    mark = re.escape(decimal_mark)
    return rf"(?:{_grouped(group)}\d+)(?:{mark}\d*)?|{mark}\d+"


def _grouped(group: str) -> str:
    if not group:
        return ""
    g = _GROUPS[group]
    return rf"[1-9]\d{{0,2}}(?:{g}\d{{3}})+|[1-9]\d?(?:{g}\d{{2}})+{g}\d{{3}}|"


@dataclass(frozen=True, slots=True)
class NumberReading:
    """What the texts of a column say: the format, the share of cells it reads (0 to 1), and
    whether the decimal mark is open: "1.234" and its like all through."""

    format: NumberFormat
    share: float
    ambiguous: bool = False
    leading_zeros: str | None = None  # an example such as 00501
    long_digits: str | None = None
    affixes: tuple[str, ...] = ()  # the most frequent first
    rare: tuple[str, ...] = ()  # beside so few numbers that they do not say what the column's are
    bare: tuple[tuple[str, int], ...] = ()  # numbers without an affix, zero apart, where others have one


def read(
    values: Sequence[tuple[str, int]], *, comma_hint: bool | None = None, mark: str | None = None
) -> NumberReading | None:
    """The best format for (text, count) pairs without placeholders; None when hardly one is a
    number. `comma_hint` is what other columns say about the decimal mark, `mark` the one to read by."""
    shapes = [(text, cut(text), count) for text, count in values]
    numeric = [(text, shape, count) for text, shape, count in shapes if shape is not None]
    total = sum(count for _, count in values)
    if not numeric or not total:
        return None
    affixes = Counter[str]()
    for _, shape, count in numeric:
        if shape.affix:
            affixes[shape.affix] += count
    # A sign beside a handful of cells makes them misfits, unless it is a unit that becomes the column's; it
    # does not change the column.
    ordered = tuple(found for found, count in affixes.most_common() if count > 0.01 * total)
    rare = tuple(found for found, count in affixes.most_common() if count <= 0.01 * total)[:_MOST_RARE]
    affix = ordered[0] if ordered else ""
    native = all(isinstance(text, Native) for text, _, _ in numeric)
    style, ambiguous = (
        (_STYLES[0], False) if native else _style([s.body for _, s, _ in numeric], comma_hint, mark)
    )
    number_format = NumberFormat(decimal_mark=style[0], group=style[1], affix=affix)
    reading = NumberReading(
        number_format, 0, ambiguous, affixes=ordered, rare=rare, bare=_bare(numeric) if ordered else ()
    )
    return measured(reading, values)


def _bare(numeric: Sequence[tuple[str, Shape, int]]) -> tuple[tuple[str, int], ...]:
    return tuple((t, n) for t, shape, n in numeric if not shape.affix and set(shape.body) & set("123456789"))


def _style(bodies: Sequence[str], comma_hint: bool | None, mark: str | None) -> tuple[tuple[str, str], bool]:
    """(decimal mark, thousands separator) that reads most bodies, and whether another style that
    gives other values reads as many."""
    separated = any(set(body) & set(".,") for body in bodies)
    # What is digits alone fits every style.
    written = [body for body in bodies if not body.isdigit()]
    scored = []
    for style in (found for found in _STYLES if mark is None or found[0] == mark):
        pattern = re.compile(body_pattern(*style))
        scored.append((sum(1 for body in written if pattern.fullmatch(body)), style))
    best = max(count for count, _ in scored)
    fitting = [style for count, style in scored if count == best]
    marks = {style[0] for style in fitting}
    if len(marks) == 1 or not separated:
        return fitting[0], False
    if comma_hint is not None:
        return next(style for style in fitting if (style[0] == ",") == comma_hint), False
    # Open: "1,234" is read as a thousand, "1.234" as a fraction, as most programs write them.
    return next(style for style in fitting if style[0] == "."), True


def measured(reading: NumberReading, values: Sequence[tuple[str, int]]) -> NumberReading:
    """The reading with the sizes of the numbers that its format reads, and the share of cells that they
    are."""
    number_format, total = reading.format, sum(count for _, count in values)
    read_cells, integer_digits, scale = 0, 0, 0
    exponents = False
    plain = not number_format.group and number_format.decimal_mark == "." and not reading.affixes
    leading_zeros = long_digits = None
    shortest: int | None = None
    for text, count in values:
        canonical = number_format.canonical(text)
        if canonical is None:
            continue
        read_cells += count
        mantissa, _, exponent = canonical.lower().partition("e")
        whole, _, fraction = mantissa.lstrip("-").partition(".")
        exponents = exponents or bool(exponent)
        integer_digits = max(integer_digits, len(whole.lstrip("0")))
        scale = max(scale, len(fraction.rstrip("0")) if isinstance(text, Native) else len(fraction))
        shortest = len(fraction) if shortest is None else min(shortest, len(fraction))
        if len(whole) > 1 and whole[0] == "0":
            leading_zeros = leading_zeros or text
        if len(whole) > MAX_DIGITS and not exponent:
            long_digits = long_digits or text
        plain = plain and canonical == text.strip().lstrip("+")
    found = replace(
        number_format,
        integer_digits=integer_digits,
        scale=scale,
        exponents=exponents,
        plain=plain and not number_format.powers and not number_format.conversions,
        uniform=not exponents and shortest == scale,
    )
    return replace(
        reading,
        format=found,
        share=read_cells / total,
        leading_zeros=leading_zeros,
        long_digits=long_digits,
    )


def decimal_comma_votes(readings: Iterable[NumberReading]) -> bool | None:
    """What the columns that are sure say about the decimal mark: comma (True), point (False), or
    nothing (None)."""
    votes = Counter[bool]()
    for reading in readings:
        style = (reading.format.decimal_mark, reading.format.group)
        if reading.share > 0.95 and not reading.ambiguous and (reading.format.scale or style[1]):
            votes[style[0] == ","] += 1
    if not votes or votes[True] == votes[False]:
        return None
    return votes[True] > votes[False]
