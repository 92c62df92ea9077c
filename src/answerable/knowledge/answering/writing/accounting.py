"""Whether the words of a sentence are those of one place of what it cites, and stand to each other as there.

A place is a sentence of the passage, with those before it where it refers back ("it", "they"); titles and
headings count with every place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from answerable.knowledge.answering.writing import facts
from answerable.knowledge.answering.writing.wording import (
    Word,
    content,
    has,
    is_harmless,
    is_permission,
    is_verb,
    opposed,
    plain,
    same,
    same_word,
)

_PARTS = re.compile(r"[;,]\s|\b(?:and|but|while|whereas|although|though)\b", re.IGNORECASE)
_CLAUSES = re.compile(r"[,;:.!?]\s|\s(?:and|but|while|whereas|although|unless|however)\s", re.IGNORECASE)
_REFERS = re.compile(
    r"\b(?:it|its|they|them|their|this|these|those|he|she|his|her|him|both|there)\b", re.IGNORECASE
)
_BACK = 3
"""Sentences before one that it may refer to."""
_REFERRED = 2
"""Words at most that may come from there."""
_MODAL = re.compile(r"\b(?:may|can|cannot|could|must not|mustn['’]t)\b", re.IGNORECASE)
_SUBJECT = 2
"""Words before a verb that are taken for who does it."""
_RELATIVE = re.compile(r"\b(?:that|which|who|whom|whose)\b")
_BEFORE_NOUN = re.compile(
    r"\b(?:the|a|an|its|their|his|her|your|our|this|these|those|of|in|on|at|for|with|by|from|to|no|any|all|"
    r"every|each|into|than|under|over)\s+\Z"
)
_AFTER_NOUN = re.compile(
    r"\s+(?:may|can|cannot|could|must|shall|should|will|would|is|are|was|were|has|have|had|do|does|did|of|that|"
    r"which|who|whose)\b"
)
_RELATES = re.compile(r",\s(?:who|which|whose)\b")
_WHOLE = re.compile(r";\s")
"""Between clauses that each say a thing of its own."""
_ITSELF = frozenset(("charg", "open", "close", "start", "begin", "end", "chang", "run", "move"))
"""Stems of verbs that say with or without "be" that a thing does it."""
_STOP = re.compile(r"[,;:.]\s")
_FRONTED = re.compile(
    r"\s*(?:on|in|at|for|with|without|during|after|before|within|from|under|since|until|between|if|when|to|by|"
    r"as|although|while|because|there|per|every|each|of)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence of a passage, and what it may refer back to ("" where it does not)."""

    text: str
    before: str
    above: str

    def missing(self, wanted: Sequence[Word]) -> list[Word]:
        """The words that the place does not account for."""
        there = content(self.text)
        missing = []
        for number, word in enumerate(wanted):
            if self._has(word, there):
                continue
            if has(word, content(self.above)) and not self._replaces(wanted, number, there):
                continue
            missing.append(word)
        if missing and self.before and len(missing) <= _REFERRED and self._beside_reference(wanted, missing):
            missing = [word for word in missing if not has(word, content(self.before))]
        return missing

    def _replaces(self, wanted: Sequence[Word], number: int, there: Sequence[Word]) -> bool:
        """Whether the place has another word, which the sentence lacks, before what follows a word."""
        if number + 1 == len(wanted):
            return False
        return any(
            same(wanted[number + 1], follower) and not has(word, tuple(wanted)) and not is_verb(word)
            for word, follower in pairwise(there)
        )

    def _beside_reference(self, wanted: Sequence[Word], missing: Sequence[Word]) -> bool:
        """Whether the words stand beside what "it" or "they" stands beside in the place."""
        beside = [
            neighbour
            for number, word in enumerate(wanted)
            if word in missing
            for neighbour in (*wanted[max(0, number - 1) : number], *wanted[number + 1 : number + 2])
        ]
        there = content(self.text)
        for match in _REFERS.finditer(plain(self.text)):
            near = [word for word in there if word.start < match.start()][-1:]
            near += [word for word in there if word.start > match.start()][:1]
            if any(same(word, other) for word in beside for other in near):
                return True
        return False

    def _has(self, word: Word, there: tuple[Word, ...]) -> bool:
        if is_harmless(word) or has(word, there):
            return True
        if is_permission(word) and _MODAL.search(self.text):
            return True
        return any(opposed(word, other) for other in there)

    def said_of(self, sentence: str) -> str:
        """The clauses of the place that a sentence takes words from that no other clause has."""
        clauses = [clause for clause in _CLAUSES.split(self.text) if clause.strip()]
        if len(clauses) < 2:
            return self.text
        wanted = content(sentence)
        having = [{word for word in wanted if has(word, content(clause))} for clause in clauses]
        taken = [
            clause
            for number, clause in enumerate(clauses)
            if having[number] - set().union(*(each for other, each in enumerate(having) if other != number))
        ]
        return ", ".join(taken) or self.text


def places(text: str, spans: Sequence[tuple[int, int]], start: int, end: int, above: str) -> list[Place]:
    """The places of a text's sentences that lie between two offsets."""
    found = []
    for number, (first, last) in enumerate(spans):
        if first < end and last > start:
            sentence = text[first:last]
            back = spans[max(0, number - _BACK) : number] if _REFERS.search(sentence) else []
            found.append(Place(sentence, " ".join(text[one:other] for one, other in back), above))
    return found or [Place(text[start:end], "", above)]


