"""A query taken apart: its words, how much each tells, and its vector."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from answerable.knowledge.embedding import QueryVector
from answerable.knowledge.lexical.bm25 import inverse_document_frequency
from answerable.knowledge.lexical.content_words import content_words
from answerable.knowledge.lexical.function_words import language_of
from answerable.knowledge.lexical.term_ids import TermIds
from answerable.knowledge.lexical.words import former_words, words
from answerable.knowledge.retrieval.filters import Filters

_MOST_WORDS = 64
_LATER_WORD = re.compile(r"(?<=\s)[^\W\d_]\w*(?:['’.-]\w+)*")
_WITH_DIGIT = re.compile(r"\b(?:[^\W_]|-)*\d[\w.,-]*")
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{3,200})[\"”“»]|[「『]([^「」『』]{2,200})[」』]")
_CAPITAL_NOUNS = "de"
"""Where every noun has a capital, none tells a name."""
_UNKNOWN_WORD = 0.5
_PAIRED, _PAIRED_WITH = 2, 4
_MOST_OF_PAIRED = 20_000
"""Chunks of the rarer word of a pair: cutting longer lists with each other takes too long."""
_LONG_NAME = 7
"""Letters of a name that may be a slip: a shorter one is more often another name."""
CHUNKS_TERM = 0
"""The entry of the term statistics that counts the workspace's chunks."""


