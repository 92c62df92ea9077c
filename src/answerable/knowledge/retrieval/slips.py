"""Words of a query that nobody wrote, read as words that somebody did."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from answerable.kit.db import Session
from answerable.knowledge.lexical.spelling import slips
from answerable.knowledge.lexical.stemming import stem
from answerable.knowledge.lexical.term_ids import TermIds
from answerable.knowledge.lexical.words import fold
from answerable.knowledge.retrieval import repository
from answerable.knowledge.retrieval.query import QueryTerms

_MOST_SLIPS = 4
"""Words of one query that are put right; a query of more is in another language, or noise."""
_WORD = re.compile(r"[^\W\d_]+")


def surfaces(text: str) -> dict[str, str]:
    """The words of a text as they stand there, by what search compares; the first of each."""
    found: dict[str, str] = {}
    for word in _WORD.findall(text):
        found.setdefault(stem(fold(word)), word)
    return found


async def put_right(
    session: Session,
    query: str,
    terms: QueryTerms,
    counts: Mapping[int, int],
    is_word: Callable[[str], bool],
) -> tuple[QueryTerms, dict[int, int]]:
    """The query with each word that no chunk has, and that is none for all we know (`is_word`), read as the
    most common one that it may be a slip for; and the counts of its terms. One lookup more for queries that
    have such a word, none for others."""
    written = surfaces(query)
    unheard_of = [
        term
        for term in terms.unheard_of(counts)
        if not is_word(fold(written.get(terms.words[term], terms.words[term])))
    ]
    number = TermIds(session.workspace_id)
    candidates = {
        term: {number(word): word for word in slips(terms.words[term])} for term in unheard_of[:_MOST_SLIPS]
    }
    wanted = [found for words in candidates.values() for found in words]
    if not wanted:
        return terms, dict(counts)
    there = {term: n for term, n in (await repository.counts_of(session, wanted)).items() if n > 0}
    meant = {}
    for term, words in candidates.items():
        found = [(there[other], word, other) for other, word in words.items() if other in there]
        if found:
            _, word, other = max(found)
            meant[term] = (other, word)
    return terms.reading(meant, written), {**counts, **there}
