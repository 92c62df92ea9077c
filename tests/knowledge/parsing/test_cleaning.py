"""What becomes of characters on their way into a document's text."""

from __future__ import annotations

from answerable.knowledge.parsing.text_builder import clean


def test_marks_without_end_are_cut_where_no_writing_goes_on() -> None:
    """The whole run would be put in order in a time that grows with its square: here for hours."""
    cleaned = clean("e" + "\u0301\u0316" * 1_000_000 + " end")
    assert len(cleaned) <= 31 + len(" end")
    assert cleaned.endswith(" end")


def test_letters_with_their_own_marks_are_composed() -> None:
    assert clean("Cafe\u0301 Vie\u0323\u0302t") == "Café Việt"
