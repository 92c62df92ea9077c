"""A document on pages of A4, each an SVG. Lengths are points."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

from answerable.data.engines.charts.sizes import lying_height
from answerable.data.printing.content import Document, Figure, Grid, Picture, Section, Words
from answerable.data.printing.lettering import broken, cut, text_width

WIDTH, HEIGHT = 595.0, 842.0
MARGIN, BOTTOM = 44.0, 54.0
INNER = WIDTH - 2 * MARGIN
CHART_HEIGHT = 186.0
# In pixels of a chart: what stands around its bars, and its width.
_AROUND_BARS, _PICTURE_WIDTH = 70, 720
_INK, _DIM, _LINE = "#17211c", "#57625c", "#d5dcd8"
# The first is drawn wherever charts are; the others have what it lacks, where the server has them.
_FONTS = "Liberation Sans, Noto Sans, Noto Sans CJK SC, Noto Sans Thai, DejaVu Sans, sans-serif"
_ROW, _CELL_PADDING, _CELL = 16.0, 5.0, 8.5
_LEAST_COLUMN, _MOST_COLUMN = 34.0, 220.0
_SIZE = re.compile(r'<svg[^>]*\bviewBox="0 0 ([0-9.]+) ([0-9.]+)"')
_NAMED = re.compile(r'(\bid="|url\(#|href="#)')
# What XML cannot carry: control characters, halves of pairs, and two that mean nothing.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Draw = Callable[[Picture], str]


def pages_of(document: Document, draw: Draw) -> list[str]:
    """The pages of a document, as SVG. `draw` gives a chart as SVG."""
    paper = _Paper(document, draw)
    paper.head()
    for section in document.sections:
        paper.section(section)
    return paper.finished()


class _Paper:
    def __init__(self, document: Document, draw: Draw) -> None:
        self._document = document
        self._draw = draw
        self._pages: list[list[str]] = [[]]
        self._y = MARGIN
        self._pictures = 0

    def head(self) -> None:
        """Title, lead and facts."""
        self._lines(self._document.title, 20, weight=700, most=3)
        if self._document.lead:
            self._lines(self._document.lead, 10.5, colour=_DIM, most=6)
        for fact in self._document.facts:
            self._lines(fact, 8.5, colour=_DIM, most=8)
        self._y += 4
        self._rule()

    def section(self, section: Section) -> None:
        """A section, begun where at least its beginning fits."""
        self._room(self._height_to_begin(section))
        self._y += 14
        self._lines(section.title, 13, weight=700, most=2)
        for part in section.parts:
            if isinstance(part, Figure):
                self._lines(part.text, 26, weight=700, most=2)
            elif isinstance(part, Words):
                self._lines(part.text, 10, most=8)
            elif isinstance(part, Picture):
                self._picture(part)
            else:
                self._grid(part)
        for note in section.notes:
            self._lines(note, 7.5, colour=_DIM, most=4)

    def finished(self) -> list[str]:
        """All pages with their feet."""
        count = len(self._pages)
        return [self._page(content, number, count) for number, content in enumerate(self._pages, start=1)]

    def _page(self, content: Sequence[str], number: int, count: int) -> str:
        foot = HEIGHT - 30
        name = cut(self._document.title, 7.5, INNER - 80)
        end = f"{number} / {count}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
            f'viewBox="0 0 {WIDTH} {HEIGHT}"><rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
            f"{''.join(content)}{_text(MARGIN, foot, name, 7.5, colour=_DIM)}"
            f"{_text(WIDTH - MARGIN, foot, end, 7.5, colour=_DIM, anchor='end')}</svg>"
        )

    def _height_to_begin(self, section: Section) -> float:
        first = section.parts[0] if section.parts else None
        if isinstance(first, Picture):
            return _most_of(first) + 60
        return 60 + (3 * _ROW if isinstance(first, Grid) else 34)

    def _room(self, height: float) -> None:
        """Go on to the next page where so much does not fit any more."""
        if self._y + height > HEIGHT - BOTTOM:
            self._pages.append([])
            self._y = MARGIN

    def _put(self, drawn: str) -> None:
        self._pages[-1].append(drawn)

    def _rule(self) -> None:
        self._put(
            f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{self._y}" y2="{self._y}" stroke="{_LINE}"/>'
        )
        self._y += 4

    def _lines(
        self, text: str, size: float, *, weight: int = 400, colour: str = _INK, most: int = 50
    ) -> None:
        for line in broken(text, size * (1.06 if weight > 400 else 1), INNER, most):
            self._room(size * 1.35)
            self._y += size * 1.35
            self._put(_text(MARGIN, self._y - size * 0.3, line, size, weight=weight, colour=colour))

    def _picture(self, picture: Picture) -> None:
        self._room(_most_of(picture) + 10)
        drawn = self._draw(picture)
        found = _SIZE.search(drawn)
        if found is None:
            return
        width, height = float(found[1]), float(found[2])
        scale = min(INNER / width, _most_of(picture) / height)
        self._pictures += 1
        # Names are the page's: those of two charts on it must not meet.
        own = _NAMED.sub(rf"\g<1>p{self._pictures}-", drawn[drawn.index("<svg") :])
        self._put(f'<g transform="translate({MARGIN} {self._y + 6:.2f}) scale({scale:.4f})">{own}</g>')
        self._y += height * scale + 12

    def _grid(self, grid: Grid) -> None:
        widths = _column_widths(grid)
        self._y += 6
        self._row(grid.headers, widths, grid.numeric, weight=700)
        self._rule()
        for row in grid.rows:
            if self._y + _ROW > HEIGHT - BOTTOM:
                self._room(_ROW)
                self._row(grid.headers, widths, grid.numeric, weight=700)
                self._rule()
            self._row(row, widths, grid.numeric)
        if grid.more:
            self._lines(f"{grid.more:,} more rows are not shown. Take them away as CSV.", 8.5, colour=_DIM)
        self._y += 4

    def _row(
        self, cells: Sequence[str], widths: Sequence[float], numeric: Sequence[bool], weight: int = 400
    ) -> None:
        x = MARGIN
        size = _CELL * (1.06 if weight > 400 else 1)
        for cell, width, right in zip(cells, widths, numeric, strict=True):
            shown = cut(cell, size, width - 2 * _CELL_PADDING)
            at, anchor = (x + width - _CELL_PADDING, "end") if right else (x + _CELL_PADDING, "start")
            self._put(_text(at, self._y + _ROW * 0.7, shown, _CELL, weight=weight, anchor=anchor))
            x += width
        self._y += _ROW


def _column_widths(grid: Grid) -> list[float]:
    """The room of each column: what its longest cell needs, all of them as wide as the page allows."""
    wanted = []
    for place, header in enumerate(grid.headers):
        cells = [text_width(row[place], _CELL) for row in grid.rows]
        widest = max([text_width(header, _CELL * 1.06), *cells]) + 2 * _CELL_PADDING + 1
        wanted.append(min(max(widest, _LEAST_COLUMN), _MOST_COLUMN))
    total = sum(wanted)
    return [width * INNER / total for width in wanted] if total > INNER else wanted


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", text)


def _most_of(picture: Picture) -> float:
    """The height that a chart may take: bars with names beside them get what these need to be read."""
    wanted = ((lying_height(picture.spec) or 0) + _AROUND_BARS) * INNER / _PICTURE_WIDTH
    return min(HEIGHT - BOTTOM - MARGIN - 70, max(CHART_HEIGHT, wanted))


def _text(
    x: float,
    y: float,
    text: str,
    size: float,
    *,
    weight: int = 400,
    colour: str = _INK,
    anchor: str = "start",
) -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-family="{_FONTS}" font-size="{size}" font-weight="{weight}" '
        f'fill="{colour}" text-anchor="{anchor}">{escape(_clean(text))}</text>'
    )
