"""Old office files, workbooks, light markup, data and transcripts: words, headings, tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.knowledge.parsing.document import ParsedDocument
from answerable.knowledge.parsing.parser import ReaderProcesses, parse
from tests.knowledge.parsing import files
from tests.knowledge.parsing.test_formats import outline, read

PIECES = (
    "|",
    "\\begin{tabular}",
    "\\begin{tabular}\n&",
    "*a _b `c ",
    "[[x][",
    ":ref:`",
    "<",
    "{",
    '"a,',
    "==\n",
)


def tables(document: ParsedDocument) -> list[tuple[str, str]]:
    """Each table's header and its other rows."""
    return [
        (document.text[table.start : table.header_end], document.text[table.header_end : table.end].strip())
        for table in document.tables
    ]


async def test_workbooks_are_a_heading_and_tables_a_sheet(tmp_path: Path) -> None:
    sheets = {
        "Prices": [["Price list 2026"], [], ["Land", "Days", "Fee"], ["DE", 2, 4.5], ["FR", 3.0, None]],
        "Notes": [["Note"], ["Closed on Friday"]],
    }
    document = await read(tmp_path, files.xlsx(sheets), "a.xlsx")
    assert document.text == (
        "Prices\n\nPrice list 2026\n\nLand | Days | Fee\nDE | 2 | 4.5\nFR | 3\n\nNotes\n\nNote\n\n"
        "Closed on Friday"
    )
    assert outline(document) == [(1, "Prices"), (1, "Notes")]
    assert tables(document) == [("Land | Days | Fee", "DE | 2 | 4.5\nFR | 3")]


async def test_old_word_files_with_headings_tables_and_fields(tmp_path: Path) -> None:
    paragraphs = [
        ("Policy", 1),
        ("Naïve 漢😊 text \x13 HYPERLINK x \x14with a link\x15.", 0),
        ("Land\x07", 0), ("Days\x07", 0), ("\x07", 0), ("DE\x07", 0), ("2\x07", 0), ("\x07", 0),
        ("Details", 2),
        ("The end.", 0),
    ]  # fmt: skip
    document = await read(tmp_path, files.doc(paragraphs))
    assert document.text == (
        "Policy\n\nNaïve 漢😊 text with a link.\n\nLand | Days\nDE | 2\n\nDetails\n\nThe end."
    )
    assert outline(document) == [(1, "Policy"), (2, "Details")]
    assert tables(document) == [("Land | Days", "DE | 2")]
    assert document.media_type == "application/msword"


async def test_old_presentations_with_slides_titles_and_notes(tmp_path: Path) -> None:
    document = await read(tmp_path, files.ppt([("One", "a\rb", "say hello"), ("Two", "c", "")]))
    pages = [(page.number, document.text[page.start : page.end].strip()) for page in document.pages]
    assert pages == [(1, "One\n\na\nb\n\nNotes: say hello"), (2, "Two\n\nc")]
    assert outline(document) == [(1, "One"), (1, "Two")]


async def test_outlook_messages(tmp_path: Path) -> None:
    document = await read(tmp_path, files.msg("Late parcel", "It is late.\r\n", {"a.txt": b"x"}))
    assert document.text == (
        "Late parcel\n\nFrom: Ann <ann@example.org>\nTo: Bob\nDate: Tue, 24 Nov 2026 13:20:00 +0000\n\n"
        "It is late.\n\nAttachment: a.txt"
    )
    assert document.title == "Late parcel"


async def test_saved_web_pages(tmp_path: Path) -> None:
    page = (
        "From: <Saved by Blink>\nSnapshot-Content-Location: https://example.org/\nSubject: x\n"
        'MIME-Version: 1.0\nContent-Type: multipart/related; type="text/html"; boundary="b"\n\n'
        "--b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
        "<title>Terms</title><h1>R&amp;D na=C3=AFve</h1>\n--b\nContent-Type: image/png\n\nx\n--b--\n"
    )
    document = await read(tmp_path, page, "a.mhtml")
    assert (document.text, document.title) == ("R&D naïve", "Terms")
    assert document.media_type == "multipart/related"


