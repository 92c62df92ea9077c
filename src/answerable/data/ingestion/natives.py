"""Columns of a workbook whose cells it typed itself, and the texts among them.

A workbook's own numbers and dates need no guessing; a text beside them ("13.400", "03/04/2024") does, and
they say nothing about how it is written. Units that number formats print are put beside the numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from statistics import median

from answerable.data.ingestion import dates, numbers
from answerable.data.ingestion.arguments import CountedColumnSaid, FormatUnitSaid, NumberReadSaid
from answerable.data.ingestion.cells import PLACEHOLDERS, Duration, Formatted, Native
from answerable.data.ingestion.choices import ColumnChoices
from answerable.data.ingestion.chosen import decide_as_chosen
from answerable.data.ingestion.column_findings import date_findings
from answerable.data.ingestion.column_types import Hints
from answerable.data.ingestion.finder import FoundTable
from answerable.data.ingestion.headers import ColumnHeader
from answerable.data.ingestion.number_shapes import cut
from answerable.data.ingestion.numbers import NumberFormat
from answerable.data.ingestion.quality import SHOWN, Code, Example, Finding, Severity, noted, shorten
from answerable.data.ingestion.request import TableSettings
from answerable.data.ingestion.units import parse_affix
from answerable.data.semantics.model import FieldType, Unit

_SHARE_OF_PERCENT = Unit(kind="percent", symbol="%", scale=100.0)
_MOSTLY = 0.8


@dataclass(slots=True)
class Settled:
    """The columns that hold nothing but what the workbook typed, or what was settled to be the same; the
    headers with the units that number formats say, and what there is to tell."""

    native: frozenset[int]
    headers: list[ColumnHeader]
    findings: list[Finding] = field(default_factory=list)


def settle(table: FoundTable, headers: Sequence[ColumnHeader], settings: TableSettings) -> Settled:
    """Write the texts among a workbook's own values as the workbook would, cell by cell of the table, as far
    as the column becomes one of numbers or dates by it; what stays open is asked."""
    settled = Settled(frozenset(), list(headers))
    native = set()
    for column, header in enumerate(headers):
        cells = [row[column] for row in table.rows]
        if not any(isinstance(cell, Native) for cell in cells):
            continue
        choices = settings.column(header.name)
        cells, timed = _as_hours(cells, header)
        unit = _unit_of(cells, header)
        changed = _Rewritten(cells) if unit is not None else _with_affixes(cells)
        rewritten = _as_dates(changed.cells, header, choices) or _as_numbers(changed.cells, header, choices)
        if rewritten is not None:
            if not _is_typed(rewritten.cells, header, choices):
                continue  # its texts stay as they are, and the column is read like one of a text file
            changed = rewritten
        native.add(column)
        for row, cell in zip(table.rows, changed.cells, strict=True):
            row[column] = cell
        settled.findings += [f.model_copy(update={"column": header.name}) for f in changed.findings]
        if unit is not None:
            settled.headers[column] = replace(header, unit=unit)
            settled.findings += timed or [_shown(cells, header, unit)]
    settled.native = frozenset(native)
    return settled


def _as_hours(cells: list[str], header: ColumnHeader) -> tuple[list[str], list[Finding]]:
    """Lengths of time as hours, where one of them is longer than a day: no time of day then."""
    own = [cell for cell in cells if isinstance(cell, Duration)]
    if not any(":" not in cell for cell in own):
        return cells, []
    hours = [
        Formatted.of(format(Decimal(repr(round(cell.hours, 6))).normalize(), "f"), "h")
        if isinstance(cell, Duration)
        else cell
        for cell in cells
    ]
    said = CountedColumnSaid(code="durations", column=header.label, count=len(own))
    after = next(hour for hour in hours if isinstance(hour, Formatted))
    finding = noted(
        Code.DURATIONS,
        Severity.CHANGED,
        said,
        column=header.name,
        count=len(own),
        example=own[0],
        examples=(Example(before=own[0], after=f"{after} h"),),
    )
    return hours, [finding]


@dataclass(slots=True)
class _Rewritten:
    cells: list[str]
    findings: list[Finding] = field(default_factory=list)


def _texts(cells: Sequence[str]) -> list[str]:
    return [c for c in cells if not isinstance(c, Native) and c.strip().lower() not in PLACEHOLDERS]


def _unit_of(cells: Sequence[str], header: ColumnHeader) -> Unit | None:
    """The unit that the formats of all of a column's numbers print; None where some have another or none,
    where numbers stand as text among them, and where the header names another unit."""
    own = [cell for cell in cells if isinstance(cell, Native) and cell != "0" and cut(cell) is not None]
    shown = {cell.affix if isinstance(cell, Formatted) else "" for cell in own}
    if len(shown) != 1 or any(cut(text) is not None for text in _texts(cells)):
        return None
    affix = shown.pop()
    scaled = {cell.thousands if isinstance(cell, Formatted) else 0 for cell in own}
    if (
        header.unit is not None
        and header.unit.scale > 1
        and {1000**each for each in scaled} == {header.unit.scale}
    ):
        # Below "Revenue (k€)" the cells show thousands, and hold euros.
        return header.unit.model_copy(update={"scale": 1.0})
    unit = _SHARE_OF_PERCENT if affix == "%" else parse_affix(affix) if affix else None
    if unit is None or header.unit is None or header.unit == unit:
        return unit
    return unit if affix == "%" and header.unit.kind == "percent" else None


def _shown(cells: Sequence[str], header: ColumnHeader, unit: Unit) -> Finding:
    texts = [cell for cell in cells if isinstance(cell, Formatted)]
    example = next((text for text in texts if text != "0"), texts[0])
    percent = unit is _SHARE_OF_PERCENT
    said = FormatUnitSaid(
        code="format_percent" if percent else "format_unit",
        column=header.label,
        text=example,
        number=_percentage(example) if percent else example,
        unit=example.affix or unit.symbol,
    )
    return noted(
        Code.FORMAT_UNIT,
        Severity.INFO,
        said,
        column=header.name,
        count=len(texts),
        example=example,
    )


def _percentage(share: str) -> str:
    """A share of 1 as a percentage, without the zeros that arithmetic leaves."""
    written = format(Decimal(share).scaleb(2), "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def _with_affixes(cells: Sequence[str]) -> _Rewritten:
    """Numbers with what their formats print beside them, as if it were written there."""
    return _Rewritten([_with_affix(cell) if isinstance(cell, Formatted) else cell for cell in cells])


def _with_affix(cell: Formatted) -> Native:
    if cut(cell) is None or not cell.affix:
        return cell
    return Native(f"{_percentage(cell)}%" if cell.affix == "%" else f"{cell} {cell.affix}")


def _is_typed(cells: Sequence[str], header: ColumnHeader, choices: ColumnChoices) -> bool:
    counted = Counter(cell for cell in cells if cell.strip())
    values = [(Native(text), count) for text, count in counted.items()]
    decision = decide_as_chosen(values, header.label, Hints(unit=header.unit), choices)
    return decision.column.type is not FieldType.STRING


def _as_numbers(cells: list[str], header: ColumnHeader, choices: ColumnChoices) -> _Rewritten | None:
    """The cells with the numbers among the texts written with a decimal point; None where there are none."""
    texts = [text for text in _texts(cells) if cut(text) is not None]
    own = [value for cell in cells if isinstance(cell, Native) and (value := _value(cell)) is not None]
    filled = sum(cell.strip().lower() not in PLACEHOLDERS for cell in cells)
    if not texts or not own or len(texts) + len(own) < _MOSTLY * filled:
        return None
    reading = numbers.read([(text, 1) for text in texts], mark=choices.decimal_mark)
    assert reading is not None
    form = _likelier(texts, own) if reading.ambiguous else reading.format
    plain = {text: _plain(text, form) for text in texts}
    changed = [(a, b) for a, b in plain.items() if b is not None and b != a.strip()]
    written = [cell if isinstance(cell, Native) else plain.get(cell) or cell for cell in cells]
    findings = []
    if reading.ambiguous:
        findings.append(_asked(next(t for t in texts if set(t) & set(".,")), form, header, len(texts)))
    elif changed:
        count = sum(text in dict(changed) for text in texts)
        said = CountedColumnSaid(code="numbers_as_text", column=header.label, count=count)
        examples = tuple(Example(before=shorten(a), after=b) for a, b in changed[:SHOWN])
        findings.append(
            noted(
                Code.NUMBERS_AS_TEXT,
                Severity.CHANGED,
                said,
                count=count,
                example=shorten(changed[0][0]),
                examples=examples,
            )
        )
    return _Rewritten(written, findings)


def _value(cell: str) -> Decimal | None:
    """A number of the workbook, with or without what stands beside it."""
    shape = cut(cell)
    return None if shape is None else NumberFormat(affix=shape.affix).parse(cell)


def _plain(text: str, form: NumberFormat) -> str | None:
    """A text as a number with a decimal point and its own affix; None where it is none in this format."""
    shape = cut(text)
    affix = shape.affix if shape is not None else ""
    written = replace(form, affix=affix).canonical(text)
    if written is None:
        return None
    # A workbook's own numbers have no zeros behind them.
    written = written.rstrip("0").rstrip(".") if "." in written and "e" not in written.lower() else written
    return f"{written} {affix}".strip()


def _likelier(texts: Sequence[str], own: Sequence[Decimal]) -> NumberFormat:
    """The mark that makes the texts more like the workbook's own numbers in size; a point where both do."""
    usual = median([abs(value) for value in own if value] or [Decimal(1)])

    def distance(form: NumberFormat) -> Decimal:
        read = [value for text in texts if (value := _value(_plain(text, form) or "")) is not None]
        return abs((median([abs(value) for value in read if value] or [Decimal(1)]) / usual).log10())

    return min(NumberFormat(".", ","), NumberFormat(",", "."), key=distance)


