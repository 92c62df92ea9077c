"""What speaks against an excerpt as the answer."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from answerable.knowledge.answering.confidence import LINE, confidence
from answerable.knowledge.answering.doubts import Doubts, doubts
from answerable.knowledge.answering.evidence import choose_excerpts, score_sentences
from answerable.knowledge.answering.expectation import Expectation
from answerable.knowledge.indexing.passage import SentenceSketch
from answerable.knowledge.lexical.sentences import sentences
from answerable.knowledge.lexical.term_ids import TermIds
from answerable.knowledge.lexical.words import words
from answerable.knowledge.retrieval import Candidate, RankedPassage, SearchMode
from answerable.knowledge.retrieval.query import CHUNKS_TERM, QueryTerms, WeightedQuery

WORKSPACE = "ws_a"
NONE = Doubts(*[0] * len(fields(Doubts)))


def found_doubts(question: str, text: str, *, title: str = "A document") -> Doubts:
    """The doubts about the best excerpt of a passage of a workspace with a hundred others."""
    spans = sentences(text)
    number = TermIds(WORKSPACE)
    terms = [number.of(words(text[start:end])) for start, end in spans]
    sketch = SentenceSketch(
        np.array(spans, dtype=np.int32),
        np.array([len(found) for found in terms], dtype=np.int32),
        np.array([term for found in terms for term in found], dtype=np.int32),
        np.zeros((len(spans), 0), dtype=np.float32),
    )
    candidate = Candidate("c", "d", title, 0, 0, len(text), None, (), None, None, text, sketch, 0.5, 0.5)
    passage = RankedPassage(candidate, 0.5)
    query = QueryTerms.of(question, WORKSPACE)
    counts = {CHUNKS_TERM: 100, **{term: 1 for found in terms for term in found}}
    weighted = WeightedQuery.of(query, counts, None)
    expectation = Expectation(question)
    excerpt = choose_excerpts(score_sentences(expectation, weighted, [passage], SearchMode.HYBRID), 1, 2.0)[0]
    return doubts(expectation, weighted, passage, excerpt)


def test_nothing_speaks_against_a_sentence_that_answers_each_word() -> None:
    text = "The Bravanti Duo weighs 68 kilograms without packaging."
    assert found_doubts("How heavy is the Bravanti Duo?", text) == NONE


@pytest.mark.parametrize(
    ("question", "text", "doubt", "at_least"),
    [
        ("How much does the Duo cost?", "The Duo weighs 68 kilograms when empty.", "unmeasured", 1),
        ("Which colour is the Duo?", "The Duo has two groups and a boiler.", "unmeasured", 1),
        ("How many dogs are in the yard?", "The yard has 12 parking spaces.", "uncounted", 1),
        ("When was the Duo built?", "The Duo was built in Bergamo by hand.", "undated", 1),
        ("How often is the Duo oiled?", "The Duo is oiled by a technician.", "unrepeated", 1),
        ("What failed in May 2023?", "In May 2025 the shop failed for an hour.", "yearless", 1),
        ("What failed in May 2023?", "In May 2025 the shop failed for an hour.", "nameless", 0.3),
        ("What does part X-4711 weigh?", "Part X-4712 weighs 68 kilograms.", "codeless", 1),
        (
            "Who keeps the herons of Lindau20?",
            "Anna and two of her sisters keep the herons of Lindau8.",
            "codeless",
            1,
        ),
        ("Which university did Anna attend?", "Anna leads the service since January.", "attributeless", 1),
        ("Which university did Anna attend?", "Anna leads the service since January.", "wordless", 0.5),
        ("Which university did Anna attend?", "Anna leads the service since January.", "rarest", 0.3),
    ],
)
def test_what_is_not_there_is_a_doubt(question: str, text: str, doubt: str, at_least: float) -> None:
    assert getattr(found_doubts(question, text), doubt) >= at_least


def test_an_amount_beside_the_best_sentence_is_half_a_doubt() -> None:
    text = "Carla Nunes decides on the salary of the staff. Lunch is 25 euros."
    assert 0 < found_doubts("What is the salary of Carla Nunes?", text).unmeasured < 1


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Which Germans attended?", "The German attendance was low in spring."),
        ("Which machines were returned?", "All returns of one machine came in spring."),
        ("Welche Batterie gehört in den Keller?", "Batterien gehören in den Keller des Hauses."),
        ("游泳馆水温", "北岸游泳馆水温二十八度。"),
    ],
)
def test_another_form_of_a_word_is_no_doubt(question: str, text: str) -> None:
    assert found_doubts(question, text).wordless == 0


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What does part X-4711 weigh?", "Part X 4711 weighs 68 kilograms."),
        ("What does part x4711 weigh?", "Part X-4711 weighs 68 kilograms."),
        ("Who won in the 20th century?", "Anna and two of her sisters won in the twentieth century."),
        ("Who sang in the 1990s?", "Anna sang from 1990 to 1999."),
        ("Which bag holds 5kg?", "The bag holds five kilograms."),
        ("Which 5-day course is there?", "The course takes five days."),
        ("Which 12-year-old won?", "Anna won at the age of twelve."),
        ("What happened on 2024-05-01?", "The shop failed on 1 May 2024."),
    ],
)
def test_a_code_that_is_there_in_another_dress_and_what_is_no_code_are_no_doubt(
    question: str, text: str
) -> None:
    assert found_doubts(question, text).codeless == 0


def test_a_title_has_words_for_what_stands_under_it() -> None:
    text = "The cause was an expired certificate in the gateway."
    assert found_doubts("What was the cause of the outage?", text).wordless > 0
    assert found_doubts("What was the cause of the outage?", text, title="Shop outage").wordless == 0


@pytest.mark.parametrize("mode", list(SearchMode))
@pytest.mark.parametrize("doubt", [name for name in Doubts.__dataclass_fields__])
def test_each_doubt_lowers_the_confidence(mode: SearchMode, doubt: str) -> None:
    assert confidence(15, 0.7, replace(NONE, **{doubt: 1.0}), mode) < confidence(15, 0.7, NONE, mode)


@pytest.mark.parametrize("mode", list(SearchMode))
def test_a_higher_score_raises_the_confidence(mode: SearchMode) -> None:
    found = [confidence(score, 0.7, NONE, mode) for score in range(-5, 40, 5)]
    assert found == sorted(found)
    assert 0 < found[0] < LINE < found[-1] < 1
