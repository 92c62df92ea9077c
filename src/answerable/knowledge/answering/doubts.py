"""What speaks against an excerpt as the answer, however near it is to the question.

A passage on the right topic may lack the fact. Then something of the question is nowhere in it, or nothing in
it has the form that the answer must have.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import astuple, dataclass

import numpy as np

from answerable.knowledge.answering.evidence import Excerpt
from answerable.knowledge.answering.expectation import Expectation, Expected
from answerable.knowledge.lexical.words import words
from answerable.knowledge.retrieval import Candidate, RankedPassage
from answerable.knowledge.retrieval.query import WeightedQuery

_SHORTEST_STEM = 4
_YEAR = re.compile(r"1\d{3}|20\d\d")
_PART = r"(?:[^\W\d_]{1,3}|[^\W\d]*\d\w*)"
_CODE = re.compile(rf"(?=.*\d)(?=.*[^\W\d_])(?!\d+-[^\W\d_]+\Z){_PART}(?:[-./]{_PART})*")
"""X-4711, ISO-9001, lindau8; not covid-19, 12-year-old or 5-day."""
_COUNTED = re.compile(r"\d+(?:st|nd|rd|th|s)|\d+[^\W\d_]{1,3}")
"""A place in a row (20th), a decade (1990s), an amount with its unit (5kg)."""
_SEPARATORS = re.compile(r"[\W_]+")
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Doubts:
    """Each is 0 (none) to 1. Words are the question's content words, by their weight (rare ones weigh more);
    one is there too in another form ("German", "Germany"), or when it only names the kind of the answer
    ("price") and something of the kind is there."""

    nameless: float
    """Share of its names and numbers that passage and headings lack, among these."""
    yearless: float
    """A year of the question is not in passage and headings."""
    codeless: float
    """A code of the question (X-4711, ISO-9001, A4) is not in passage and headings: what is said there
    is of another thing."""
    wordless: float
    """Share of its words that the excerpt and the headings lack."""
    attributeless: float
    """Share of the words that are no names which the excerpt and the headings lack, among these: "attend
    university" where the excerpt has the person alone."""
    rarest: float
    """The greatest part that one lacking word has in the whole."""
    unmeasured: float
    """An amount of some kind is asked for and the best sentence has none (a half: one beside it has)."""
    uncounted: float
    """"How many" is asked and nothing of that name is counted."""
    undated: float
    """"When" is asked and there is no date (a half: a number)."""
    unrepeated: float
    """"How often" is asked and nothing says so."""

    def weighed(self, weights: Doubts) -> float:
        """The sum of the doubts, each times its weight."""
        pairs = zip(astuple(self), astuple(weights), strict=True)
        return sum((doubt * weight for doubt, weight in pairs), 0.0)


def doubts(
    expectation: Expectation, query: WeightedQuery, passage: RankedPassage, excerpt: Excerpt
) -> Doubts:
    """What speaks against this excerpt of this passage."""
    candidate = passage.candidate
    text = candidate.text[excerpt.start : excerpt.end]
    best = candidate.text[excerpt.best.start : excerpt.best.end]
    met = expectation.met_by(best)
    above = frozenset(words("\n".join((candidate.title, *candidate.heading_path))))
    around = above.union(words(text))
    whole = above.union(words(candidate.text))
    years = [word for word in query.words if _YEAR.fullmatch(word)]
    said = np.array([met >= 1 and word in expectation.type_words for word in query.words], dtype=np.bool_)
    lacks = ~said & np.array([not _has(around, word) for word in query.words], dtype=np.bool_)
    attributes = ~said & (query.name_shares == 0)
    kind = expectation.kind
    shares = np.array([query.idf[term] for term in query.content.tolist()])
    shares = shares / max(shares.sum(), _TINY)
    return Doubts(
        nameless=excerpt.best.nameless,
        yearless=float(any(year not in whole for year in years)),
        codeless=_codeless(query.words, candidate),
        wordless=float(shares[lacks].sum()),
        attributeless=float(shares[lacks & attributes].sum() / max(shares[attributes].sum(), _TINY)),
        rarest=float(shares[lacks].max(initial=0)),
        unmeasured=_unmeasured(expectation, met, text),
        uncounted=float(bool(expectation.counted) and not expectation.counts(text)),
        undated=1 - met if kind is Expected.DATE else 0,
        unrepeated=1 - met if kind is Expected.FREQUENCY else 0,
    )


def _codeless(asked: Collection[str], candidate: Candidate) -> float:
    codes = [word for word in asked if _CODE.fullmatch(word) and not _COUNTED.fullmatch(word)]
    if not codes:
        return 0.0
    there = "\n".join((candidate.title, *candidate.heading_path, candidate.text)).casefold()
    joined = _SEPARATORS.sub("", there)
    return float(any(_SEPARATORS.sub("", code) not in joined for code in codes))


def _unmeasured(expectation: Expectation, met: float, text: str) -> float:
    if expectation.quantity is None:
        return 0.0
    return 1 - max(met, expectation.met_by(text) / 2)


def _has(there: Collection[str], stem: str) -> bool:
    """Whether one of the words begins as the stem does; a number, a short word or one of letters that do not
    bend must be there as it is."""
    if stem in there:
        return True
    if len(stem) < _SHORTEST_STEM or any(letter.isdigit() for letter in stem):
        return False
    beginning = stem[: max(_SHORTEST_STEM, len(stem) - 2)]
    return any(word.startswith(beginning) for word in there)
