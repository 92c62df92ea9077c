"""Finds the tables on a sheet: titles above, notes and totals below, several tables side by side or
one under the other, headers of several rows. Text cells only; typing comes later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from answerable.data.ingestion import footers, units
from answerable.data.ingestion.arguments import CountedTextSaid, CountSaid, Place, PlacesSaid, TextSaid
from answerable.data.ingestion.cells import CellKind, is_blank, kind_of
from answerable.data.ingestion.choices import Kept
from answerable.data.ingestion.header_rows import Header, find_header
from answerable.data.ingestion.quality import Code, Finding, Severity, left_out, noted, shorten

Row = list[str]
Merge = tuple[int, int, int, int]  # top, left, bottom, right; all included

_WIDER_SHARE = 0.10


@dataclass(slots=True)
class Sheet:
    """Rows of text cells. `ragged` says that a short row lacks cells (delimited text), where in a
    workbook it merely ends early. `complete` is False for the head of a file that goes on."""

    rows: list[Row]
    name: str = ""
    merges: Sequence[Merge] = ()
    ragged: bool = False
    complete: bool = True


@dataclass(slots=True)
class FoundTable:
    """A table as text. `first_row` is the index of its first data row on the sheet; `left` and
    `width` are its columns there."""

    labels: list[str]
    rows: list[Row]
    title: str | None = None
    findings: list[Finding] = field(default_factory=list)
    first_row: int = 0
    left: int = 0
    has_header: bool = True

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.labels)


@dataclass(slots=True)
class _Block:
    """Neighbouring rows between blank ones, as a rectangle at (top, left)."""

    top: int
    left: int
    rows: list[Row]
    findings: list[Finding] = field(default_factory=list)
    gaps: int = 0  # blank rows inside, taken out

    @property
    def width(self) -> int:
        return len(self.rows[0])

    @property
    def bottom(self) -> int:
        return self.top + len(self.rows) + self.gaps


def find_tables(sheet: Sheet, keep: Kept = Kept()) -> list[FoundTable]:
    """The tables of a sheet, top to bottom and left to right; empty when it holds none. `keep` says what
    stays in them that is left out by itself."""
    blocks = [part for run in _runs(sheet) for part in _side_by_side(run)]
    if _is_spaced_out(blocks) and not sheet.merges:
        blocks = [_joined(blocks)]
    single = all(block.width == 1 for block in blocks)
    tables: list[FoundTable] = []
    above: list[str] = []  # titles of the table that is being collected
    loose: list[_Block] = []  # prose since that table's last row
    pending: _Block | None = None
    for block in blocks:
        if not single and _is_prose(block):
            loose.append(block)
        elif pending is not None and _continues(pending, block):
            _add_notes(pending, loose, keep)
            loose = []
            _append(pending, block)
        else:
            titles, notes = _divide(loose, pending, block)
            if pending is not None:
                _add_notes(pending, notes, keep)
                tables.append(_table(pending, sheet, above, keep))
            pending, loose, above = block, [], [_words(row) for part in titles for row in part.rows]
    if pending is not None:
        _add_notes(pending, loose, keep)
        tables.append(_table(pending, sheet, above, keep))
    return tables


def _is_spaced_out(blocks: Sequence[_Block]) -> bool:
    """Whether a blank row stands between all rows: no row has a neighbour, and all have the same cells."""
    if len(blocks) < 3 or blocks[0].width < 2:
        return False
    places = {(block.left, block.width, len(block.rows)) for block in blocks}
    return len(places) == 1 and len(blocks[0].rows) == 1


def _joined(blocks: Sequence[_Block]) -> _Block:
    first = blocks[0]
    findings = [finding for block in blocks for finding in block.findings]
    rows = [row for block in blocks for row in block.rows]
    return _Block(first.top, first.left, rows, findings, gaps=blocks[-1].bottom - first.top - len(rows))


def _divide(loose: list[_Block], upper: _Block | None, lower: _Block) -> tuple[list[_Block], list[_Block]]:
    """Prose between two tables: (titles of the lower one, notes of the upper one)."""
    if upper is None:
        return loose, []
    if not loose:
        return [], []
    last = loose[-1]
    near = lower.top - last.bottom <= last.top - upper.bottom
    if near and len(last.rows) <= 2 and not footers.is_note_text(_words(last.rows[0])):
        return [last], loose[:-1]
    return [], loose


def _add_notes(table: _Block, loose: list[_Block], keep: Kept) -> None:
    lines = [_words(row) for block in loose for row in block.rows]
    if keep.notes:
        table.rows += [[line] + [""] * (table.width - 1) for line in lines]
    elif lines:
        table.findings.append(_notes(lines))


def _runs(sheet: Sheet) -> list[_Block]:
    """Rows between blank rows, each run cut to its own width."""
    runs: list[_Block] = []
    current: list[Row] = []
    for index, row in enumerate([*sheet.rows, []]):
        if any(not is_blank(cell) for cell in row):
            current.append(row)
        elif current:
            runs.append(_rectangle(current, index - len(current), sheet.ragged))
            current = []
    return runs


def _rectangle(rows: list[Row], top: int, ragged: bool) -> _Block:
    used = [_used_width(row) for row in rows]
    width = _typical_width(used, [len(row) for row in rows]) if ragged else max(used)
    findings = _ragged_findings(rows, used, width, top) if ragged else []
    cut = [row[:width] + [""] * (width - len(row)) for row in rows]
    left = min(next(i for i, cell in enumerate(row) if not is_blank(cell)) for row in cut if any(row))
    return _Block(top, left, [row[left:] for row in cut], findings)


def _used_width(row: Row) -> int:
    return max((i + 1 for i, cell in enumerate(row) if not is_blank(cell)), default=0)


def _typical_width(used: Sequence[int], lengths: Sequence[int]) -> int:
    """The number of columns that the rows agree on; a few longer rows do not widen the table."""
    width = Counter(lengths).most_common(1)[0][0]
    width = min(width, max(used))
    for candidate in sorted(set(used)):
        if candidate > width and sum(u >= candidate for u in used) > max(1, _WIDER_SHARE * len(used)):
            width = candidate
    # A header row is never cut: what it names is a column.
    return max(width, used[0]) if len(used) > 1 else max(used)


def _ragged_findings(rows: list[Row], used: Sequence[int], width: int, top: int) -> list[Finding]:
    long = [(top + i + 1, row[width:]) for i, row in enumerate(rows) if used[i] > width]
    short = [top + i + 1 for i, row in enumerate(rows) if 1 < len(row) < width]
    findings = []
    if long:
        _, extra = long[0]
        places = tuple(Place(line=number, text=shorten(" | ".join(cells), 60)) for number, cells in long[:5])
        findings.append(
            noted(
                Code.RAGGED_LONG,
                Severity.DROPPED,
                PlacesSaid(code="ragged_long_at", count=len(long), places=places),
                count=len(long),
                example=shorten(" | ".join(extra)),
            )
        )
    if short:
        said = CountSaid(code="ragged_short", count=len(short))
        example = f"line {short[0]}"
        findings.append(noted(Code.RAGGED_SHORT, Severity.CHANGED, said, count=len(short), example=example))
    return findings


def _side_by_side(block: _Block) -> list[_Block]:
    """The block, or its parts where blank columns separate tables of two or more columns."""
    groups: list[list[int]] = [[]]
    for column in range(block.width):
        if all(is_blank(row[column]) for row in block.rows):
            if groups[-1]:
                groups.append([])
        else:
            groups[-1].append(column)
    groups = [group for group in groups if group]
    if len(groups) < 2 or len(block.rows) < 2 or any(len(group) < 2 for group in groups):
        return [block]
    parts = []
    for group in groups:
        rows = [row[group[0] : group[-1] + 1] for row in block.rows]
        kept = [i for i, row in enumerate(rows) if any(not is_blank(cell) for cell in row)]
        parts.append(
            _Block(
                block.top + kept[0], block.left + group[0], rows[kept[0] : kept[-1] + 1], list(block.findings)
            )
        )
    # Without a header over each part, a blank column is just a column that is blank.
    return parts if all(find_header(part.rows).present for part in parts) else [block]


def _filled(row: Row) -> int:
    return sum(not is_blank(cell) for cell in row)


def _words(row: Row) -> str:
    return " ".join(cell.strip() for cell in row if not is_blank(cell))


def _is_prose(block: _Block) -> bool:
    """Titles and notes: no row has two filled cells beyond a "name: value" pair in a few rows."""
    widest = max(_filled(row) for row in block.rows)
    if widest <= 1:
        return True
    pairs = all(_filled(row) <= 2 and str(row[0]).strip().endswith(":") for row in block.rows)
    return widest == 2 and pairs and len(block.rows) <= 12


def _continues(table: _Block, block: _Block) -> bool:
    """Whether a block below a blank row is more of the table above: same columns, same kinds."""
    if block.left < table.left or block.left + block.width > table.left + table.width:
        return False
    if len(table.rows) < 2:
        return _heads(table, block)
    offset = block.left - table.left
    first = [""] * offset + block.rows[0] + [""] * (table.width - offset - block.width)
    if footers.is_totals_label(first) and _filled(first) > 1:
        return True
    if _filled(first) < 0.5 * table.width:
        return False
    body = table.rows[1:][-50:]
    same = checked = 0
    for column, cell in enumerate(first):
        kinds = Counter(kind_of(row[column]) for row in body)
        kinds.pop(CellKind.EMPTY, None)
        if kinds and not is_blank(cell):
            checked += 1
            same += kind_of(cell) == kinds.most_common(1)[0][0]
    typed = any(kind_of(cell) not in (CellKind.TEXT, CellKind.EMPTY) for cell in first)
    return checked > 0 and same >= 0.7 * checked and (typed or not _typed_body(body))


def _heads(header: _Block, block: _Block) -> bool:
    """Whether a row alone above a blank one names the columns of the rows below, which have no header of
    their own."""
    same = (header.left, header.width) == (block.left, block.width)
    full = all(not is_blank(cell) for cell in header.rows[0])
    return same and full and find_header(header.rows).present and not find_header(block.rows).present


def _typed_body(rows: Sequence[Row]) -> bool:
    return any(kind_of(cell) not in (CellKind.TEXT, CellKind.EMPTY) for row in rows for cell in row)


def _append(table: _Block, block: _Block) -> None:
    offset = block.left - table.left
    pad = table.width - offset - block.width
    table.gaps += block.top - table.bottom
    table.rows += [[""] * offset + row + [""] * pad for row in block.rows]
    table.findings += [f for f in block.findings if f not in table.findings]


def _notes(lines: Sequence[str]) -> Finding:
    text = " / ".join(lines)
    return noted(
        Code.NOTES,
        Severity.DROPPED,
        CountedTextSaid(code="notes_beside", count=len(lines), text=shorten(text, 200)),
        count=len(lines),
        example=shorten(text),
        examples=left_out(lines),
    )


def _table(block: _Block, sheet: Sheet, titles: Sequence[str], keep: Kept) -> FoundTable:
    merges = [
        (t - block.top, left - block.left, b - block.top, r - block.left) for t, left, b, r in sheet.merges
    ]
    header = find_header(block.rows, merges)
    titles = [*titles, *header.titles]
    findings = [*block.findings, *header.findings]
    if titles:
        findings.append(_title_finding(titles))
    rows = [row for row in block.rows[header.first_data_row :]]
    if not keep.repeated_headers:
        rows, repeated = _without_repeated_headers(rows, header)
        findings += repeated
    if sheet.complete:
        rows, below = footers.cut_footer(rows, header.labels, keep)
        findings += below
    if block.gaps:
        said = CountSaid(code="blank_rows_inside", count=block.gaps)
        findings.append(noted(Code.BLANK_ROWS, Severity.DROPPED, said, count=block.gaps))
    labels, rows, empty = _without_empty_columns(header.labels, rows, drop=sheet.complete)
    findings += [*empty, *_title_units(titles, labels)]
    return FoundTable(
        labels=labels,
        rows=rows,
        title=titles[0] if titles else None,
        findings=findings,
        first_row=block.top + header.first_data_row,
        left=block.left,
        has_header=header.present,
    )


def _title_finding(titles: Sequence[str]) -> Finding:
    return noted(
        Code.TITLE,
        Severity.DROPPED,
        CountedTextSaid(code="title", count=len(titles), text=shorten(" / ".join(titles), 200)),
        count=len(titles),
        example=shorten(titles[0]),
        examples=left_out(titles),
    )


def _title_units(titles: Sequence[str], labels: Sequence[str]) -> list[Finding]:
    """What to say of a line such as "All figures in k€" above columns that have no unit."""
    named = [title for title in titles if (unit := units.named_in(title)) is not None and unit.scale > 1]
    if not named or any(units.split_header(label)[1] is not None for label in labels):
        return []
    said = TextSaid(code="title_unit", text=shorten(named[0]))
    return [noted(Code.TITLE_UNIT, Severity.DOUBTFUL, said, count=1, example=shorten(named[0]))]


def _without_repeated_headers(rows: list[Row], header: Header) -> tuple[list[Row], list[Finding]]:
    if not header.present:
        return rows, []
    wanted = [label.strip() for label in header.last_row]
    kept = [row for row in rows if [cell.strip() for cell in row] != wanted]
    dropped = len(rows) - len(kept)
    if not dropped:
        return rows, []
    return kept, [
        noted(
            Code.HEADER_REPEATED,
            Severity.DROPPED,
            CountSaid(code="header_repeated", count=dropped),
            count=dropped,
            example=shorten(" | ".join(wanted)),
            examples=left_out([" | ".join(wanted)]),
        )
    ]


def _without_empty_columns(
    labels: list[str], rows: list[Row], *, drop: bool
) -> tuple[list[str], list[Row], list[Finding]]:
    """Columns with neither a header nor a value go."""
    empty = [
        i
        for i, label in enumerate(labels)
        if drop and is_blank(label) and all(is_blank(row[i]) for row in rows)
    ]
    if not empty or len(empty) == len(labels):
        return labels, rows, []
    kept = [i for i in range(len(labels)) if i not in set(empty)]
    said = CountSaid(code="empty_columns", count=len(empty))
    finding = noted(Code.EMPTY_COLUMN, Severity.DROPPED, said, count=len(empty))
    return [labels[i] for i in kept], [[row[i] for i in kept] for row in rows], [finding]
