"""Words that narrow or turn what a sentence says: how much, when, whether only or all.

Each is held against the place that the sentence cites: one that stands on one side only is a difference,
whatever the other words are.
"""

from __future__ import annotations

import re
from functools import lru_cache

from answerable.knowledge.answering.writing import facts
from answerable.knowledge.answering.writing.wording import Word, content, plain, same

_BOUNDS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("least", r"\b(?:at least|minimum|at the earliest|(?:or|and) (?:more|over|older|above)\b)"),
        (
            "most",
            r"\b(?:at most|the most|maximum|up to|within|at the latest|"
            r"(?:or|and) (?:less|fewer|under|younger))\b",
        ),
        (
            "about",
            r"\b(?:about|around|roughly|approximately|nearly|almost|circa|some)\s*(?:euro|dollar|pound)?\s*\Z",
        ),
        ("exact", r"\b(?:exactly|precisely)\b"),
        ("more", r"\b(?:more than|over|above|exceed\w*|beyond)(?: the| of)?\s*(?:euro|dollar|pound)?\s*\Z"),
        ("less", r"\b(?:less than|fewer than|under|below)(?: the| of)?\s*(?:euro|dollar|pound)?\s*\Z"),
        ("from", r"\bfrom\s*(?:euro|dollar|pound)?\s*\Z"),
        ("after", r"\b(?:after|following)(?: the| about)?\s*\Z"),
        ("before", r"\b(?:before|prior to|until|till|ahead of)(?: the)?\s*\Z"),
    )
)
_TRAILING = frozenset({"least", "most", "exact"})
"""Bounds that may also stand after their number."""
_STOP = re.compile(r"[,;:.]\s|\b(?:and|but|while)\b")
_NEXT = re.compile(
    r"[,;:.]\s|\.\Z|\b(?:and|or|but|is|are|was|were|of|for|in|on|at|to|from|with|by|may|can|must|cannot)\b"
)
_OR = re.compile(r"\s*(?:\w+ ){0,2}(?:or|and) (?:more|over|older|above|less|fewer|under|younger)\b")

_PREPOSITIONS = {
    word: words[0]
    for line in (
        "before", "after following", "until till", "since", "from", "of", "to into onto towards toward", "by",
        "for", "with", "without", "in inside within", "outside", "under below", "over above", "against",
        "between", "behind", "on", "at", "during",
    )
    for words in [line.split()]
    for word in words
}  # fmt: skip
_STRICT = {
    "before": {"of"},
    "after": {"from", "of", "since"},
    "until": {"to"},
    "since": {"from", "after"},
    "without": set(),
    "outside": set(),
    "under": {"in"},
    "over": {"for", "during"},
    "behind": set(),
}
"""Prepositions that both sides must have, with others that may stand for them."""
_OPPOSED = frozenset(
    frozenset(pair.split())
    for pair in (
        "from to", "for by", "to by", "from by", "from for", "from with", "against with", "against for",
        "against by",
    )
)  # fmt: skip
_BOUND_PHRASE = re.compile(r"\b(?:at least|at most|at the latest|at the earliest|up to)\b")
_TOKEN = re.compile(r"[^\W_]+(?:[-'’.,][^\W_]+)*|[;:.,]")

_BOTH = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:only|solely|exclusively|merely|nothing but|nobody but)\b",
        r"\b(?:some|certain|several|a few|sometimes|occasionally|often|usually|mostly|partly|mainly)\b",
        r"\b(?:rarely|seldom|hardly|scarcely|barely)\b",
        r"\b(?:except|unless|apart from|other than|excluding)\b",
        r"\b(?:half|double|twice|thrice)\b",
    )
)
"""Qualifiers that must be on both sides or on none."""
_ADDED = re.compile(
    r"\b(?:all|every|each|always|any|everyone|everybody|entire|whole|both|many|most of)\b(?! time)"
)
"""Qualifiers that a sentence may leave out and may not add."""


def differ(sentence: str, clause: str, place: str) -> bool:
    """Whether one side has a qualifier that the other lacks; `place` has what surrounds the clause."""
    said, near, around = plain(sentence), plain(clause), plain(place)
    for pattern in _BOTH:
        if pattern.search(said) and not pattern.search(around):
            return True
        if pattern.search(near) and not pattern.search(said):
            return True
    if _either(said) - _either(around) and _either(said) & _both(around):
        return True
    if _both(said) & _either(around) and not facts.negated(said):
        return True
    return bool(_ADDED.search(said)) and not _ADDED.search(around) and not facts.negated(said)


