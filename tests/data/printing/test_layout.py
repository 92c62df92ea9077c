"""Pages: what fits where, and that any text is carried."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.data.printing.content import Document, Figure, Grid, Picture, Section, Words
from answerable.data.printing.layout import BOTTOM, HEIGHT, MARGIN, WIDTH, pages_of
from answerable.data.printing.lettering import broken, cut, text_width

_CHART = (
    '<svg class="marks" width="400" height="200" viewBox="0 0 400 200">'
    '<clipPath id="clip0"/><g clip-path="url(#clip0)"/></svg>'
)
_SVG = "{http://www.w3.org/2000/svg}"


def draw(_picture: Picture) -> str:
    return _CHART


def pages(*sections: Section, title: str = "Sales", lead: str = "") -> list[ElementTree.Element]:
    drawn = pages_of(Document(title, lead, ["Printed today"], sections), draw)
    return [ElementTree.fromstring(page) for page in drawn]


def texts(page: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in page.iter(f"{_SVG}text")]


@given(st.text(max_size=300), st.floats(20, 500))
def test_broken_lines_fit_and_lose_nothing(text: str, width: float) -> None:
    lines = broken(text, 10, width, most=10_000)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(text_width(line, 10) <= width or len(line) == 1 for line in lines)


@given(st.text(max_size=100), st.floats(20, 500))
def test_what_is_cut_fits_and_says_so(text: str, width: float) -> None:
    whole, shown = " ".join(text.split()), cut(text, 10, width)
    assert shown == whole or (shown.endswith("…") and whole.startswith(shown[:-1]))
    assert text_width(shown, 10) <= width or len(shown) <= 2


@given(st.text(max_size=80))
def test_any_text_makes_pages_that_can_be_read(text: str) -> None:
    grid = Grid([text or "x"], [[text]], [False])
    (page,) = pages(Section(text, [Figure(text), Words(text), grid], [text]), title=text, lead=text)
    assert page.tag == f"{_SVG}svg"


def test_a_long_table_goes_on_with_its_head_and_stays_within_the_margins() -> None:
    grid = Grid(["Month", "Amount"], [[f"row {n}", str(n)] for n in range(150)], [False, True], more=7)
    drawn = pages(Section("All", [grid]))
    assert len(drawn) == 4
    assert all("Month" in texts(page) for page in drawn[:-1])
    assert [text for page in drawn for text in texts(page) if text.startswith("row ")] == [
        f"row {n}" for n in range(150)
    ]
    assert "7 more rows are not shown. Take them away as CSV." in texts(drawn[-1])
    for page in drawn:
        for element in page.iter(f"{_SVG}text"):
            assert MARGIN <= float(element.attrib["x"]) <= WIDTH - MARGIN
            assert (
                float(element.attrib["y"]) <= HEIGHT - BOTTOM
                or "/" in (element.text or "")
                or element.text == "Sales"
            )


def test_many_columns_share_the_page() -> None:
    grid = Grid([f"column {n}" for n in range(14)], [["a rather long value"] * 14], [False] * 14)
    (page,) = pages(Section("Wide", [grid]))
    assert all(float(element.attrib["x"]) <= WIDTH - MARGIN for element in page.iter(f"{_SVG}text"))


def test_names_of_two_charts_on_a_page_do_not_meet() -> None:
    (page,) = pages_of(
        Document("Two", "", [], [Section("a", [Picture({})]), Section("b", [Picture({})])]), draw
    )
    names = re.findall(r'id="([^"]+)"', page)
    assert names == ["p1-clip0", "p2-clip0"]
    assert re.findall(r"url\(#([^)]+)\)", page) == names


@pytest.mark.parametrize("count", [1, 7])
def test_pages_are_counted(count: int) -> None:
    drawn = pages(*[Section(f"s{n}", [Picture({})]) for n in range(count)])
    assert [texts(page)[-1] for page in drawn] == [f"{n + 1} / {len(drawn)}" for n in range(len(drawn))]