@pytest.mark.parametrize(
    ("name", "source", "text", "headings", "header"),
    [
        pytest.param(
            "a.org",
            "#+TITLE: T\n* DONE One *bold* :tag:\n:PROPERTIES:\n:ID: x\n:END:\nSee [[https://x][the /page/]]."
            "\n** Two\n| A | B |\n|---+---|\n| 1 | 2 |\n\n#+BEGIN_SRC sh\n* no heading\n#+END_SRC\n",
            "One bold\n\nSee the page.\n\nTwo\n\nA | B\n1 | 2\n\n* no heading",
            [(1, "One bold"), (2, "Two")],
            "A | B",
            id="org",
        ),
        pytest.param(
            "a.adoc",
            "= Doc\n:toc:\n\n== One *bold*\n\nSee https://x.org[the page], `code`.\n\n* item\n** inner\n\n"
            "[cols=2]\n|===\n|A |B\n\n|1\n|2\n|===\n\n----\n== no heading\n----\n",
            "Doc\n\nOne bold\n\nSee the page, code.\n\n- item\n  - inner\n\nA | B\n1 | 2\n\n== no heading",
            [(1, "Doc"), (2, "One bold")],
            "A | B",
            id="asciidoc",
        ),
        pytest.param(
            "a.rst",
            "====\nDoc\n====\n\nOne *two*\n---------\n\nSee `the page <https://x>`_ and :ref:`here <x>`, "
            "``a_b``.\n\n"
            ".. image:: x.png\n   :alt: no\n\n.. note:: Mind it.\n\n"
            "=== ===\nA   B\n=== ===\n1   2\n=== ===\n",
            "Doc\n\nOne two\n\nSee the page and here, a_b.\n\nMind it.\n\nA | B\n1 | 2",
            [(1, "Doc"), (2, "One two")],
            "A | B",
            id="rst",
        ),
        pytest.param(
            "a.tex",
            "\\documentclass{article}\n\\title{My \\emph{title}}\n\\begin{document}\n"
            "\\section{One \\emph{two}}\\label{x}\n"
            "Caf\\'e is 5\\% off~now, $x_1 > \\frac{1}{2}$. % not said\n\n"
            "\\begin{tabular}{ll}\\hline\nA & B \\\\ \\hline\n1 & 2 \\\\\n\\end{tabular}\n"
            "\\end{document}\nafter",
            "One two\n\nCafé is 5% off now, $x_1 > \\frac{1}{2}$.\n\nA | B\n1 | 2",
            [(2, "One two")],
            "A | B",
            id="tex",
        ),
        pytest.param(
            "a.csv",
            'Land;Days\n"DE; and\nAT";2\nFR;3\n',
            "Land | Days\nDE; and AT | 2\nFR | 3",
            [],
            "Land | Days",
            id="csv",
        ),
    ],
)  # fmt: skip
async def test_light_markup_and_tables(
    tmp_path: Path, name: str, source: str, text: str, headings: list[tuple[int, str]], header: str
) -> None:
    document = await read(tmp_path, source, name)
    assert document.text == text
    assert outline(document) == headings
    assert [found for found, _ in tables(document)] == [header]


@pytest.mark.parametrize(
    ("name", "source", "text"),
    [
        ("a.json", '{"a": {"b": [1, null]}, "t": "x y"}', "a:\n  b:\n    - 1\n    - null\nt: x y"),
        ("a.json", '[{"a": 1}, {"a": 2}]', "a: 1\n\na: 2"),
        ("a.jsonl", '{"a": 1}\n\n{"a": 2}\n', "a: 1\n\na: 2"),
        ("a.json", '{"a": 1, broken', '{"a": 1, broken'),
        ("a.yaml", "a: 1\n---\nb:\n  - 2\n", "a: 1\n---\nb:\n  - 2"),
        ("a.py", "#####\nx = 1\n\n# TITLE\n", "#####\nx = 1\n\n# TITLE"),
        (
            "a.xml",
            "<?xml version='1.0'?><r><title>T</title><i><n>A</n><p>1</p></i><i><n>B</n></i><x>mixed <b>text"
            "</b></x></r>",
            "T\n\nn: A\np: 1\n\nn: B\n\nmixed text",
        ),
        ("a.xml", "<!DOCTYPE r [<!ENTITY e 'x'>]><r>text &amp; more</r>", "text & more"),
        (
            "a.srt",
            "1\n00:00:01,000 --> 00:00:03,000\n<i>Hello</i>\nthere\n\n2\n00:01:05,5 --> 00:01:09,0\nBye\n",
            "[00:00:01] Hello\nthere\n\n[00:01:05] Bye",
        ),
        ("a.vtt", "WEBVTT\n\n00:05.000 --> 00:06.000\n<v Ann>Hello\n", "[00:00:05] Ann: Hello"),
        (
            "a.ics",
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Launch\\, big\nDTSTART:20261120T100000Z\nLOCATION:Room\n"
            "  2\nEND:VEVENT\nEND:VCALENDAR\n",
            "Launch, big\n\nDtstart: 2026-11-20 10:00 UTC\nLocation: Room 2",
        ),
        (
            "a.vcf",
            "BEGIN:VCARD\nFN:Ann Lee\nTEL;TYPE=work:+49 30 1\nORG:Acme;Sales\nEND:VCARD\n",
            "Ann Lee\n\nTel: +49 30 1\nOrg: Acme, Sales",
        ),
        (
            "a.ipynb",
            '{"cells": [{"cell_type": "markdown", "source": ["# Head\\n", "*text*"]}, {"cell_type": "code", '
            '"source": "x = 1", "outputs": [{"text": ["1\\n"]}, {"data": {"text/plain": "2"}}]}]}',
            "Head\n\ntext\n\nx = 1\n\n1\n\n2",
        ),
    ],
)
async def test_data_and_transcripts(tmp_path: Path, name: str, source: str, text: str) -> None:
    assert (await read(tmp_path, source, name)).text == text


async def test_slide_notes_of_open_document_presentations(tmp_path: Path) -> None:
    body = (
        '<draw:page xmlns:draw="d" xmlns:presentation="p"><text:p>Shown</text:p><presentation:notes>'
        "<text:p>Said</text:p></presentation:notes></draw:page>"
    )
    document = await read(tmp_path, files.odt(body))
    assert document.text == "Shown\n\nNotes: Said"


@pytest.mark.parametrize("name", ["a.rst", "a.tex", "a.org", "a.adoc", "a.csv", "a.srt", "a.json", "a.ics"])
async def test_marks_without_end_are_read_in_time(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file"
    processes = ReaderProcesses()
    try:
        for piece in PIECES:
            path.write_text(f"text {piece * 20_000}")
            assert "text" in (await parse(path, name, processes=processes)).text, piece
    finally:
        await processes.close()