class SearchMode(StrEnum):
    """By meaning, by words, or by both."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look: everywhere, or in these documents and sources, and where the filters hold (all that is
    given must)."""

    document_ids: tuple[str, ...] | None = None
    source_ids: tuple[str, ...] | None = None
    filters: tuple[Filters, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether nothing is left out."""
        narrow = self.document_ids is not None or self.source_ids is not None
        return not narrow and all(given.is_open for given in self.filters)

    def narrowed(self, filters: Filters | None) -> Scope:
        """The same where these filters hold too."""
        return self if filters is None else replace(self, filters=(*self.filters, filters))


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """The distinct words of a query as term ids, which of them say what it is about, and which of them are
    names or have digits. `read_as` has the words that were put right, as they were written, with the stem
    that they are read as; `phrases` the terms of what stands in quotation marks, two words and more each;
    `former` those that only documents have whose words a former version found."""

    words: Mapping[int, str]
    content: frozenset[int]
    names: frozenset[int] = frozenset()
    read_as: Mapping[str, str] = field(default_factory=dict)
    phrases: tuple[tuple[int, ...], ...] = ()
    former: frozenset[int] = frozenset()

    @property
    def terms(self) -> tuple[int, ...]:
        """The term ids, in the order of the query."""
        return tuple(self.words)

    @classmethod
    def of(cls, query: str, workspace_id: str) -> QueryTerms:
        """The terms of a query as the workspace numbers them; a very long query counts by its first words."""
        number = TermIds(workspace_id)
        distinct = list(dict.fromkeys(words(query)))[:_MOST_WORDS]
        content = number.of(content_words(query)[:_MOST_WORDS])
        names = words(" ".join(_names(query, distinct)[:_MOST_WORDS]))
        terms = dict(zip(number.of(distinct), distinct, strict=True))
        quoted = [number.of(words("".join(found))) for found in _QUOTED.findall(query)[:_MOST_WORDS]]
        phrases = tuple(tuple(phrase) for phrase in quoted if len(phrase) > 1)
        before = former_words(query)[:_MOST_WORDS]
        former = dict(zip(number.of(before), before, strict=True))
        content_terms = frozenset(content) | former.keys()
        named = frozenset(number.of(names))
        return cls(terms | former, content_terms, named, phrases=phrases, former=frozenset(former))

    def present(self, counts: Mapping[int, int]) -> QueryTerms:
        """The same without the former words that no chunk has any more."""
        gone = {term for term in self.former if counts.get(term, 0) <= 0}
        if not gone:
            return self
        kept = {term: word for term, word in self.words.items() if term not in gone}
        return replace(self, words=kept, content=self.content - gone, former=self.former - gone)

    def unheard_of(self, counts: Mapping[int, int]) -> list[int]:
        """The content terms that no chunk has and that may be slips; a name is one only when it is long."""
        return [
            term
            for term, word in self.words.items()
            if term in self.content
            and counts.get(term, 0) <= 0
            and (term not in self.names or len(word) >= _LONG_NAME)
        ]

    def reading(self, meant: Mapping[int, tuple[int, str]], written: Mapping[str, str]) -> QueryTerms:
        """The same with some terms read as others, each given as number and word, where the query does not
        have those already. `written` has the query's words as they stand there."""
        chosen = {term: new for term, new in meant.items() if new[0] not in self.words}
        numbers = {term: new for term, (new, _) in chosen.items()}
        return replace(
            self,
            words=dict(chosen.get(term, (term, word)) for term, word in self.words.items()),
            content=frozenset(numbers.get(term, term) for term in self.content),
            names=frozenset(numbers.get(term, term) for term in self.names),
            read_as={
                written.get(self.words[term], self.words[term]): word for term, (_, word) in chosen.items()
            },
        )


@dataclass(frozen=True, slots=True)
class WeightedQuery:
    """A query against one workspace's statistics. `idf` has each term's inverse document frequency; `known`
    the terms that occur at all, rarest first, with the number of chunks they occur in; `content` the terms
    that say what the query is about, `shares` each one's part of their whole weight (they sum to 1),
    `words` the same as words; `vector` is by the encoder of `generation`, whose unrelated texts have the mean
    cosine `baseline`; `name_shares` has the shares of those that are names or have digits among
    themselves (they sum to 1, or are all 0). `neighbours` has its neighbouring terms, each pair as one number
    (the first shifted by 32 bits), and `neighbour_shares` their shares by the weight of the rarer one."""

    chunks: int
    idf: Mapping[int, float]
    content: NDArray[np.int32]
    shares: NDArray[np.float32]
    words: tuple[str, ...]
    name_shares: NDArray[np.float32]
    known: tuple[tuple[int, int], ...]
    vector: QueryVector | None
    neighbours: NDArray[np.int64]
    neighbour_shares: NDArray[np.float32]
    generation: int = 1
    baseline: float = 0.0
    phrases: tuple[tuple[int, ...], ...] = ()
    read_as: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, query: QueryTerms, counts: Mapping[int, int], vector: QueryVector | None) -> WeightedQuery:
        """Weigh a query by how many chunks each of its terms occurs in."""
        chunks = max(0, counts.get(CHUNKS_TERM, 0))
        known = sorted((counts.get(term, 0), term) for term in query.terms)
        idf = {term: inverse_document_frequency(counts.get(term, 0), chunks) for term in query.terms}
        content = [term for term in idf if term in query.content] or list(idf)
        neighbours = list(dict.fromkeys(pairwise(idf)))
        weights = np.array(
            [idf[term] * cls._trust(query, counts, term) for term in content], dtype=np.float32
        )
        return cls(
            chunks=chunks,
            idf=idf,
            content=np.array(content, dtype=np.int32),
            shares=_shares(weights),
            words=tuple(query.words[term] for term in content),
            name_shares=_shares(np.array([idf[term] if term in query.names else 0.0 for term in content])),
            known=tuple((term, count) for count, term in known if count > 0),
            vector=vector,
            neighbours=np.array([first << 32 | second for first, second in neighbours], dtype=np.int64),
            neighbour_shares=_shares(np.array([max(idf[one], idf[two]) for one, two in neighbours])),
            phrases=query.phrases,
            read_as=query.read_as,
        )

    @staticmethod
    def _trust(query: QueryTerms, counts: Mapping[int, int], term: int) -> float:
        """A word that no chunk has, unless it is a name, is often another word for what they have."""
        return 1.0 if counts.get(term, 0) > 0 or term in query.names else _UNKNOWN_WORD

    @property
    def total(self) -> float:
        """The weight of all its terms together, known or not: what scores are measured against."""
        return sum(self.idf.values())

    def rarest(self, enough: int) -> list[int]:
        """The rarest terms whose chunks together are at most `enough`; the rarest one in any case."""
        chosen: list[int] = []
        room = enough
        for term, count in self.known:
            room -= count
            if chosen and room < 0:
                break
            chosen.append(term)
        return chosen

    def chunks_with(self, terms: Collection[int]) -> int:
        """At most in how many chunks these terms occur."""
        return sum(count for term, count in self.known if term in terms)

    def pairs(self, covered: Collection[int]) -> list[tuple[int, int]]:
        """Each of the rarest terms with each of those next in rareness, the rarer one first. Those whose
        chunks are all looked at anyway (`covered`) are left: a pair with one finds nothing besides."""
        rare = [known for known in self.known if known[0] not in covered][:_PAIRED_WITH]
        return [
            (first, second)
            for place, (first, count) in enumerate(rare[:_PAIRED])
            if count <= _MOST_OF_PAIRED
            for second, _ in rare[place + 1 :]
        ]


def _names(query: str, terms: Collection[str]) -> list[str]:
    """Words with a capital that do not begin the query, and those with a digit."""
    with_digit: list[str] = _WITH_DIGIT.findall(query)
    if language_of(terms) == _CAPITAL_NOUNS:
        return with_digit
    return [word for word in _LATER_WORD.findall(query) if word[0].isupper()] + with_digit


def _shares(weights: NDArray[np.floating]) -> NDArray[np.float32]:
    shares: NDArray[np.float32] = (weights / max(float(weights.sum()), 1e-9)).astype(np.float32)
    return shares