def unaccounted(sentence: str, there: Sequence[Place]) -> list[Word]:
    """The content words of a sentence that no one place accounts for: all of them by one, or those of each
    part of it by one."""
    whole = _least_missing(content(sentence), there)
    parts = [content(part) for part in _PARTS.split(plain(sentence))]
    parts = [part for part in parts if part]
    if not whole or len(parts) < 2:
        return whole
    return [word for part in parts for word in _least_missing(part, there)]


def _least_missing(wanted: Sequence[Word], there: Sequence[Place]) -> list[Word]:
    return min((place.missing(wanted) for place in there), key=len)


def nearest(sentence: str, there: Sequence[Place]) -> Place:
    """The place that has most of a sentence's words; of equal ones that which has its numbers, then its
    words as they stand."""
    wanted = content(sentence)
    numbers = {amount.value for amount in facts.amounts(sentence)}

    def worth(place: Place) -> tuple[int, int, int]:
        words = content(place.text)
        exact = sum(any(same_word(word, other) for other in words) for word in wanted)
        known = len(numbers & {amount.value for amount in facts.amounts(place.text)})
        return -len(place.missing(wanted)), known, exact

    return max(there, key=worth)


def turned_around(sentence: str, place: str) -> bool:
    """Whether what stands before a verb in the sentence stands behind it in the place, or who does a thing
    there has it done here."""
    if _FRONTED.match(sentence):
        return False
    ours, theirs = content(sentence), content(place)
    for number, pivot in enumerate(ours):
        spots = [spot for spot, other in enumerate(theirs) if same(pivot, other)]
        if not number or len(spots) != 1 or not spots[0] or not is_verb(pivot):
            continue
        verb = theirs[spots[0]]
        if pivot.is_done != verb.is_done:
            if (
                pivot.is_done
                and pivot.stem not in _ITSELF
                and same_word(ours[number - 1], theirs[spots[0] - 1])
            ):
                return True
            continue
        is_verb_here = not _is_noun(sentence, pivot) and not _is_noun(place, verb)
        subject = _subject(sentence, ours, number)
        if (
            is_verb_here
            and same_word(pivot, verb)
            and any(_only_behind(word, theirs, spots[0]) for word in subject)
        ):
            return True
    return False


def _is_noun(text: str, word: Word) -> bool:
    """Whether the words beside it show that a word is no verb, whatever its ending."""
    said = plain(text)
    end = word.start + len(word.text)
    if word.text.endswith("ed") and any(other.start == end + 1 for other in content(text)):
        return True  # an adjective: "unused goods"
    return bool(_BEFORE_NOUN.search(said[: word.start]) or _AFTER_NOUN.match(said[end:]))


def _subject(sentence: str, ours: Sequence[Word], number: int) -> Sequence[Word]:
    """The last words before a verb, of the same clause."""
    said = plain(sentence)
    return [
        word
        for word in ours[max(0, number - _SUBJECT) : number]
        if not _RELATIVE.search(said[word.start : ours[number].start])
    ]


def _only_behind(word: Word, theirs: Sequence[Word], spot: int) -> bool:
    spots = [number for number, other in enumerate(theirs) if same(word, other)]
    return bool(spots) and min(spots) > spot


def mixed(sentence: str, place: str) -> bool:
    """Whether a sentence joins what two clauses of the place tell apart: parallel ones ("the blue tank holds
    clean water, the grey tank waste water"), each with a part of the other, or what is said of the last word
    before a "who" with what stands before that."""
    parts = [part for part in _PARTS.split(plain(sentence).strip()) if len(content(part)) > 1]
    for one, other in combinations([clause for clause in _PARTS.split(plain(place)) if content(clause)], 2):
        parallel = any(same_word(word, found) for word in content(one) for found in content(other))
        if (parallel or len(parts) > 1) and _all_join(parts, one, other):
            return True
    for one, other in pairwise(_WHOLE.split(plain(place))):
        if not _REFERS.search(other) and _all_join(parts, one, other):
            return True
    return _wrongly_related(sentence, plain(place))


def _wrongly_related(sentence: str, place: str) -> bool:
    ours = content(sentence)
    for match in _RELATES.finditer(place):
        before = content(_STOP.split(place[: match.start()])[-1])
        after = content(_STOP.split(place[match.end() :])[0])
        if not before or has(before[-1], ours):
            continue
        if any(has(word, after) and not has(word, before) for word in ours) and any(
            has(word, before) and not has(word, after) for word in ours
        ):
            return True
    return False


def _all_join(parts: Sequence[str], one: str, other: str) -> bool:
    return bool(parts) and all(_joins(part, content(part), content(one), content(other)) for part in parts)


def _joins(sentence: str, ours: Sequence[Word], one: tuple[Word, ...], other: tuple[Word, ...]) -> bool:
    sides = [
        None
        if has(word, one) == has(word, other) or (is_verb(word) and not _is_noun(sentence, word))
        else has(word, one)
        for word in ours
    ]
    for number, side in enumerate(sides[1:], 1):  # a word beside one of the other clause is one thing with it
        if side is not None and sides[number - 1] is not None and side != sides[number - 1]:
            sides[number] = None
    return True in sides and False in sides
