"""Headers and footers that run through the pages of a document."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

_EDGE_LINES = 2  # at the top and at the bottom of a page that may be running ones
_MOST_PAGES = 0.5  # of the pages: what stands at the edge of more of them runs through
_FEW_PAGES = 2  # so few alike lines tell nothing, unless they count
_FRONT_MATTER = 50  # pages by which a page's printed number may differ from its place
_NUMBER = re.compile(r"\d{1,18}")
_PAGE_WORD = re.compile(
    r"\b(?:page|p\.|seite|s\.|pagina|página|pág\.|blad|strona|стр)|第|页|ページ|[/|]", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]")


class PlacedLine(Protocol):
    """A line and the height of its foot above the bottom of the page."""

    @property
    def text(self) -> str: ...

    @property
    def bottom(self) -> float: ...


L = TypeVar("L", bound=PlacedLine)


def without_running_lines(pages: Sequence[list[L]]) -> list[list[L]]:
    """The pages without the lines that stand at the edge of most of them.

    What such a line says is said once: a header on the first page that has it, a footer on the last. Lines
    that differ in numbers run through only where the numbers count the pages; others, such as an invoice's
    number on each page, stay. On two pages alone only lines that count are taken for running ones.
    """
    found: dict[str, list[tuple[int, L]]] = defaultdict(list)
    for index, lines in enumerate(pages):
        for template, line in {_NUMBER.sub("#", line.text): line for line in _edge(lines)}.items():
            found[template].append((index, line))
    needed = max(_FEW_PAGES, math.floor(_MOST_PAGES * len(pages)) + 1)
    left_out = {
        (index, id(line))
        for template, places in found.items()
        if len(places) >= needed
        for index, line in _repeated(template, places, pages)
    }
    return [
        [line for line in lines if (index, id(line)) not in left_out] for index, lines in enumerate(pages)
    ]


def _edge(lines: list[L]) -> list[L]:
    ordered = sorted(lines, key=lambda line: line.bottom)
    return ordered[:_EDGE_LINES] + ordered[-_EDGE_LINES:]


def _repeated(
    template: str, places: list[tuple[int, L]], pages: Sequence[list[L]]
) -> Iterator[tuple[int, L]]:
    """The lines that need not stand there, of those that differ in numbers at most."""
    values = [[int(number) for number in _NUMBER.findall(line.text)] for _, line in places]
    columns = list(zip(*values, strict=True))
    differing = [column for column in columns if len(set(column)) > 1]
    indexes = [index for index, _ in places]
    if differing:
        if all(_counts(column, indexes, template) for column in differing):
            yield from places
        return
    if len(places) <= _FEW_PAGES:
        return
    first_index, first = places[0]
    is_header = first in sorted(pages[first_index], key=lambda line: line.bottom)[-_EDGE_LINES:]
    yield from places[1:] if is_header else places[:-1]


def _counts(column: Sequence[int], indexes: Sequence[int], template: str) -> bool:
    """Whether the numbers are those of the pages: one more a page, and near their places unless the line has
    nothing else or says that it means pages."""
    ahead = {value - index for value, index in zip(column, indexes, strict=True)}
    if len(ahead) > 1:
        return False
    says_so = _PAGE_WORD.search(template) is not None or _WORD.search(template) is None
    return says_so or abs(ahead.pop() - 1) <= _FRONT_MATTER
