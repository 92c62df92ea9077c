"""PDF through PDFium: lines with their size and place become paragraphs, headings and pages."""

from __future__ import annotations

import ctypes
import itertools
import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from answerable.kit.sandbox.limits import JsonObject
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.readers.running_lines import without_running_lines
from answerable.knowledge.parsing.recognition import Recogniser, paragraphs
from answerable.knowledge.parsing.scans import recognised_warning, unread_warning
from answerable.knowledge.parsing.text_builder import MAX_TEXT_CHARACTERS, TextBuilder

_HEADING_RATIO = 1.15
_HEADING_CHARACTERS = 200
_HEADINGS_AT_MOST = 0.4  # of all lines: beyond it sizes tell nothing
_FULL_LINE = 0.85  # of the page's longest line: such a line goes on in the next one
_PARAGRAPH_GAP = 0.7  # of the line height
_HYPHENS = ("\x02", "\ufffe")  # PDFium's marks for a word broken at the end of a line
_BULLETS = "•‣▪●◦–—-*·"
# What programs write when nobody gave a title.
_MACHINE_TITLE = re.compile(
    r"\s*(?:untitled|microsoft (?:word|powerpoint|excel) - |slide 1$|document\d*$)", re.IGNORECASE
)
_REPORT_EVERY = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; `size` is its letters' height, the edges are in points from the bottom left."""

    text: str
    size: float
    left: float
    right: float
    bottom: float
    top: float


_SCANNED_CHARACTERS = 30  # a page with more has text of its own: a stamp or a number has fewer
_SCANNED_AREA = 0.4  # of the page that pictures cover at least
_MAX_OBJECTS = 2_000
_DPI, _MAX_DRAWN = 300, 25_000_000
_POINTS = 72


def read(
    path: Path, builder: TextBuilder, report: Callable[[JsonObject], None], recogniser: Recogniser | None
) -> None:
    document = _opened(path)
    title = document.get_metadata_dict().get("Title") or ""
    builder.title = None if _MACHINE_TITLE.match(title) else title
    pages: list[list[Line]] = []
    scans = _Scans(recogniser)
    total, unread = len(document), 0
    characters = 0
    for index in range(total):
        try:
            lines = _page_lines(document, index)
        except pypdfium2.PdfiumError:
            lines, unread = [], unread + 1
        if sum(len(line.text) for line in lines) < _SCANNED_CHARACTERS and _is_scanned(document, index):
            scans.look(document, index)
            lines = scans.unrepeated(lines, index)
        characters += sum(len(line.text) for line in lines)
        pages.append(lines)
        if characters > MAX_TEXT_CHARACTERS:
            raise refuse(Reason.TOO_LARGE)
        if index % _REPORT_EVERY == 0:
            report({"done": index, "total": total, "unit": "pages"})
    if unread == total:  # no page at all included
        raise refuse(Reason.DAMAGED)
    if unread:
        builder.warnings.append(f"{unread} of {total} pages are damaged and were left out.")
    _write(without_running_lines(pages), scans.recognised, builder)
    scans.tell(builder)


def _opened(path: Path) -> pypdfium2.PdfDocument:
    """The document. Raises Refusal: encrypted, damaged."""
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise refuse(Reason.ENCRYPTED) from error
        if error.err_code == pdfium.FPDF_ERR_SECURITY:
            raise refuse(
                Reason.ENCRYPTED, "The file is locked in a way that cannot be read. Unlock it first."
            ) from error
        raise refuse(Reason.DAMAGED) from error


class _Scans:
    """Pages that are pictures: the paragraphs that were recognised by page, and the pages that were not."""

    def __init__(self, recogniser: Recogniser | None) -> None:
        self._recogniser = recogniser
        self.recognised: dict[int, list[str]] = {}
        self.unread: list[int] = []

    def tell(self, builder: TextBuilder) -> None:
        """Let the document say which pages are scanned."""
        if self._recogniser is None:
            builder.scanned += self.unread
        elif self.unread:
            builder.warnings.append(unread_warning(self.unread))
        if self.recognised:
            builder.warnings.append(recognised_warning(sorted(self.recognised)))

    def unrepeated(self, lines: list[Line], index: int) -> list[Line]:
        """A page's own lines without those that were recognised as well."""
        recognised = _squashed("".join(self.recognised.get(index + 1, ())))
        return [line for line in lines if _squashed(line.text) not in recognised]

    def look(self, document: pypdfium2.PdfDocument, index: int) -> None:
        """Recognise a page's text, if that is wanted and there is time."""
        lines = None
        if self._recogniser is not None and not self._recogniser.exhausted:
            page = document[index]
            try:
                width, height = page.get_size()
                scale = min(_DPI / _POINTS, math.sqrt(_MAX_DRAWN / max(1.0, width * height)))
                drawn = page.render(scale=scale, grayscale=True)
                dpi = max(_POINTS, round(scale * _POINTS))
                lines = self._recogniser.grey(
                    bytes(drawn.buffer), drawn.width, drawn.height, drawn.stride, dpi
                )
            except pypdfium2.PdfiumError:
                lines = None  # it cannot be drawn
            finally:
                page.close()
        if lines is None:
            self.unread.append(index + 1)
        else:
            self.recognised[index + 1] = list(paragraphs(lines))


def _squashed(text: str) -> str:
    return "".join(text.split()).casefold()


