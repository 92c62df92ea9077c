"""PDF 1.4 (ISO 32000-1) with the standard Helvetica fonts, wrapped lines and numbered pages."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from answerable.cli.samples.formats.blocks import Block, Heading, Items, Paragraph, Table, bullet

_PAGE_WIDTH, _PAGE_HEIGHT, _MARGIN = 595, 842, 64
_BODY, _LEADING = 10.5, 1.4
_HEADING_SIZES = {1: 20.0, 2: 14.0, 3: 11.5}
# Widths in thousandths of the font size, rounded up by shape: lines may end early, never run over.
_NARROW, _WIDE, _CAPITAL, _USUAL = 300, 900, 740, 570


@dataclass
class _Pages:
    """The pages drawn so far; `height` is where the next line goes, in points from the bottom."""

    drawn: list[list[str]] = field(default_factory=lambda: [[]])
    height: float = _PAGE_HEIGHT - _MARGIN

    def line(self, text: str, *, size: float = _BODY, bold: bool = False, left: float = 0) -> None:
        step = size * _LEADING
        if self.height - step < _MARGIN:
            self.drawn.append([])
            self.height = _PAGE_HEIGHT - _MARGIN
        self.height -= step
        self.drawn[-1].append(_show(text, size, bold=bold, x=_MARGIN + left, y=self.height))

    def row(self, cells: Sequence[str], widths: Sequence[float], *, bold: bool) -> None:
        lines = [_wrap(cell, _BODY, width - 10) for cell, width in zip(cells, widths, strict=True)]
        needed = max(len(cell) for cell in lines) * _BODY * _LEADING
        if self.height - needed < _MARGIN:
            self.drawn.append([])
            self.height = _PAGE_HEIGHT - _MARGIN
        x = float(_MARGIN)
        for cell, width in zip(lines, widths, strict=True):
            for number, text in enumerate(cell, 1):
                y = self.height - number * _BODY * _LEADING
                self.drawn[-1].append(_show(text, _BODY, bold=bold, x=x, y=y))
            x += width
        self.height -= needed + 3

    def gap(self, points: float) -> None:
        self.height -= points

    def keep(self, points: float) -> None:
        """Starts a new page unless `points` are left on this one."""
        if self.height - points < _MARGIN:
            self.height = 0


def write_pdf(blocks: Sequence[Block], *, title: str, author: str, created: date) -> bytes:
    """The bytes of a PDF file with the title and author among its properties."""
    pages = _Pages()
    for block in blocks:
        _draw(pages, block)
    count = len(pages.drawn)
    contents = [
        "\n".join([*lines, _show(f"{title} · page {number} of {count}", 8, bold=False, x=_MARGIN, y=36)])
        for number, lines in enumerate(pages.drawn, 1)
    ]
    return _file(contents, title=title, author=author, created=created)


def _draw(pages: _Pages, block: Block) -> None:
    width = _PAGE_WIDTH - 2 * _MARGIN
    if isinstance(block, Heading):
        size = _HEADING_SIZES[block.level]
        pages.keep(size * 5)
        pages.gap(size * 0.5)
        for text in _wrap(block.text, size, width):
            pages.line(text, size=size, bold=True)
        pages.gap(4)
    elif isinstance(block, Paragraph):
        for text in _wrap(block.text, _BODY, width):
            pages.line(text)
        pages.gap(7)
    elif isinstance(block, Items):
        for position, item in enumerate(block.items):
            first, *rest = _wrap(item, _BODY, width - 16)
            pages.line(f"{bullet(position, numbered=block.numbered)} {first}", left=4)
            for text in rest:
                pages.line(text, left=16)
        pages.gap(7)
    else:
        _draw_table(pages, block, width)


def _draw_table(pages: _Pages, table: Table, width: float) -> None:
    longest = [max(len(row[column]) for row in table.rows) + 2 for column in range(len(table.rows[0]))]
    widths = [width * length / sum(longest) for length in longest]
    pages.keep(_BODY * 6)
    for number, row in enumerate(table.rows):
        pages.row(row, widths, bold=number == 0)
    pages.gap(7)


def _wrap(text: str, size: float, width: float) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and _width(longer, size) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]


def _width(text: str, size: float) -> float:
    return sum(_glyph(character) for character in text) * size / 1000


def _glyph(character: str) -> int:
    if character in "iljtfr.,:;|!'()[] ":
        return _NARROW
    if character in "mwMW@%":
        return _WIDE
    return _CAPITAL if character.isupper() else _USUAL


def _show(text: str, size: float, *, bold: bool, x: float, y: float) -> str:
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    font = "F2" if bold else "F1"
    return f"BT /{font} {size:g} Tf {x:.1f} {y:.1f} Td ({escaped}) Tj ET"


def _file(contents: Sequence[str], *, title: str, author: str, created: date) -> bytes:
    """Catalog, page tree, two fonts and information, then a page and its content stream each."""
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(contents)))
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        font.format("Helvetica").encode(),
        font.format("Helvetica-Bold").encode(),
        f"<< /Title ({title}) /Author ({author}) /CreationDate (D:{created:%Y%m%d}080000Z) >>".encode(
            "cp1252"
        ),
    ]
    for number, content in enumerate(contents):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_PAGE_WIDTH} {_PAGE_HEIGHT}] "
            f"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents {7 + 2 * number} 0 R >>".encode()
        )
        stream = zlib.compress(content.encode("cp1252"))
        head = f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode()
        objects.append(head + stream + b"\nendstream")
    return _assemble(objects)


def _assemble(objects: Sequence[bytes]) -> bytes:
    output = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(output))
        output += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(output)
    output += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    output += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    output += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>\n".encode()
    output += f"startxref\n{start}\n%%EOF\n".encode()
    return bytes(output)
