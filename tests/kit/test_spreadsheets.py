"""Exported text is never run as a formula."""

from __future__ import annotations

import pytest

from answerable.kit.spreadsheets import inert


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("\ufeff=1+1", "'\ufeff=1+1"),
        ("﹦1+1", "'﹦1+1"),
        ("x;=1+1", "x;'=1+1"),
        ("x; @sum(1)", "x; '@sum(1)"),
        ("a\n=1", "a\n'=1"),
        ("\tx", "'\tx"),
        ("\t=1", "'\t=1"),
    ],
)
def test_what_would_be_run_is_made_text(text: str, safe: str) -> None:
    assert inert(text) == safe


@pytest.mark.parametrize("text", ["", "Ana", "a=b", "1-2", "x;y", "x; y - z", "Ø 3;4"])
def test_all_else_stays_as_it_is(text: str) -> None:
    assert inert(text) == text
