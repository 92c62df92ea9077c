"""Which delimiter and quote a text file uses: every candidate reads a sample, the most consistent wins.

A reading is good when its rows have the same number of fields, its columns hold one kind of value
each, and no cell still shows traces of another delimiter or of a quote. Sniffers that count
characters alone are fooled by decimal commas, lists inside cells and prose.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from answerable.data.ingestion.cells import CellKind, kind_of

SAMPLE_CHARACTERS = 96_000
_DELIMITERS = (",", ";", "\t", "|", ":", " ", "^", "~", "\x1f", "\x01", "#", "*", "&")
# How likely a delimiter is before anything was read; settles what the sample leaves open.
_PRIOR = {",": 1.0, ";": 1.0, "\t": 1.0, "|": 0.97, "\x1f": 0.97, "\x01": 0.97, ":": 0.5, " ": 0.6}
_RARE = 0.55
_TRACES = re.compile(r"[,;\t|]")
_ROWS = 400
_COLUMNS = 60
_LEAST_SCORE = 0.15  # below it nothing separates: the text is one column


_OPENED = re.compile(r"(?:^|[,;\t| ])'", re.MULTILINE)
_CLOSED = re.compile(r"(?:^|[,;\t| ])'(?:[^'\n]|''|\\')*'(?=[,;\t| \r]|$)", re.MULTILINE)

_DECLARED = re.compile(r"\ufeff?\"?sep=([^\w\r\n\"])\"?[,;\t]*\r?\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text file is cut into cells. `quote` is "" when nothing quotes; `escape` is "" when a
    quote inside quotes is doubled; `aligned` means that runs of blanks count as one delimiter."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    aligned: bool = False

    def reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        """Cells of each record of the lines (which keep their line ends). Raises csv.Error for a
        field beyond the csv module's limit, which an unbalanced quote gives."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            doublequote=not self.escape,
            escapechar=self.escape or None,
            skipinitialspace=self.aligned or self.delimiter != "\t",
        )


def declared(text: str) -> tuple[str | None, str]:
    """The delimiter that the first line names for Excel (`sep=;`) with what comes after that line; None with
    the whole text where it names none."""
    found = _DECLARED.match(text)
    return (None, text) if found is None else (found[1], text[found.end() :])


def detect(text: str, *, complete: bool = True) -> Dialect:
    """The dialect of a text; a comma where nothing in it separates anything. `complete` says
    that the text is the whole file, not its beginning."""
    sample = _sample(text, complete)
    best, best_score = Dialect(), _LEAST_SCORE
    for dialect in _candidates(sample):
        score = _score(dialect, sample)
        if score > best_score * (1 + 1e-9):
            best, best_score = dialect, score
    return _with_escape(best, sample)


def _sample(text: str, complete: bool) -> str:
    if len(text) <= SAMPLE_CHARACTERS:
        cut = text if complete else text[: text.rfind("\n") + 1] or text
    else:
        cut = text[:SAMPLE_CHARACTERS]
        cut = cut[: max(cut.rfind("\n"), cut.rfind("\r")) + 1] or cut
    return cut.lstrip("\ufeff")


def _candidates(sample: str) -> Iterator[Dialect]:
    present = [d for d in _DELIMITERS if d in sample]
    quotes = ['"']
    # An apostrophe in front alone marks text in a spreadsheet ('0123), and would swallow rows as a quote.
    opened, closed = len(_OPENED.findall(sample)), len(_CLOSED.findall(sample))
    if closed and 2 * closed >= opened:
        quotes.append("'")
    for delimiter in present:
        for quote in quotes:
            yield Dialect(delimiter, quote)
        if delimiter == " " and "  " in sample:
            yield Dialect(" ", '"', aligned=True)


def _score(dialect: Dialect, sample: str) -> float:
    try:
        rows = _rows(dialect, sample)
    except csv.Error:
        return 0.0
    if not rows:
        return 0.0
    width, consistency = _consistency(rows)
    if width < 2:
        return 0.0
    typing = _typing([row for row in rows if len(row) == width], width, dialect)
    breadth = 1 - 0.5 / width
    return consistency * typing * breadth * _prior(dialect)


def _prior(dialect: Dialect) -> float:
    prior = _PRIOR.get(dialect.delimiter, _RARE)
    return prior * 0.98 if dialect.quote == "'" else prior


def _rows(dialect: Dialect, sample: str) -> list[list[str]]:
    lines: Iterator[str] = io.StringIO(sample, newline="")
    if dialect.aligned:
        lines = (line.strip() + "\n" for line in lines)
    rows = []
    for row in dialect.reader(lines):
        if any(cell.strip() for cell in row):
            rows.append(row)
        if len(rows) >= _ROWS:
            break
    return rows


def _consistency(rows: Sequence[Sequence[str]]) -> tuple[int, float]:
    """(number of fields of a typical row, how typical it is: 0 to 1)."""
    lengths = Counter(len(row) for row in rows)
    width, count = max(
        lengths.items(), key=lambda item: (item[1] * (1 - 0.5 / item[0]) * (item[0] > 1), item[0])
    )
    # Lines above and below the table are few; a rule that breaks in the middle is none.
    odd = len(rows) - count
    forgiven = min(odd, 3)
    share = count / max(1, len(rows) - forgiven * 0.7)
    return width, share * share


def _typing(rows: Sequence[Sequence[str]], width: int, dialect: Dialect) -> float:
    columns = [[row[column] for row in rows] for column in range(min(width, _COLUMNS))]
    traces = [sum(_trace(cell, dialect) for cell in column) / len(column) for column in columns]
    typing = sum(_column_score(column, trace) for column, trace in zip(columns, traces, strict=True))
    # One column that is cut wrongly spoils the reading, however many others there are.
    return typing / len(columns) * (1 - 0.5 * max(traces))


def _column_score(cells: Sequence[str], trace: float) -> float:
    body = cells[1:] or cells
    kinds = Counter(kind_of(cell) for cell in body)
    filled = len(body) - kinds[CellKind.EMPTY]
    if not filled:
        return 0.7
    dominant, count = max(
        ((kind, n) for kind, n in kinds.items() if kind is not CellKind.EMPTY), key=lambda item: item[1]
    )
    if dominant is CellKind.TEXT:
        return 0.85 * (1 - 0.6 * trace)
    return (0.85 + 0.15 * count / filled) * (1 - 0.6 * trace)


def _trace(cell: str, dialect: Dialect) -> float:
    """How much a cell looks as if it were cut at the wrong place: 0 to 1."""
    text = cell.strip()
    if not text:
        return 0.0
    if text[0] in "\"'" and not (len(text) > 1 and text[-1] == text[0]):
        return 0.9
    if text.count('"') % 2:
        return 0.6
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and text[0] != dialect.quote:
        return 0.5
    if text.count("(") != text.count(")") or text.count("[") != text.count("]"):
        return 0.4
    others = {found for found in _TRACES.findall(text) if found != dialect.delimiter}
    if not others or kind_of(text) is not CellKind.TEXT:
        return 0.0
    # A comma followed by a blank is prose; bars are the usual mark of a list inside a cell.
    if others == {","} and (", " in text or not re.search(r",\S", text)):
        return 0.05
    return 0.2 if others == {"|"} else 0.45


def _with_escape(dialect: Dialect, sample: str) -> Dialect:
    backslashed = sample.count("\\" + dialect.quote) if dialect.quote else 0
    doubled = sample.count(dialect.quote * 2) if dialect.quote else 0
    if backslashed and backslashed >= doubled:
        return Dialect(dialect.delimiter, dialect.quote, "\\", dialect.aligned)
    return dialect
