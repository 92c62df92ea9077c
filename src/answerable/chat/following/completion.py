"""Completes a question from the one before it, by rule: what it leaves out, and what its pronouns stand for.

The rules are for English, as the reading of questions is. They put words of the question before into the new
one and make none up; where no rule fits, the question stays as it is.
"""

from __future__ import annotations

import re
from itertools import pairwise

_LEADS = re.compile(
    r"^(?:(?:and|but|so|or|then|now|ok|okay|also|just|only)\b[\s,]*)*"
    r"(?:(?:what|how) about\b|the same\b|same\b)?\s*",
    re.I,
)
_OPENS_ELLIPSIS = re.compile(
    r"^(?:and|but|or|then|now|ok|okay|also|just|only|what about|how about|the same|same|by|per|as|in|for|"
    r"from|during|without|with|except|excluding|including|top|best|bottom|worst|last|this|next|since|before|after|"
    r"between|not|compared|vs|versus|over time|daily|weekly|monthly|quarterly|yearly|shares?|percent)\b",
    re.I,
)
_QUESTION = re.compile(
    r"\b(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|may|must|should|"
    r"will|would|has|have|had|list|show|give|tell|name)\b",
    re.I,
)
# What changes an answer that is shown, though its words could begin a question of their own.
_CHANGES = re.compile(
    r"^(?:please )?(?:compare|comparing|sort|sorted|remove|drop|leave out|take out|hide|exclude|add|"
    r"(?:order|break|split|show|limit|give) (?:it|this|that|them))\b|\binstead\b|"
    r"\b(?:lowest|highest|largest|smallest|newest|oldest) first$|"
    r"^(?:only |just |show )*(?:the )?(?:(?:top|bottom) [\w-]+|[\w-]+ (?:lowest|highest|largest|smallest))$",
    re.I,
)
_PREPOSITION = re.compile(
    r"^(?:for|in|from|by|with|without|to|at|on|of|during|after|before|under|over)\b", re.I
)
# What a question is about where it ends: the warranty on grinders. "And for brewers" is another of these.
_TOPIC = re.compile(r"\b(?:on|about)\s+(?P<what>(?:[^\W\d_][\w'’-]*\s?){1,3})$", re.I)
_OF_TOPICS = frozenset({"for", "on", "about"})
_PRONOUN = re.compile(r"\b(?:it|they|them|this|that|these|those)\b(?!['’])", re.I)
_POSSESSIVE = re.compile(r"\b(?:its|their)\b", re.I)
# “it” that stands for nothing: how long does it take, is it possible
_EMPTY_IT = re.compile(
    r"\bit\s+(?:take|takes|cost\s+to|possible|necessary|allowed|is|was|rain\w*|matter\w*)\b", re.I
)
_POINTING = re.compile(r"\b(?:this|that|these|those)\s+(?=[^\W\d_])", re.I)
_ARTICLE_BEFORE = re.compile(r"\b(?:the|an?|our|your|my|their|its)\s+$", re.I)
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_SMALL_WORDS = """
    a an the of for in on at to from by with without and or but not no any all each every some what
    which who whom whose when where why how is are was were be been being do does did can could may
    might must shall should will would has have had having i you he she we it they them this that
    these those there here my your our its their his her me us please tell show give list name long
    many much often soon far old us about into than customers customer people someone anybody anyone
    approve approves get need needed paid pay report reported submit submitted take founded
"""
_LIGHT = frozenset(_SMALL_WORDS.split())
"""Words that tell nothing of what a question is about: small ones, and what is mostly done with things."""
# At the end of a run of words they say what is done with it: the goods returned, the parcel sent back.
_DONE = re.compile(
    r"(?:\w{2,}(?<!e)ed|back|early|late|again|soon|online|sent|made|given|taken|kept|held|sold|bought|built|"
    r"brought|done|lost|found|shown|known|seen|written|chosen|broken|stolen|paid|spent|left|met|told|begun)",
    re.I,
)
_FEW_WORDS = 2
_LONGEST_ELLIPSIS = 8


def is_elliptical(question: str) -> bool:
    """Whether a question is the rest of another: it opens like one, or is a word or two."""
    count = len(_WORD.findall(question))
    if count <= _FEW_WORDS:
        return True
    rest = _LEADS.sub("", question.strip())
    opens = _OPENS_ELLIPSIS.match(question.strip()) is not None
    return opens and count <= _LONGEST_ELLIPSIS and not _QUESTION.search(rest)


