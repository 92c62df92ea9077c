"""Sentences cover a text without overlap and are short enough to quote."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.knowledge.lexical.sentences import LONGEST_SENTENCE, sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Smith met J. F. Kennedy. They talked.", ["Dr. Smith met J. F. Kennedy.", "They talked."]),
        ("It weighs 3.5 kg (approx. 7 lb). Good.", ["It weighs 3.5 kg (approx. 7 lb).", "Good."]),
        ('"Really?" she asked. "Yes."', ['"Really?" she asked.', '"Yes."']),
        ("He lives in the U.S. and works.", ["He lives in the U.S. and works."]),
        ("A line that\nwraps here. Next.", ["A line that\nwraps here.", "Next."]),
        ("Title\n\nBody text.", ["Title", "Body text."]),
        ("Head\n=====\nA line that\nwraps", ["Head", "=====", "A line that\nwraps"]),
        ("an item that\n• another", ["an item that", "• another"]),
        ("To do:\n- first\n- second", ["To do:", "- first", "- second"]),
        ("1. Subject\n\nThe text.", ["1. Subject", "The text."]),
        ("It was 1990. Then 12. May came.", ["It was 1990.", "Then 12.", "May came."]),
        ("東京です。大阪です。", ["東京です。", "大阪です。"]),
        ("ما هذا؟ كتاب جديد. نعم", ["ما هذا؟", "كتاب جديد.", "نعم"]),
        ("यह घर है। वह नदी है।", ["यह घर है।", "वह नदी है।"]),
        ("Построен в 1980 г. на берегу. Высота 43 м.", ["Построен в 1980 г. на берегу.", "Высота 43 м."]),
        ("Größe zählt. Ökologie auch.", ["Größe zählt.", "Ökologie auch."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_text_falls_into_these_sentences(text: str, expected: list[str]) -> None:
    assert split(text) == expected


def test_a_long_sentence_is_cut_at_a_clause() -> None:
    first, second = "word " * 40 + "end;", "more " * 40 + "end."
    assert split(f"{first} {second}") == [first, second]


@given(st.text(alphabet=st.sampled_from("aB1 .!?\n,;-。“”é\u0301"), max_size=900))
def test_sentences_leave_out_only_white_space(text: str) -> None:
    position = 0
    for start, end in sentences(text):
        assert position <= start < end <= len(text)
        assert not text[position:start].strip()
        assert end - start <= LONGEST_SENTENCE
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()


@pytest.mark.parametrize("unit", [".", "x", " ", ".)", "[", "x .", "\n>", "x; ", "。"])
def test_long_runs_are_cut_in_time_proportional_to_their_length(unit: str) -> None:
    spent = []
    for count in (20_000, 80_000):
        before = time.process_time()
        sentences("x" + unit * count + "x")
        spent.append(time.process_time() - before)
    assert spent[1] < 10 * max(spent[0], 0.05)