def _is_scanned(document: pypdfium2.PdfDocument, index: int) -> bool:
    """Whether pictures cover much of the page."""
    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return False
    try:
        width, height = page.get_size()
        covered = 0.0
        pictures = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)
        for picture in itertools.islice(pictures, _MAX_OBJECTS):
            left, bottom, right, top = picture.get_bounds()
            covered += max(0.0, min(right, width) - max(left, 0.0)) * max(
                0.0, min(top, height) - max(bottom, 0.0)
            )
        return bool(covered >= _SCANNED_AREA * width * height > 0)
    except pypdfium2.PdfiumError:
        return False
    finally:
        page.close()


def _page_lines(document: pypdfium2.PdfDocument, index: int) -> list[Line]:
    page = document[index]
    try:
        text_page = page.get_textpage()
        try:
            return _lines(text_page.raw)
        finally:
            text_page.close()
    finally:
        page.close()


def _lines(text_page: object) -> list[Line]:
    lines: list[Line] = []
    letters: list[str] = []
    first = last = -1
    for index in range(pdfium.FPDFText_CountChars(text_page)):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        if code in (10, 13):
            _close_line(text_page, letters, first, last, lines)
            first = last = -1
            continue
        letters.append(chr(code) if code < 0x110000 else "\ufffd")
        if code > 32:
            first, last = (index if first < 0 else first), index
    _close_line(text_page, letters, first, last, lines)
    return lines


def _close_line(text_page: object, letters: list[str], first: int, last: int, lines: list[Line]) -> None:
    text = "".join(letters).strip(" \t")
    letters.clear()
    if first < 0 or not text:
        return
    start, end, middle = (_box(text_page, index) for index in (first, last, (first + last) // 2))
    # Loose boxes have the font's full height whatever the letter; the middle one outlives odd initials.
    size = sorted((start.top - start.bottom, middle.top - middle.bottom, end.top - end.bottom))[1]
    lines.append(
        Line(text, abs(size), start.left, end.right, min(start.bottom, end.bottom), max(start.top, end.top))
    )


def _box(text_page: object, index: int) -> pdfium.FS_RECTF:
    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(text_page, index, ctypes.byref(box))
    return box


def _write(pages: list[list[Line]], recognised: dict[int, list[str]], builder: TextBuilder) -> None:
    levels = heading_levels([line for lines in pages for line in lines])
    last: Line | None = None
    for number, lines in enumerate(pages, start=1):
        builder.begin_page(number)
        widest = max((line.right for line in lines), default=0.0)
        paragraph: list[Line] = []
        goes_on = last is not None and bool(lines) and _crosses_pages(last, lines[0])
        for line in lines:
            if paragraph and _apart(paragraph[-1], line, levels):
                _flush(paragraph, widest, levels, builder, tight=goes_on)
                paragraph, goes_on = [], False
            paragraph.append(line)
        _flush(paragraph, widest, levels, builder, tight=goes_on)
        last = lines[-1] if lines else last
        for text in recognised.get(number, ()):
            builder.add(text)
            last = None


def _crosses_pages(last: Line, first: Line) -> bool:
    """Whether a page's first line continues the sentence at the end of the page before."""
    return (last.text[-1].isalnum() or last.text[-1] == ",") and first.text[0].islower()


def heading_levels(lines: list[Line]) -> dict[float, int]:
    """Heading level by rounded size: the sizes clearly above that of the running text, largest first."""
    weights: Counter[float] = Counter()
    for line in lines:
        weights[_rounded(line.size)] += len(line.text)
    if not weights:
        return {}
    body = weights.most_common(1)[0][0]
    larger = [line for line in lines if _rounded(line.size) >= body * _HEADING_RATIO]
    if len(larger) > _HEADINGS_AT_MOST * len(lines):
        return {}
    sizes = sorted({_rounded(line.size) for line in larger}, reverse=True)
    return {size: min(level, 6) for level, size in enumerate(sizes, start=1)}


def _rounded(size: float) -> float:
    return round(size * 2) / 2 if math.isfinite(size) else 0.0


def _apart(before: Line, line: Line, levels: dict[float, int]) -> bool:
    if levels.get(_rounded(before.size)) != levels.get(_rounded(line.size)):
        return True
    gap = before.bottom - line.top
    return gap > _PARAGRAPH_GAP * max(before.size, 1.0) or gap < -3 * max(before.size, 1.0)


def _flush(
    lines: list[Line], widest: float, levels: dict[float, int], builder: TextBuilder, *, tight: bool
) -> None:
    if not lines:
        return
    level = levels.get(_rounded(lines[0].size))
    pieces: list[str] = []
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        text = line.text
        if text.endswith(_HYPHENS):
            pieces.append(text.rstrip("".join(_HYPHENS)))
        elif following is not None and _goes_on(line, following, widest):
            pieces.append(text + " ")
        else:
            pieces.append(text + "\n")
    joined = "".join(pieces)
    letters = any(letter.isalpha() for letter in joined)
    builder.add(joined, level=level if letters and len(joined) <= _HEADING_CHARACTERS else None, tight=tight)


def _goes_on(line: Line, following: Line, widest: float) -> bool:
    """Whether the next line continues this one: running text is joined, rows and items are not."""
    return line.right >= _FULL_LINE * widest and following.text[0] not in _BULLETS
