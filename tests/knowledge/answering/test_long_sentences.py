"""A sentence too long to be quoted whole is quoted by as many of its clauses as there is room for."""

from __future__ import annotations

import numpy as np
import pytest

from answerable.knowledge.answering.evidence import QUOTE_LIMIT, Excerpt, ScoredSentence
from answerable.knowledge.answering.long_sentences import with_clauses
from answerable.knowledge.indexing.passage import SentenceSketch
from answerable.knowledge.lexical.sentences import sentences
from answerable.knowledge.retrieval import Candidate, RankedPassage

NEW = "The harbour was dredged in 1912. "
LONG = (
    "The archive of the harbour office in Bremen, opened by the senator for trade after many years of "
    "debate, keeps the papers of every ship that has called at the port since the first steamers, copies of "
    "which are lent to anyone who asks in writing, for a fee of eleven euros, and shows them each spring in "
    "the old customs house beside the lock, where the last harbour master used to live."
)


def passage(text: str) -> RankedPassage:
    spans = sentences(text)
    none = np.zeros(0, dtype=np.int32)
    sketch = SentenceSketch(
        np.array(spans, dtype=np.int32),
        np.zeros(len(spans), dtype=np.int32),
        none,
        np.zeros((len(spans), 0), dtype=np.float32),
    )
    return RankedPassage(
        Candidate("c", "d", "", 0, 0, len(text), None, (), None, None, text, sketch, 0.5, 0.5), 0.5
    )


def excerpt_of(found: RankedPassage, place: int) -> Excerpt:
    start, end = found.candidate.sketch.spans[place].tolist()
    none = np.zeros(0, dtype=np.float32)
    best = ScoredSentence(0, start, end, none, 1.0, True, False, 0, 0.0, frozenset(), frozenset(), ())
    return Excerpt(0, start, end, best)


def quoted(text: str, *places: int) -> list[str]:
    found = passage(text)
    made = with_clauses([excerpt_of(found, place) for place in places], [found])
    return [text[item.start : item.end] for item in made]


def test_the_sentence_has_two_parts() -> None:
    assert len(LONG) > QUOTE_LIMIT
    assert len(sentences(LONG)) == 2


def test_the_first_part_goes_on_to_the_end_of_a_clause() -> None:
    first, second = (LONG[start:end] for start, end in sentences(LONG))
    (quote,) = quoted(LONG, 0)
    assert quote.startswith(first)
    assert len(first) < len(quote) <= QUOTE_LIMIT
    assert quote.endswith(",")
    assert second.startswith(quote.removeprefix(first).strip())


def test_the_second_part_begins_with_an_earlier_clause() -> None:
    _, second = (LONG[start:end] for start, end in sentences(LONG))
    (quote,) = quoted(NEW + LONG, 2)
    assert quote.endswith(second)
    assert len(second) < len(quote) <= QUOTE_LIMIT
    assert LONG[: LONG.index(quote)].endswith(", ")


def test_two_parts_that_are_both_quoted_stay_apart() -> None:
    first, second = quoted(LONG, 0, 1)
    assert LONG.startswith(first)
    assert LONG.endswith(second)
    assert len(first) + len(second) < len(LONG) + 1


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (NEW + NEW, 0),
        (NEW + NEW, 1),
        (NEW + LONG, 0),
        ("Opening hours, by season\n\n" + NEW, 1),
        ("घाट पर पुस्तकालय है, पुराना। द्वार हरा है, बड़ा भी। चाबी वहीं है, मेज़ पर।", 1),
        ("البوابة خضراء، كبيرة؟ المفتاح هنا، على الطاولة؟ نعم، هو هنا.", 1),
        ("花园的大门，宽四米。晚上七点，关门。钥匙，在管理员那里。", 1),
    ],
)
def test_a_whole_sentence_stays_as_it_is(text: str, place: int) -> None:
    start, end = sentences(text)[place]
    assert quoted(text, place) == [text[start:end]]
