"""Plain text and PDF show their structure by form alone: underlines, capitals, numbers, repetition."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.knowledge.parsing import files
from tests.knowledge.parsing.test_formats import outline, read


@pytest.mark.parametrize(
    ("text", "headings", "kept"),
    [
        (
            "Fees\n====\n\nParcels\n-------\nTen euros.",
            [(1, "Fees"), (2, "Parcels")],
            "Fees\n\nParcels\n\nTen euros.",
        ),
        ("SCOPE\n\nAll sites.", [(1, "SCOPE")], "SCOPE\n\nAll sites."),
        ("1. Scope\n\nAll.\n\n1.2 Sites\n\nTwo.", [(1, "1. Scope"), (2, "1.2 Sites")], None),
        ("Before.\n\n* * *\n\nAfter.", [], "Before.\n\nAfter."),
        # A list, a table under a rule, a shouted paragraph and a wrapped sentence are no headings.
        ("1. Open the tap\n\n2. Close it", [], None),
        (
            "Quantity     Discount\n--------     --------\n5            3 %",
            [],
            "Quantity     Discount\n5            3 %",
        ),
        ("STOP HERE NOW\nAND WAIT THERE\nfor help", [], None),
        ("It ends\nhere\n----\nNext.", [], "It ends\nhere\nNext."),
    ],
)
async def test_headings_of_plain_text(
    tmp_path: Path, text: str, headings: list[tuple[int, str]], kept: str | None
) -> None:
    document = await read(tmp_path, text, "a.txt")
    assert outline(document) == headings
    assert document.text == (kept or text)


async def test_running_heads_of_a_pdf_are_left_out_and_sentences_cross_pages(tmp_path: Path) -> None:
    pages = [
        [(12, "Handbook"), (12, f"Rule {word} holds in"), (12, f"Page {number} of 3")]
        for number, word in enumerate(("one", "two", "three"), start=1)
    ]
    pages[1][1] = (12, "both places.")
    document = await read(tmp_path, files.pdf(pages))
    assert "Page" not in document.text
    assert document.text.count("Handbook") == 1
    assert "Rule one holds in\nboth places." in document.text
    assert [document.text[page.start : page.end].strip() for page in document.pages][1] == "both places."
