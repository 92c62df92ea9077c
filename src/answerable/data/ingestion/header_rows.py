"""Which rows at the top of a block are titles, which are the header, where the data begins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from answerable.data.ingestion import units
from answerable.data.ingestion.arguments import CountSaid, NothingSaid
from answerable.data.ingestion.cells import CellKind, is_blank, kind_of
from answerable.data.ingestion.quality import Code, Finding, Severity, noted, shorten

_BODY_ROWS = 200
_DEEPEST = 3
_PERIOD = re.compile(
    r"(?:19|20)\d{2}(?:[-/]\d{2,4})?|q[1-4](?:[ /-]?(?:19|20)?\d{2})?|fy ?\d{2,4}"
    r"|(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zä]*\.?[ -]?(?:\d{2,4})?",
    re.IGNORECASE,
)
_NAMED_TYPED = frozenset({CellKind.NUMBER, CellKind.DATE, CellKind.TIME, CellKind.BOOLEAN})


@dataclass(slots=True)
class Header:
    """The header of a block: one label a column (blank where there is none)."""

    labels: list[str]
    first_data_row: int
    titles: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    present: bool = True
    last_row: list[str] = field(default_factory=list)


def find_header(rows: Sequence[list[str]], merges: Sequence[tuple[int, int, int, int]] = ()) -> Header:
    """The header of a block of rows of equal length; `merges` are the block's merged ranges."""
    width = len(rows[0])
    start = _skip_titles(rows, width, merges)
    titles = [" ".join(c.strip() for c in row if not is_blank(c)) for row in rows[:start]]
    depth = _depth(rows, start, width)
    if depth == 0:
        finding = noted(
            Code.HEADER_MISSING,
            Severity.DOUBTFUL,
            NothingSaid(code="header_missing"),
            count=width,
            example=shorten(" | ".join(rows[start])),
        )
        return Header([""] * width, start, titles, [finding], present=False)
    labels, findings = _labels(rows, start, depth, merges)
    first = start + depth
    while first < len(rows) and [c.strip() for c in rows[first]] == [c.strip() for c in rows[first - 1]]:
        first += 1
    last = list(rows[start + depth - 1])
    shifted = _row_names(labels, rows[first:])
    if shifted is not None:
        labels = shifted
    repeated = first - start - depth
    if repeated:
        said = CountSaid(code="header_written_again", count=repeated + 1)
        findings.append(noted(Code.HEADER_REPEATED, Severity.DROPPED, said, count=repeated))
    return Header(labels, first, titles, findings, last_row=last)


def _filled(row: Sequence[str]) -> int:
    return sum(not is_blank(cell) for cell in row)


def _skip_titles(rows: Sequence[list[str]], width: int, merges: Sequence[tuple[int, int, int, int]]) -> int:
    """Rows at the top with hardly a cell, above rows that are full."""
    typical = Counter(_filled(row) for row in rows[:_BODY_ROWS]).most_common(1)[0][0]
    full = max(typical, 2)
    start = 0
    while start < len(rows) - 1 and width > 1:
        count = _filled(rows[start])
        if count >= 0.5 * full and not (count == 1 and full >= 2 and not _spans_part(start, merges, width)):
            break
        if count > 1 and not _prose_row(rows[start]):
            break
        if count == 1 and is_blank(rows[start][0]) and _spans_part(start, merges, width):
            break
        start += 1
    # A block of sparse rows throughout has no titles.
    return start if start <= 0.5 * len(rows) or len(rows) - start >= 2 else 0


def _spans_part(row: int, merges: Sequence[tuple[int, int, int, int]], width: int) -> bool:
    return any(
        top <= row <= bottom and 0 < right - left + 1 < width and left > 0
        for top, left, bottom, right in merges
    )


def _prose_row(row: Sequence[str]) -> bool:
    """ "Name: value" pairs and the like above a table."""
    cells = [cell.strip() for cell in row if not is_blank(cell)]
    return len(cells) <= 2 and (cells[0].endswith(":") or len(cells[0]) > 40)


def _depth(rows: Sequence[list[str]], start: int, width: int) -> int:
    """How many rows the header has: 0 to 3."""
    if not _may_be_header(rows[start], width):
        return 0
    if start == len(rows) - 1:
        return 1
    for depth in range(1, _DEEPEST + 1):
        body = rows[start + depth : start + depth + _BODY_ROWS]
        if depth > 1 and not _joins(rows[start + depth - 2], rows[start + depth - 1], body):
            return depth - 1
    return _DEEPEST if start + _DEEPEST < len(rows) else 1