def _asked(text: str, form: NumberFormat, header: ColumnHeader, count: int) -> Finding:
    value = _value(_plain(text, form) or text)
    last = next(c for c in reversed(text) if c in ".,")
    said = NumberReadSaid(
        code="decimal_mark",
        column=header.label,
        text=text.strip(),
        taken_for="decimal" if last == form.decimal_mark else "thousands",
        number=text.strip() if value is None else format(value, "f"),
    )
    examples = (Example(before=shorten(text), after=said.number),)
    return noted(
        Code.DECIMAL_MARK, Severity.DOUBTFUL, said, count=count, example=text.strip(), examples=examples
    )


def _as_dates(cells: list[str], header: ColumnHeader, choices: ColumnChoices) -> _Rewritten | None:
    """The cells with the dates among the texts written as ISO dates; None where there are none."""
    iso = dates.DateFormat(dates.DateOrder.YMD, clock=True)
    own = [cell for cell in cells if isinstance(cell, Native) and iso.parse(cell) is not None]
    texts = [text for text in _texts(cells) if iso.parse(text) is None]
    if not own or not texts:
        return None
    values = [(text, 1) for text in texts]
    reading = dates.read_in(choices.date_order, values) if choices.date_order else dates.read(values)
    filled = sum(cell.strip().lower() not in PLACEHOLDERS for cell in cells)
    if reading is None or len(own) + reading.share * len(texts) < _MOSTLY * filled:
        return None
    form = reading.format
    plain = {text: value for text in texts if (value := form.parse(text)) is not None}
    written = [
        cell if isinstance(cell, Native) or cell not in plain else plain[cell].isoformat().replace("T", " ")
        for cell in cells
    ]
    findings = date_findings(reading, values, header.label)
    if not reading.ambiguous:
        said = CountedColumnSaid(
            code="dates_as_text", column=header.label, count=sum(t in plain for t in texts)
        )
        examples = tuple(
            Example(before=shorten(a), after=b.isoformat()) for a, b in list(plain.items())[:SHOWN]
        )
        findings.append(
            noted(
                Code.DATES_AS_TEXT,
                Severity.CHANGED,
                said,
                count=said.count,
                example=shorten(texts[0]),
                examples=examples,
            )
        )
    return _Rewritten(written, findings)
