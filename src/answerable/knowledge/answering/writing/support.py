"""Whether a passage says what a sentence says.

There is no model in this. Numbers with their units, dates, names, negations and words that turn the meaning
must be those of the passage, near each other. In English, one sentence of the passage must account for every
other word too (`accounting`), with the same qualifiers (`qualifiers`). In other languages the rest is the
share of the sentence's words that one place of the passage has, and where that leaves a doubt, the cosine of
the two vectors. The tests measure it on written pairs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from answerable.knowledge.answering.evidence import QUOTE_LIMIT
from answerable.knowledge.answering.writing import accounting, facts, qualifiers
from answerable.knowledge.answering.writing.passages import SourcePassage
from answerable.knowledge.answering.writing.wording import content, has, plain
from answerable.knowledge.lexical.words import fold, words
from answerable.knowledge.parsing.language import language_of

ENOUGH_WORDS = 0.75
"""Share of a sentence's words that is support by itself."""
SOME_WORDS = 0.3
"""Share below which nothing is support."""
_BOUND_WORDS = 0.4
"""Share of the words around a number that the place of the number must have."""
_SHORTEST_BEGINNING = 4
_CLAUSE = re.compile(r"[,;:.!?]\s|\s(?:but|while|whereas|although|unless|however)\s", re.IGNORECASE)
_PART = re.compile(r"[,;]\s|\s(?:and|but|while|whereas)\s", re.IGNORECASE)
_PASSIVE = re.compile(r"\bby\b", re.IGNORECASE)
_LISTED = re.compile(r"\b(?:and|or)\b", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


class Doubt(StrEnum):
    """Why a sentence is not supported."""

    UNCITED = "uncited"
    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    SET_WORD = "set_word"
    NEGATION = "negation"
    OPPOSITE = "opposite"
    QUALIFIER = "qualifier"
    ORDER = "order"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a passage, relative to its text; at most QUOTE_LIMIT characters."""

    passage: SourcePassage
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words there, as they stand."""
        return self.passage.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Support:
    """What speaks for a sentence: `words` is the share of its words that the spans have, and with `doubt`
    None it is supported if that is at least ENOUGH_WORDS, or if `least_cosine` is reached."""

    spans: tuple[Span, ...]
    words: float
    doubt: Doubt | None = None

    @property
    def is_sure(self) -> bool:
        """Whether the words alone are support."""
        return self.doubt is None and self.words >= ENOUGH_WORDS

    @property
    def least_cosine(self) -> float:
        """The cosine of sentence and spans from which on they are support: the fewer words they share, the
        nearer they must be."""
        return 0.88 - 0.35 * self.words


def find_support(sentence: str, citations: Sequence[tuple[SourcePassage, str]]) -> Support:
    """The support that the cited passages give to a sentence; each comes with the words that are to prove it,
    which need not be there."""
    if not citations:
        return Support((), 0.0, Doubt.UNCITED)
    spans = tuple(_best_span(sentence, passage, quote) for passage, quote in citations)
    around = " ".join([span.text for span in spans] + [passage.above for passage, _ in citations])
    share = _share(facts.stems(sentence), around)
    doubt = _doubt(sentence, spans)
    if doubt is None and _in_english(spans):
        share = max(share, ENOUGH_WORDS)  # every word is accounted for
    elif doubt is None and share < SOME_WORDS:
        doubt = Doubt.WORDS
    useful = tuple(span for span in spans if _adds(sentence, span)) or spans[:1]
    return Support(useful, share, doubt)


def _best_span(sentence: str, passage: SourcePassage, quote: str) -> Span:
    """The quoted words with the sentence they stand in, when they are there and say as much as any other
    place; else the one or two neighbouring sentences that have most of the sentence."""
    wanted = facts.stems(sentence)
    values = {amount.value for amount in facts.amounts(sentence)}
    places = [(start, end) for start, end in passage.spans]
    places += [(first[0], second[1]) for first, second in pairwise(passage.spans)]
    places = [place for place in places if place[1] - place[0] <= QUOTE_LIMIT]
    places = places or [(0, min(QUOTE_LIMIT, len(passage.text)))]
    quoted = _located(passage.text, quote)

    def worth(place: tuple[int, int]) -> tuple[float, int]:
        text = passage.text[place[0] : place[1]]
        share = _share(wanted, text)
        if values:
            share += len(values & {amount.value for amount in facts.amounts(text)}) / len(values)
        if quoted is not None and place[0] <= quoted[0] and quoted[1] <= place[1]:
            share += 0.1
        return share - 0.0004 * (place[1] - place[0]), -place[0]

    start, end = max(places, key=worth)
    return Span(passage, start, end)


def _located(text: str, quote: str) -> tuple[int, int] | None:
    """Where quoted words stand, whatever the white space between them; None when they do not."""
    quoted = quote.strip()[:QUOTE_LIMIT]
    if len(quoted) < 3:
        return None
    found = re.search(r"\s+".join(re.escape(word) for word in _SPACE.split(quoted)), text, re.IGNORECASE)
    return None if found is None else found.span()


def _adds(sentence: str, span: Span) -> bool:
    return _share(facts.stems(sentence), span.text) >= SOME_WORDS


def _doubt(sentence: str, spans: Sequence[Span]) -> Doubt | None:
    english = _in_english(spans)
    above = " ".join(span.passage.above for span in spans)
    said = " ".join(span.text for span in spans)
    if not _dates_stand(sentence, said, above):
        return Doubt.DATE
    if not all(_stands(sentence, amount, spans) for amount in facts.amounts(sentence)):
        return Doubt.NUMBER
    whole = fold(" ".join([span.passage.text for span in spans] + [above]))
    if not all(facts.is_named(name, whole) for name in facts.names(sentence, first=not english)):
        return Doubt.NAME
    if not facts.set_words(sentence) <= facts.set_words(f"{said} {above}"):
        return Doubt.SET_WORD
    if not english:
        return _opposed(sentence, _nearest_clause(sentence, said)) or _order(sentence, said)
    return _difference(sentence, [place for span in spans for place in _places(span)]) or _order(
        sentence, said
    )


def _order(sentence: str, said: str) -> Doubt | None:
    return Doubt.ORDER if _turned_around(sentence, said) else None


def _opposed(sentence: str, clause: str) -> Doubt | None:
    """Whether one denies what the other says."""
    if facts.negated(sentence) != facts.negated(clause):
        return None if _denied_otherwise(sentence, clause) else Doubt.NEGATION
    return Doubt.OPPOSITE if facts.contradicts(sentence, clause) else None


def _in_english(spans: Sequence[Span]) -> bool:
    """Whether the lists of English words apply: not where the passages are in another known language."""
    return language_of(" ".join(span.passage.text for span in spans)) in {None, "en"}


def _places(span: Span) -> list[accounting.Place]:
    passage = span.passage
    return accounting.places(passage.text, passage.spans, span.start, span.end, passage.above)


def _difference(sentence: str, there: Sequence[accounting.Place]) -> Doubt | None:
    """What one side says and the other does not."""
    place = accounting.nearest(sentence, there)
    clause = place.said_of(sentence)
    if doubt := _opposed(plain(sentence), plain(clause)):
        return doubt
    if accounting.unaccounted(sentence, there):
        return Doubt.WORDS
    texts = [each.text for each in there]
    if (
        qualifiers.bounds_differ(sentence, texts)
        or qualifiers.differ(sentence, clause, place.text)
        or qualifiers.prepositions_differ(sentence, " ".join(texts))
    ):
        return Doubt.QUALIFIER
    if accounting.turned_around(sentence, place.text) or accounting.mixed(sentence, place.text):
        return Doubt.ORDER
    return None


def _denied_otherwise(sentence: str, clause: str) -> bool:
    return facts.denies(clause) if facts.negated(sentence) else facts.denies(sentence)


def _dates_stand(sentence: str, said: str, above: str) -> bool:
    """Whether the cited text has the dates and months, and not other dates after the words that they come
    after in the sentence."""
    text = f"{said} {above}"
    if not facts.dates(sentence) <= facts.dates(text) or not facts.months(sentence) <= facts.months(text):
        return False
    there = facts.dated_anchors(said)
    for date, anchor in facts.dated_anchors(sentence):
        others = [other for day, other in there if day != date]
        if anchor in others and (date, anchor) not in there:
            return False
    return True


def _stands(sentence: str, amount: facts.Amount, spans: Sequence[Span]) -> bool:
    """Whether a cited place has the number, of the same unit where both have one, among words of that part of
    the sentence that the number stands in."""
    part = _part_around(sentence, amount)
    wanted = facts.stems(part)
    for span in spans:
        passage = span.passage
        for start, end in passage.spans:
            text = passage.text[start:end]
            if not _has_amount(
                text, amount, facts.anchor(sentence, amount), facts.follower(sentence, amount)
            ):
                continue
            around = f"{text} {passage.above}"
            if _share(wanted, around) >= _BOUND_WORDS or _share_said(part, around) >= _BOUND_WORDS:
                return True
        if any(found.value == amount.value for found in facts.amounts(passage.above)):
            return True
    return False


def _has_amount(text: str, amount: facts.Amount, anchor: str | None, follower: str | None) -> bool:
    """Whether a text has the amount, and not another after the word that it comes after in the sentence, or
    before the word that it comes before."""
    found = facts.amounts(text)
    same = [each for each in found if _same_amount(each, amount)]
    if not same:
        return False
    different = [each for each in found if each.value != amount.value]
    if (
        follower is not None
        and follower in [facts.follower(text, each) for each in different]
        and all(facts.follower(text, each) not in {follower, None} for each in same)
    ):
        return False
    others = [facts.anchor(text, each) for each in different]
    return anchor not in others or any(facts.anchor(text, each) == anchor for each in same)


def _same_amount(found: facts.Amount, wanted: facts.Amount) -> bool:
    return found.value == wanted.value and (
        found.unit == wanted.unit or found.unit is None or wanted.unit is None
    )


def _part_around(sentence: str, amount: facts.Amount) -> str:
    """The part of the sentence, between commas and "and"s, that the number stands in; a part without words of
    its own counts with what is before it."""
    start, end = 0, len(sentence)
    for match in _PART.finditer(sentence):
        if match.end() <= amount.start and len(facts.stems(sentence[match.end() : end])) > 1:
            start = match.end()
        elif match.start() >= amount.end and len(facts.stems(sentence[start : match.start()])) > 1:
            end = match.start()
            break
    return sentence[start:end]


def _nearest_clause(sentence: str, said: str) -> str:
    """The clause of the cited text that has most of the sentence; the whole where no clause stands out."""
    wanted = facts.stems(sentence)
    clauses = [clause for clause in _CLAUSE.split(said) if clause.strip()]
    if len(clauses) < 2:
        return said
    shares = [_share(wanted, clause) for clause in clauses]
    best = max(shares)
    return clauses[shares.index(best)] if best >= SOME_WORDS else said


def _turned_around(sentence: str, said: str) -> bool:
    """Whether two names come in the other order than in the cited text, both actively or both passively."""
    if bool(_PASSIVE.search(sentence)) != bool(_PASSIVE.search(said)):
        return False
    named = {fold(name) for name in re.findall(r"\b[^\W\d_a-z][\w'’.-]*", said)}
    names = set(facts.names(sentence)) & named
    groups = [
        group for group in facts.full_names(sentence) if group in fold(said) and names & set(group.split())
    ]
    if len(groups) != 2 or _LISTED.search(sentence):
        return False
    folded = fold(said)
    return folded.find(groups[0]) > folded.find(groups[1])


def _share(wanted: Sequence[str], text: str) -> float:
    """The share of stems that a text has, also with other endings."""
    if not wanted:
        return 0.0
    there = _stems(text)
    return sum(_has(there, stem) for stem in wanted) / len(wanted)


def _share_said(part: str, text: str) -> float:
    """The share of a part's words that a text has, also said otherwise."""
    wanted = content(part)
    return sum(has(word, content(text)) for word in wanted) / max(1, len(wanted))


@lru_cache(maxsize=512)
def _stems(text: str) -> frozenset[str]:
    return frozenset(words(text))


def _has(there: frozenset[str], stem: str) -> bool:
    if stem in there:
        return True
    beginning = stem[: max(_SHORTEST_BEGINNING, len(stem) - 2)]
    return len(stem) >= _SHORTEST_BEGINNING and any(word.startswith(beginning) for word in there)
