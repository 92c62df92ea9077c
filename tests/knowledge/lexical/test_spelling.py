"""Slips of the finger: what a word may be meant for."""

from __future__ import annotations

import pytest

from answerable.knowledge.lexical.spelling import slips
from answerable.knowledge.lexical.words import words


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("tiket", "ticket"),  # one missing
        ("libary", "library"),
        ("temprature", "temperature"),
        ("refundz", "refunds"),  # one wrong
        ("deliverry", "delivery"),  # one too many
        ("parkign", "parking"),  # two swapped
        ("recieve", "receive"),
        ("brige", "bridge"),  # the ending stays on the slip and goes from the word
        ("certifcate", "certificate"),
        ("Kündigungsfristen", "Kündigungsfrist"),  # another form
        ("Bestellungen", "Bestellung"),
        ("чайники", "чайник"),
        ("чайник", "чайниками"),
        ("действуют", "действует"),
        ("последним", "последней"),
    ],
)
def test_a_slip_leads_to_the_word_that_was_meant(written: str, meant: str) -> None:
    assert words(meant)[0] in slips(words(written)[0])


@pytest.mark.parametrize("word", ["e05", "sp-4471-b", "10179", "tea", "größe7", "дом", "дом7дом", "退货", ""])
def test_codes_short_words_and_other_scripts_are_left_alone(word: str) -> None:
    assert slips(word) == []


def test_a_word_is_no_slip_of_itself_and_keeps_its_first_letter() -> None:
    found = slips("kettl")
    assert "kettl" not in found
    assert {word[0] for word in found} == {"k"}


def test_a_word_of_another_alphabet_is_bent_and_no_other_word() -> None:
    found = slips("билеты")
    assert "билеты" not in found
    assert "балеты" not in found
    assert all(word.startswith("биле") for word in found)
