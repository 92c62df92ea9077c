"""The writers' own rules; whole documents are read back in `test_generate`."""

from __future__ import annotations

import io
from datetime import date
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from answerable.cli.samples.formats.blocks import Heading, Items, Paragraph, Table, read_blocks
from answerable.cli.samples.formats.mail import write_mail
from answerable.cli.samples.formats.page import write_html, write_text
from answerable.cli.samples.formats.xlsx import Formula, Sheet, column_name, write_xlsx


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("## Two", Heading(2, "Two")),
        ("one\ntwo", Paragraph("one two")),
        ("- a\n- b", Items(("a", "b"), numbered=False)),
        ("1. a\n2. b", Items(("a", "b"), numbered=True)),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |", Table((("a", "b"), ("1", "2")))),
    ],
)
def test_markdown_becomes_blocks(text: str, block: object) -> None:
    assert read_blocks(text) == [block]


@pytest.mark.parametrize(("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_named_as_in_office_programs(index: int, name: str) -> None:
    assert column_name(index) == name


@given(
    st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**9), st.text("aä<&> é", max_size=9)), min_size=1)
)
def test_cells_come_back_as_they_were_written(values: list[str | int | None]) -> None:
    row = ("start", *values, date(2026, 2, 28), Formula("1+1", 2))
    content = write_xlsx([Sheet("One", [row])], title="t", author="a", created=date(2026, 1, 1))
    read = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[0]
    assert read == ["start", *("" if value is None else value for value in values), date(2026, 2, 28), 2]


def test_markup_in_a_text_stays_text() -> None:
    page = write_html([Paragraph("a < b & c")], title="<t>")
    assert "a &lt; b &amp; c" in page
    assert "<title>&lt;t&gt;</title>" in page


def test_plain_text_keeps_lines_short_and_indents_items() -> None:
    text = write_text([Heading(1, "Title"), Items(("word " * 40,), numbered=True)])
    assert text.startswith("TITLE\n=====\n\n1. word")
    assert all(len(line) <= 78 for line in text.splitlines())
    assert text.splitlines()[4].startswith("   word")


def test_a_mail_keeps_its_headers_and_its_paragraphs() -> None:
    text = "# Über uns\n\nFrom: A <a@x.example>\nTo: B <b@x.example>; C <c@x.example>\n"
    text += "Date: 2025-10-16 16:42\nMessage: one\n\nDear B,\n\n> quoted"
    message = message_from_bytes(write_mail(text), policy=policy.default)
    assert message["Subject"] == "Über uns"
    assert [address.addr_spec for address in message["To"].addresses] == ["b@x.example", "c@x.example"]
    assert message.get_content().strip() == "Dear B,\n\n> quoted"
