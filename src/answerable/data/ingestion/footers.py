"""What stands below a table: totals, which would be counted twice, and notes.

A totals row is verified: its numbers are compared with the sums (or averages) of the rows above. A rate
("Variance %", "Average price") is neither: the row states it anew, from totals that may not be there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from answerable.data.ingestion import numbers
from answerable.data.ingestion.arguments import CountedTextSaid, CountSaid, TextSaid
from answerable.data.ingestion.cells import PLACEHOLDERS, CellKind, is_blank, kind_of
from answerable.data.ingestion.choices import Kept
from answerable.data.ingestion.numbers import NumberFormat
from answerable.data.ingestion.quality import Code, Finding, Severity, left_out, noted, shorten

_LABEL = re.compile(
    r"(?:grand[ -]?|sub[ -]?|gesamt|zwischen|end|jahres|sous-)?"
    r"(?:totals?|sum(?:me)?n?|gesamt(?:summe|ergebnis|betrag)?|insgesamt|ergebnis|totale?s?|totaux|somme|suma|σ|∑|"
    r"average|mean|durchschnitt|mittelwert|schnitt|ø)"
    r"(?:\s*(?:of|for|für|der|all|in)?\s*[\w€$%().]{0,20}){0,2}\s*:?",
    re.IGNORECASE,
)
# Perhaps: "North Total" and "All stores" are names as well, so their numbers have to prove it.
_PERHAPS = re.compile(
    r".{1,60}\b(?:sub[ -]?)?(?:totals?|summe|gesamt|insgesamt)\s*:?"
    r"|(?:all|alle|overall|combined|everything)\b.{0,60}",
    re.IGNORECASE,
)
_AVERAGE = re.compile(r"average|mean|durchschnitt|mittelwert|schnitt|ø", re.IGNORECASE)
_RATE = re.compile(
    r"[%ø]|\b(?:percent(?:age)?|pct|prozent|rates?|ratio|quote|share|anteil|margin|marge|average|avg|mean|median|"
    r"durchschnitt\w*|mittel\w*|schnitt|index|score|rating|growth|wachstum|per|pro|je)\b|(?:quote|rate|marge)\b|"
    r"(?:unit[ _]|stück|einzel)(?:price|preis)",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?:\*|source|sources|note|notes|quelle|quellen|stand|hinweis|anmerkung|legende|created|generated|exported|"
    r"printed|report|copyright|©|\(c\)|see\b|\d+\)|\[\d+\]|end of|ende\b|rows?:|records?:|anzahl)",
    re.IGNORECASE,
)
_LONG = 40
MOST_FOOTER_ROWS = 30


class _Verdict(StrEnum):
    """What comparing a totals row with the rows above says."""

    EQUAL = "equal"
    DIFFERENT = "different"
    RATES_ONLY = "rates_only"  # nothing in the row could be a sum
    EMPTY = "empty"  # its formulas were never calculated: only the label is there
    NO_NUMBERS = "no_numbers"


_SAID: Mapping[_Verdict, Literal["totals_equal", "totals_rates", "totals_empty"]] = {
    _Verdict.EQUAL: "totals_equal",
    _Verdict.RATES_ONLY: "totals_rates",
    _Verdict.EMPTY: "totals_empty",
}


def is_totals_label(row: Sequence[str]) -> bool:
    """Whether the first filled cell of a row says that the row sums up others."""
    return _is_called(row, _LABEL)


def is_totals_name(label: str) -> bool:
    """Whether a header says that its column sums up others."""
    return _LABEL.fullmatch(label.strip()) is not None


def _is_called(row: Sequence[str], names: re.Pattern[str]) -> bool:
    first = next((cell.strip() for cell in row[:3] if not is_blank(cell)), "")
    return bool(first) and kind_of(first) is CellKind.TEXT and names.fullmatch(first) is not None


def is_note_text(text: str) -> bool:
    """Whether a line reads like a remark ("Source: …", "* estimated") and not like a title."""
    return _NOTE.match(text) is not None


def cut_footer(
    rows: list[list[str]], labels: Sequence[str], keep: Kept = Kept()
) -> tuple[list[list[str]], list[Finding]]:
    """(rows without notes and totals, what was cut). Rows keep their order; `keep` says what stays."""
    if not rows:
        return rows, []
    kept, notes = (rows, []) if keep.notes else _cut_notes(rows, len(labels))
    findings = []
    if notes:
        text = " / ".join(notes)
        findings.append(
            noted(
                Code.NOTES,
                Severity.DROPPED,
                CountedTextSaid(code="notes_below", count=len(notes), text=shorten(text, 200)),
                count=len(notes),
                example=shorten(text),
                examples=left_out(notes),
            )
        )
    cut, totals = _cut_totals(kept, labels)
    if keep.totals and totals:
        return kept, [*findings, _kept_totals(totals)]
    return cut, [*findings, *totals]


def _kept_totals(totals: Sequence[Finding]) -> Finding:
    said = CountSaid(code="totals_kept", count=len(totals))
    return noted(Code.TOTALS_KEPT, Severity.INFO, said, count=len(totals), example=totals[0].example)


def _cut_notes(rows: list[list[str]], width: int) -> tuple[list[list[str]], list[str]]:
    end = len(rows)
    notes: list[str] = []
    while end > 1 and width > 1 and len(rows) - end < MOST_FOOTER_ROWS and _is_note(rows, end - 1, width):
        notes.insert(0, " ".join(cell.strip() for cell in rows[end - 1] if not is_blank(cell)))
        end -= 1
    return rows[:end], notes


def _is_note(rows: list[list[str]], index: int, width: int) -> bool:
    filled = [cell.strip() for cell in rows[index] if not is_blank(cell)]
    if len(filled) != 1 or is_blank(rows[index][0]):
        return len(filled) == 0
    if width == 2 and not (_NOTE.match(filled[0]) or len(filled[0]) > _LONG):
        return False
    above = [row for row in rows[max(0, index - 50) : index] if sum(not is_blank(c) for c in row) > 1]
    if not above:
        return False
    text = filled[0]
    if _NOTE.match(text) or len(text) > _LONG:
        return True
    kinds = {kind_of(row[0]) for row in above} - {CellKind.EMPTY}
    return width > 2 and kind_of(text) is CellKind.TEXT and CellKind.TEXT not in kinds


def _cut_totals(rows: list[list[str]], labels: Sequence[str]) -> tuple[list[list[str]], list[Finding]]:
    rates = {column for column, label in enumerate(labels) if _RATE.search(label)}
    labelled = [i for i, row in enumerate(rows) if is_totals_label(row)]
    unlabelled = _unlabelled_total(rows, set(labelled), rates)
    if unlabelled is not None:
        labelled.append(unlabelled)
    labelled = sorted({*labelled, *_proved(rows, set(labelled), rates)})
    # A value such as "Total" all over a column is data, not a row that sums up others.
    if not labelled or len(labelled) > max(3, 0.25 * len(rows)):
        return rows, []
    marked = set(labelled)
    formats = _formats([row for i, row in enumerate(rows) if i not in marked])
    dropped, findings = set[int](), []
    for index in sorted(labelled):
        verdict = _verify(rows, index, marked, formats, rates)
        at_end = all(i in marked for i in range(index, len(rows)))
        if verdict is _Verdict.NO_NUMBERS or (verdict is not _Verdict.EQUAL and not at_end):
            continue
        dropped.add(index)
        findings.append(_total_finding(rows[index], verdict))
    return [row for i, row in enumerate(rows) if i not in dropped], findings


def _proved(rows: Sequence[Sequence[str]], labelled: set[int], rates: set[int]) -> list[int]:
    """Rows whose names may be of totals, where the numbers of several say so, or of one over several rows."""
    perhaps = {i for i, row in enumerate(rows) if i and i not in labelled and _is_called(row, _PERHAPS)}
    if not perhaps or len(perhaps) > max(3, 0.25 * len(rows)):
        return []
    marked = labelled | perhaps
    formats = _formats([row for i, row in enumerate(rows) if i not in marked])
    equal = [i for i in sorted(perhaps) if _verify(rows, i, marked, formats, rates) is _Verdict.EQUAL]
    before = {i: max((m for m in marked if m < i), default=-1) for i in equal}
    return equal if any(i - before[i] > 2 for i in equal) else []


def _total_finding(row: list[str], verdict: _Verdict) -> Finding:
    text = shorten(" | ".join(cell for cell in row if not is_blank(cell)))
    differs = verdict not in _SAID
    return noted(
        Code.TOTALS_DIFFER if differs else Code.TOTALS,
        Severity.DOUBTFUL if differs else Severity.DROPPED,
        TextSaid(code=_SAID.get(verdict, "totals_differ"), text=text),
        count=1,
        example=text,
        examples=left_out([text]),
    )


def _formats(body: Sequence[Sequence[str]]) -> dict[int, NumberFormat]:
    """The number format of each column of numbers."""
    formats = {}
    for column in range(len(body[0]) if body else 0):
        texts = [row[column] for row in body if row[column].strip().lower() not in PLACEHOLDERS]
        reading = numbers.read([(text, 1) for text in texts[:2000]])
        if reading is not None and reading.share > 0.8:
            formats[column] = reading.format
    return formats


def _verify(
    rows: Sequence[Sequence[str]],
    index: int,
    marked: set[int],
    formats: dict[int, NumberFormat],
    rates: set[int],
) -> _Verdict:
    """Whether every number of the row, but for those of the columns in `rates`, is the sum (or average)
    of the rows above, since the last subtotal or of all; of those below where none is above."""
    average = any(_AVERAGE.search(cell) for cell in rows[index][:3])
    above = [i for i in range(index) if i not in marked]
    since = [i for i in above if i > max((m for m in marked if m < index), default=-1)]
    if not above:
        # One row below is no proof: its numbers are its own sum.
        below = [i for i in range(index + 1, len(rows)) if i not in marked]
        above = below if len(below) > 1 else []
    checked = restated = 0
    for column, form in formats.items():
        stated = form.parse(rows[index][column])
        if stated is None:
            continue
        if any(_agrees(stated, rows, part, column, form, average) for part in (above, since) if part):
            checked += 1
        elif form.percent or column in rates:
            restated += 1
        else:
            return _Verdict.DIFFERENT
    if checked:
        return _Verdict.EQUAL
    if restated:
        return _Verdict.RATES_ONLY
    label_alone = sum(not is_blank(cell) for cell in rows[index]) == 1
    return _Verdict.EMPTY if label_alone and formats else _Verdict.NO_NUMBERS


def _agrees(
    stated: Decimal,
    rows: Sequence[Sequence[str]],
    part: Sequence[int],
    column: int,
    form: NumberFormat,
    average: bool,
) -> bool:
    values = [value for i in part if (value := form.parse(rows[i][column])) is not None]
    if not values:
        return False
    total = sum(values, Decimal(0))
    # Printed sums are rounded, and so are the numbers that they sum up.
    exponent = stated.as_tuple().exponent
    step = Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(1)
    allowed = step * max(1, len(values) // 20) + abs(stated) * Decimal("0.000001")
    candidates = (
        [total / len(values)] if average else [total, total / len(values)] if form.percent else [total]
    )
    return any(abs(candidate - stated) <= allowed for candidate in candidates)


def _unlabelled_total(rows: Sequence[Sequence[str]], marked: set[int], rates: set[int]) -> int | None:
    """The last row, when it has numbers only, its first cell is blank and every number is a sum or a rate."""
    last = len(rows) - 1
    if last < 3 or last in marked or not is_blank(rows[last][0]) or is_blank(rows[last - 1][0]):
        return None
    filled = [cell for cell in rows[last] if not is_blank(cell)]
    if any(kind_of(cell) is not CellKind.NUMBER for cell in filled):
        return None
    formats = _formats(rows[:last])
    return last if _verify(rows, last, {last}, formats, rates) is _Verdict.EQUAL else None