def _may_be_header(row: Sequence[str], width: int) -> bool:
    cells = [cell.strip() for cell in row if not is_blank(cell)]
    if not cells:
        return False
    typed = [c for c in cells if kind_of(c) in _NAMED_TYPED and not _PERIOD.fullmatch(c)]
    periods = [c for c in cells if _PERIOD.fullmatch(c)]
    if typed:
        # One odd number among many names ("Q1", "2021", "5") is still a header.
        return len(typed) <= 0.1 * len(cells) and len(cells) >= 0.5 * width
    if periods and len(periods) == len(cells) and width == len(cells):
        return False
    return not any("@" in c and "." in c for c in cells)


def _joins(upper: Sequence[str], lower: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether `lower` belongs to the header that `upper` begins, above `body`."""
    if not body or [c.strip() for c in upper] == [c.strip() for c in lower]:
        return False
    cells = [cell.strip() for cell in lower if not is_blank(cell)]
    if not cells:
        return False
    if _is_unit_row(lower, body):
        return True
    if any(kind_of(cell) in _NAMED_TYPED and not _PERIOD.fullmatch(cell) for cell in cells):
        return False
    gaps = any(is_blank(cell) for cell in upper)
    repeats = len({c.strip() for c in upper if not is_blank(c)}) < _filled(upper)
    if not (gaps or repeats):
        return False
    typed_below = _typed_columns(body)
    if not typed_below:
        return gaps and _filled(lower) >= _filled(upper)
    named = sum(1 for column in typed_below if not is_blank(lower[column]))
    return named >= 0.5 * len(typed_below)


def _is_unit_row(row: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether every filled cell is a unit, over numbers unless it stands in brackets: "x" and "m" are
    values, too."""
    numbers = set(_typed_columns(body))
    return all(
        units.parse_unit(cell.strip().strip("()[]")) is not None
        and (column in numbers or cell.strip()[0] in "([")
        for column, cell in enumerate(row)
        if not is_blank(cell)
    )


def _typed_columns(body: Sequence[Sequence[str]]) -> list[int]:
    columns = []
    for column in range(len(body[0])):
        kinds = Counter(kind_of(row[column]) for row in body)
        kinds.pop(CellKind.EMPTY, None)
        if kinds and kinds.most_common(1)[0][0] in _NAMED_TYPED:
            columns.append(column)
    return columns


def _labels(
    rows: Sequence[list[str]], start: int, depth: int, merges: Sequence[tuple[int, int, int, int]]
) -> tuple[list[str], list[Finding]]:
    if depth == 1:
        return [cell.strip() for cell in rows[start]], []
    levels = [
        _spread(rows[start + level], start + level, merges, last=level == depth - 1) for level in range(depth)
    ]
    labels = []
    for parts in zip(*levels, strict=True):
        distinct: list[str] = []
        for part in parts:
            if part and part not in distinct:
                unit = units.parse_unit(part.strip("()[]")) if distinct else None
                # "2023" over "Units" is a count of its own, no unit of 2023.
                is_unit = unit is not None and unit.kind != "count"
                distinct.append(f"({part.strip('()[]')})" if is_unit else part)
        labels.append(" ".join(distinct))
    said = CountSaid(code="header_merged", count=depth)
    example = shorten(" | ".join(labels))
    return labels, [noted(Code.HEADER_MERGED, Severity.CHANGED, said, count=depth, example=example)]


def _spread(
    row: Sequence[str], index: int, merges: Sequence[tuple[int, int, int, int]], *, last: bool
) -> list[str]:
    """A header row with each merged or left-out cell filled from the one that it belongs to."""
    cells = [cell.strip() for cell in row]
    known = [m for m in merges if m[0] <= index <= m[2]]
    for top, left, _, right in known:
        if index == top and 0 <= left < len(cells):
            for column in range(left, min(right, len(cells) - 1) + 1):
                cells[column] = cells[left]
    if last or known:
        return cells
    current = ""
    for column, cell in enumerate(cells):
        current = cell or current
        cells[column] = current
    return cells


def _row_names(labels: list[str], body: Sequence[Sequence[str]]) -> list[str] | None:
    """Headers one short of the columns (row names without a header, as R writes them) move right."""
    if (
        len(labels) < 3
        or not is_blank(labels[-1])
        or any(is_blank(label) for label in labels[:-1])
        or not body
    ):
        return None
    full = sum(1 for row in body if not is_blank(row[-1]))
    names = [row[0] for row in body]
    if full >= 0.95 * len(body) and len(set(names)) == len(names):
        return ["", *labels[:-1]]
    return None
