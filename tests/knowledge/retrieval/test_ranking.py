"""The second look compares all candidates at once; what each gets is its own."""

from __future__ import annotations

import numpy as np

from answerable.kit import ids
from answerable.knowledge.indexing.passage import SentenceSketch
from answerable.knowledge.lexical.term_ids import TermIds
from answerable.knowledge.lexical.words import words
from answerable.knowledge.retrieval import SearchMode
from answerable.knowledge.retrieval.candidate import Candidate
from answerable.knowledge.retrieval.query import CHUNKS_TERM, QueryTerms, WeightedQuery
from answerable.knowledge.retrieval.ranking import rank

QUERY = 'Which "red kettle" boils the water of Bristol?'
PASSAGES = (
    ("The red kettle boils.", "It is in Bristol."),
    (),
    ("A red", "kettle boils the water of Bristol."),
    ("Nothing of it here.",),
    ("Water boils.", "Bristol has water.", "The kettle is red."),
)
LENGTH = 8


def candidate(number: int, sentences: tuple[str, ...], workspace_id: str, *, vectors: bool) -> Candidate:
    term_ids = TermIds(workspace_id)
    found = [term_ids.of(words(sentence)) for sentence in sentences]
    text = " ".join(sentences)
    random = np.random.default_rng(number)
    spans = [(text.index(one), text.index(one) + len(one)) for one in sentences]
    sketch = SentenceSketch(
        np.array(spans, np.int32).reshape(-1, 2),
        np.array([len(one) for one in found], np.int32),
        np.array([term for one in found for term in one], np.int32),
        random.standard_normal((len(sentences), LENGTH if vectors else 0)).astype(np.float32),
    )
    return Candidate(
        chunk_id=f"chk_{number}",
        document_id="doc_x",
        title=f"passage {number}",
        ordinal=number,
        start=0,
        end=len(text),
        page=None,
        heading_path=("Kettles",) if number % 2 else (),
        table_header=None,
        section=None,
        text=text,
        sketch=sketch,
        cosine=0.1 * number,
        bm25=0.2,
    )


def test_a_candidates_score_does_not_hang_on_those_beside_it() -> None:
    workspace_id = ids.new_id("ws")
    terms = QueryTerms.of(QUERY, workspace_id)
    counts = {CHUNKS_TERM: 50} | {term: 3 + place for place, term in enumerate(terms.terms)}
    vector = np.random.default_rng(99).standard_normal(LENGTH).astype(np.float32)
    several = [
        candidate(number, sentences, workspace_id, vectors=number != 3)
        for number, sentences in enumerate(PASSAGES)
    ]
    for mode, known in ((SearchMode.HYBRID, vector), (SearchMode.DENSE, vector), (SearchMode.LEXICAL, None)):
        query = WeightedQuery.of(terms, counts, known)
        together = {passage.candidate.chunk_id: passage.score for passage in rank(query, several, mode)}
        alone = {one.chunk_id: rank(query, [one], mode)[0].score for one in several}
        np.testing.assert_allclose([together[chunk] for chunk in alone], list(alone.values()), rtol=1e-5)
        assert len({round(score, 6) for score in together.values()}) > 2


def test_words_that_meet_across_two_passages_are_no_neighbours() -> None:
    workspace_id = ids.new_id("ws")
    terms = QueryTerms.of("broken kettle", workspace_id)
    query = WeightedQuery.of(terms, {CHUNKS_TERM: 10} | dict.fromkeys(terms.terms, 2), None)
    first = candidate(0, ("It is broken",), workspace_id, vectors=False)
    second = candidate(2, ("kettle of tin",), workspace_id, vectors=False)
    scores = [rank(query, [first, second], SearchMode.LEXICAL), rank(query, [second], SearchMode.LEXICAL)]
    assert {round(p.score, 6) for p in scores[0] if p.candidate is second} == {round(scores[1][0].score, 6)}
    both = candidate(4, ("It is broken kettle",), workspace_id, vectors=False)
    assert rank(query, [first, second, both], SearchMode.LEXICAL)[0].candidate is both


def test_copies_of_what_has_no_words_come_last_too() -> None:
    workspace_id = ids.new_id("ws")
    terms = QueryTerms.of("kettle", workspace_id)
    query = WeightedQuery.of(terms, {CHUNKS_TERM: 10} | dict.fromkeys(terms.terms, 2), None)
    several = [candidate(2 * number, ("]]]",), workspace_id, vectors=False) for number in range(3)]
    several.append(candidate(8, ("Nothing of it.",), workspace_id, vectors=False))
    ranked = rank(query, several, SearchMode.LEXICAL)
    assert [passage.candidate.text for passage in ranked[2:]] == ["]]]", "]]]"]
