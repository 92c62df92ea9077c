"""Which words search compares, and what they weigh."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.knowledge.lexical.bm25 import inverse_document_frequency, text_weights
from answerable.knowledge.lexical.stemming import stem
from answerable.knowledge.lexical.words import former_words, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Returns Policy", ["the", "return", "polici"]),
        ("Müller's Café", ["muller", "cafe"]),
        ("order INV-2024-001", ["order", "inv", "2024", "001", "inv-2024-001"]),
        ("long-term", ["long", "term"]),
        ("3.14", ["3", "14", "3.14"]),
        ("ＡＢＣ　ﬁne", ["abc", "fine"]),
        ("東京都に行く", ["東京", "京都", "都に", "に行", "行く"]),
        ("水 H2O", ["水", "h2o"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("Straße", ["strass"]),
        ("ราคา 25 บาท", ["รา", "าค", "คา", "25", "บา", "าท"]),
        ("น้ำ", ["น้ํา"]),
        ("สวัสดี", ["สวั", "วัส", "สดี"]),
        ("ສະບາຍ", ["ສະ", "ະບ", "ບາ", "າຍ"]),
        ("الكتاب والمدرسة كِتَاب", ["كتاب", "مدرس", "كتاب"]),
        ("می‌خواهم کتاب", ["ميخواهم", "كتاب"]),
        ("שָׁלוֹם ספרים", ["שלומ", "ספרימ"]),
        ("Ёлка Привет", ["елка", "привет"]),
        ("१२३ ٤٥٦", ["123", "456"]),
        ("snake_case", ["snake", "case"]),
        ("", []),
        ("… – !", []),
    ],
)
def test_text_falls_into_these_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        # the examples of the paper
        ("caresses", "caress"), ("ponies", "poni"), ("cats", "cat"), ("feed", "feed"), ("agreed", "agre"),
        ("plastered", "plaster"), ("motoring", "motor"), ("sing", "sing"), ("conflated", "conflat"),
        ("hopping", "hop"), ("falling", "fall"), ("filing", "file"), ("happy", "happi"), ("sky", "sky"),
        ("relational", "relat"), ("conditional", "condit"), ("vietnamization", "vietnam"),
        ("triplicate", "triplic"), ("formative", "form"), ("hopefulness", "hope"), ("goodness", "good"),
        ("revival", "reviv"), ("allowance", "allow"), ("adjustment", "adjust"), ("adoption", "adopt"),
        ("effective", "effect"), ("probate", "probat"), ("rate", "rate"), ("controlling", "control"),
        # not English words
        ("h2o", "h2o"), ("größen", "größen"), ("as", "as"),
    ],
)  # fmt: skip
def test_english_endings_come_off(word: str, expected: str) -> None:
    assert stem(word) == expected


@given(st.text())
def test_any_text_gives_short_words_whatever_its_case(text: str) -> None:
    found = words(text)
    assert all(0 < len(word) <= 64 for word in found)
    assert all(not any(character.isspace() for character in word) for word in found)


@given(st.from_regex(r"[a-z]{1,20}", fullmatch=True))
def test_a_stem_is_never_empty_nor_longer(word: str) -> None:
    assert 0 < len(stem(word)) <= len(word)


def test_repeating_a_word_helps_less_each_time() -> None:
    once, twice, often = (text_weights(["oil"] * n + ["water"] * (50 - n))["oil"] for n in (1, 2, 40))
    assert once < twice < 2 * once
    assert often < 1.8


def test_a_word_weighs_less_in_a_longer_text() -> None:
    short = text_weights(["oil", *["water"] * 20])["oil"]
    long = text_weights(["oil", *["water"] * 400])["oil"]
    assert long < short


def test_a_rare_word_tells_more_and_none_counts_against() -> None:
    rare, common, everywhere = (inverse_document_frequency(n, 1000) for n in (1, 500, 1000))
    assert rare > common > everywhere > 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [("The Returns Policy", []), ("Müller 東京都", []), ("ราคา 25", ["ราคา"]), ("الكتاب", ["الكتاب"])],
)
def test_words_of_the_version_before_are_known_where_they_differ(text: str, expected: list[str]) -> None:
    assert former_words(text) == expected