def changes_what_is_shown(question: str) -> bool:
    """Whether a few words say what is to become of the answer before: another order, without something."""
    said = question.strip().rstrip("?!. ")
    return len(_WORD.findall(said)) <= _LONGEST_ELLIPSIS and _CHANGES.search(said) is not None


def refers_back(question: str) -> bool:
    """Whether a pronoun of the question stands for something outside of it."""
    without_empty = _EMPTY_IT.sub(" ", question)
    return bool(_PRONOUN.search(without_empty) or _POSSESSIVE.search(without_empty)) and not _only_points(
        without_empty
    )


def complete(question: str, before: str) -> str | None:
    """The question made whole with words of the one before; None where no rule fits."""
    if is_elliptical(question):
        return _filled(question, before)
    if refers_back(question):
        return _resolved(question, before)
    return None


def _filled(question: str, before: str) -> str | None:
    """The question before, about what the new one names."""
    said = _LEADS.sub("", question.strip()).rstrip("?.! ")
    asked = before.strip().rstrip("?.! ")
    if not said:
        return None
    preposition = _PREPOSITION.match(said)
    if preposition is not None:
        same = re.search(rf"\b{preposition.group()}\s+[^,;]+$", asked, re.I)
        if same is not None:
            return f"{asked[: same.start()].rstrip()} {said}?"
        topic = _TOPIC.search(asked) if preposition.group().casefold() in _OF_TOPICS else None
        if topic is not None:
            return f"{asked[: topic.start('what')]}{said[preposition.end() :].strip()}?"
        return f"{asked} {said}?"
    replaced = _in_place_of_its_kind(said, asked) or _in_place_of_the_topic(said, asked)
    return f"{replaced or f'{asked} for {said}'}?"


def _in_place_of_its_kind(said: str, asked: str) -> str | None:
    """“damaged goods” in the place of “unused goods”: what ends with the same word."""
    words = _WORD.findall(said)
    kind = words[-1]
    found = list(re.finditer(rf"\b{re.escape(kind)}\b", asked, re.I))
    if len(words) < 2 or len(found) != 1:
        return None
    end = found[0].end()
    start = found[0].start()
    before = list(_WORD.finditer(asked[:start]))
    if before and before[-1].group().casefold() not in _LIGHT and asked[before[-1].end() : start].isspace():
        start = before[-1].start()
    return asked[:start] + said + asked[end:]


def _in_place_of_the_topic(said: str, asked: str) -> str | None:
    """“digital goods” in the place of “unused printed books”: the longest run of words that carry meaning,
    where it has no article. “The return window” is what is asked of the new thing; a single word may be a
    verb."""
    longest = max(_runs(asked), key=len, default=[])
    if len(longest) < 2 or not all(a.end() + 1 == b.start() for a, b in pairwise(longest)):
        return None
    if _ARTICLE_BEFORE.search(asked[: longest[0].start()]):
        return None
    return asked[: longest[0].start()] + said + asked[longest[-1].end() :]


def _resolved(question: str, before: str) -> str | None:
    """The question with what the one before was about in the place of its first pronoun."""
    topic = topic_of(before)
    if topic is None:
        return None
    possessive = _POSSESSIVE.search(question)
    if possessive is not None:
        owner = topic + ("’" if topic.endswith("s") else "’s")
        return question[: possessive.start()] + owner + question[possessive.end() :]
    spared = [(m.start(), m.end()) for m in (*_EMPTY_IT.finditer(question), *_POINTING.finditer(question))]
    for found in _PRONOUN.finditer(question):
        if not any(start <= found.start() < end for start, end in spared):
            return f"{question[: found.start()]}the {topic}{question[found.end() :]}"
    return None


def topic_of(question: str) -> str | None:
    """What a question is about, as far as its words show: its last run of words that carry meaning, without
    what is done with it."""
    for run in reversed(_runs(question)):
        named = [word.group() for word in run]
        while named and _DONE.fullmatch(named[-1]):
            named.pop()
        if named:
            return " ".join(named)
    return None


def _runs(question: str) -> list[list[re.Match[str]]]:
    """The runs of words that carry meaning."""
    runs: list[list[re.Match[str]]] = [[]]
    for word in _WORD.finditer(question):
        if word.group().casefold() in _LIGHT:
            runs.append([])
        else:
            runs[-1].append(word)
    return [run for run in runs if run]


def _only_points(question: str) -> bool:
    """Whether its only pronouns point at a word that is there: “that policy”, “these orders”."""
    return _POSSESSIVE.search(question) is None and _PRONOUN.search(_POINTING.sub(" ", question)) is None