def _either(text: str) -> set[tuple[str, str]]:
    """Pairs of words with "or" between them: the last word before and the last of what is next."""
    return _joined(text, "or")


def _both(text: str) -> set[tuple[str, str]]:
    return _joined(text, "and")


def _joined(text: str, by: str) -> set[tuple[str, str]]:
    found = set()
    for match in re.finditer(rf"\b{by}\b", text):
        before = content(_STOP.split(text[: match.start()])[-1])
        after = content(_NEXT.split(text[match.end() :])[0])
        if before and after:
            found.add((before[-1].stem, after[-1].stem))
    return found


def bounds_differ(sentence: str, places: list[str]) -> bool:
    """Whether a number is bounded ("at least", "up to", "after") otherwise than at every cited place."""
    said = plain(sentence)
    there = [(found, place) for place in map(plain, places) for found in facts.amounts(place)]
    for amount in facts.amounts(said):
        equal = [_bounds(place, found) for found, place in there if found.value == amount.value]
        wanted = _bounds(said, amount)
        if equal and not any(_agree(wanted, other) for other in equal):
            return True
    return False


def _agree(one: frozenset[str], other: frozenset[str]) -> bool:
    if one == other:
        return True
    loose = {"from"} if not (one | other) & {"most", "less", "before"} else set()
    return one - loose == other - loose


def _bounds(text: str, amount: facts.Amount) -> frozenset[str]:
    amounts = facts.amounts(text)
    start = max((each.end for each in amounts if each.end <= amount.start), default=0)
    end = min((each.start for each in amounts if each.start >= amount.end), default=len(text))
    before = _STOP.split(text[start : amount.start])[-1]
    after = _STOP.split(text[amount.end : end])[0]
    after += found[0] if (found := _OR.match(text[amount.end : end])) else ""
    found_bounds = {name for name, pattern in _BOUNDS if pattern.search(before)}
    found_bounds |= {name for name, pattern in _BOUNDS if name in _TRAILING and pattern.search(after)}
    return frozenset(_lenient(found_bounds, before))


def _lenient(found: set[str], before: str) -> set[str]:
    """ "Within" is a bound only against another one: "in 30 days" and "within 30 days" are the same."""
    if found == {"most"} and re.search(r"\bwithin\b", before):
        return set()
    return found


def prepositions_differ(sentence: str, place: str) -> bool:
    """Whether a preposition stands before a word that the cited place has after another, opposed one."""
    there = _objects(place)
    for name, word, is_last in _objects(sentence):
        if not is_last:
            continue
        others = {other for other, found, _ in there if same(word, found)}
        if not _agree_on(name, others):
            return True
    return False


def _agree_on(name: str, others: set[str]) -> bool:
    """Whether a word may stand after one preposition where the place has it after others; "" is none."""
    if name in others or any(name in _STRICT.get(other, ()) for other in others):
        return True
    if name in _STRICT:
        return bool(others & _STRICT[name])
    return not others or any(other not in _STRICT and {name, other} not in _OPPOSED for other in others)


@lru_cache(maxsize=1_024)
def _objects(text: str) -> tuple[tuple[str, Word, bool], ...]:
    """Each content word or number with the preposition that it is the object of, "" for none, and whether it
    is the last of its object; units left out."""
    text = _BOUND_PHRASE.sub(lambda match: " " * len(match[0]), plain(text))
    by_start = {word.start: word for word in content(text)}
    found: list[tuple[str, Word, bool]] = []
    name, objects = "", 0
    for match in _TOKEN.finditer(text):
        said = match[0]
        word = by_start.get(match.start())
        if said in _PREPOSITIONS:
            name, objects = _PREPOSITIONS[said], 0
        elif said in ";:.,":
            name, objects = "", 0
        elif facts.is_unit(said):
            continue
        elif word is not None or any(letter.isdigit() for letter in said):
            if word is None and objects:
                name, objects = "", 0
            if objects:
                found[-1] = (*found[-1][:2], False)
            found.append((name, word or Word(said, said, match.start()), True))
            objects += 1
        elif objects:
            name, objects = "", 0
    return tuple(found)
