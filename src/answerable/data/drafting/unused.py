"""What a question says that a model's form has in no slot: a value, a number, a period, a segment, a "not".

The rules never pass over a word that means something; a form that does so answers another question. What the
grammar's own readers know is looked for here, and each find must be spent on a part of the form.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from answerable.data.questions.english import LEFT_OUT, NEGATED, words
from answerable.data.questions.entries import Entry, key_of
from answerable.data.questions.lexicon import token_words
from answerable.data.questions.meanings import Field, Part, Rows, Value
from answerable.data.questions.numbers import cardinal, ordinal
from answerable.data.questions.service import lexicon_for
from answerable.data.questions.tokens import Kind, Token, fold, tokenise
from answerable.data.semantics.filters import Condition, Operator
from answerable.data.semantics.model import SemanticModel

_TIMES = words(
    "january jan february feb march mar april apr june jun july jul august aug september sep sept october "
    "oct november nov december dec today yesterday tomorrow ytd qtd mtd wtd q1 q2 q3 q4 h1 h2 monday tuesday "
    "wednesday thursday friday saturday sunday weekday weekend mondays tuesdays wednesdays thursdays fridays "
    "saturdays sundays weekdays weekends"
)
_UNITS = words("day week month quarter half year days weeks months quarters halves years")
_WHICH = words(
    "last previous prior past this current present next coming following trailing rolling preceding recent "
    "fiscal same"
)
_BEFORE_MAY = words("in since until till from of for during and to through versus vs before after by")
_SIGNS = frozenset({Kind.DATE, Kind.CLOCK})
_NEGATIVE = frozenset({Operator.NE, Operator.NOT_IN})
_NOT = LEFT_OUT | NEGATED | words("neither nor unlike non")
_LONGEST_NOT = max(phrase.count(" ") + 1 for phrase in _NOT)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a form uses: the names of its table, measures, groups and fields, its conditions, the words of its
    period, the size of its ranking."""

    names: Collection[str]
    conditions: Sequence[Condition]
    period_words: str
    top: int

    @property
    def values(self) -> list[str]:
        """The values of the conditions as text."""
        return [str(value) for one in self.conditions for value in one.values]

    @property
    def numbers(self) -> set[Decimal]:
        """The numbers of the conditions and the ranking."""
        found = {Decimal(self.top)} if self.top else set()
        for text in self.values:
            try:
                found.add(Decimal(text))
            except InvalidOperation:
                continue
        return found


def says_more(question: str, model: SemanticModel, spent: Spent) -> bool:
    """Whether the question has something that the form does not use, or the form a "not" of its own."""
    text = " ".join(question.split())
    tokens = tokenise(text)
    spots = lexicon_for(model).spot(token_words(tokens))
    used = (
        _of_period(text, tokens, spent.period_words)
        | _of_names(spots, spent)
        | _of_values(tokens, spots, spent)
    )
    return (
        any(not _covered(a, b, used) for a, b, entry in spots if _narrows(entry))
        or any(at not in used for at in _numbers(tokens, spent.numbers))
        or any(at not in used for at in _times(tokens))
        or not _agrees_on_not(tokens, used, spent.conditions)
    )


def _covered(start: int, end: int, used: set[int]) -> bool:
    return set(range(start, end)) <= used


def _narrows(entry: Entry) -> bool:
    """Whether a phrase means some of the rows."""
    return entry.category in ("Value", "Segment", "Flag", "NotFlag")


def _of_period(text: str, tokens: Sequence[Token], words: str) -> set[int]:
    """The places of the period's words."""
    wanted, folded = " ".join(words.split()).casefold(), text.casefold()
    if not wanted or len(folded) != len(text):  # where folding changes lengths, no place is sure
        return set()
    found: set[int] = set()
    at = folded.find(wanted)
    while at >= 0:
        found |= {n for n, token in enumerate(tokens) if at <= token.start and token.end <= at + len(wanted)}
        at = folded.find(wanted, at + 1)
    return found


def _of_names(spots: Sequence[tuple[int, int, Entry]], spent: Spent) -> set[int]:
    """The places of names that the form uses. A name within a longer one that it does not use is none."""
    return {n for a, b, entry in spots if _named(entry) & set(spent.names) for n in range(a, b)}


def _named(entry: Entry) -> set[str]:
    match entry.value:
        case Rows():
            return {entry.dataset}
        case Field(name) if entry.category not in ("Flag", "NotFlag"):
            return {name}
        case Part(metric=str(name)):
            return {name}
        case _:
            return set()


def _of_values(tokens: Sequence[Token], spots: Sequence[tuple[int, int, Entry]], spent: Spent) -> set[int]:
    """The places of values, under any of their names, that a condition has, and of flags with a condition."""
    values = {fold(value.strip()) for value in spent.values}
    fields = {one.field.rpartition("__")[2] for one in spent.conditions} | set(spent.names)
    found: set[int] = set()
    for a, b, entry in spots:
        match entry.value:
            case Value(value=value) if fold(str(value).strip()) in values:
                found |= set(range(a, b))
            case Field(name) if entry.category in ("Flag", "NotFlag") and name in fields:
                found |= set(range(a, b))
    said = token_words(tokens)
    for text in spent.values:  # of fields whose values are not listed
        key = list(key_of(text))
        for at in range(len(said) - len(key) + 1) if key else ():
            if said[at : at + len(key)] == key:
                found |= set(range(at, at + len(key)))
    return found


def _numbers(tokens: Sequence[Token], spent: set[Decimal]) -> Iterator[int]:
    """The places of numbers, dates and times of day that are not among those spent."""
    for at, token in enumerate(tokens):
        told = token.kind is Kind.NUMBER or (token.kind is Kind.WORD and token.norm != "one")
        number = cardinal(token.norm) if told else None
        unspent = number is not None and number not in spent
        if token.kind in _SIGNS or unspent or (token.kind is Kind.NUMBER and number is None):
            yield at


def _times(tokens: Sequence[Token]) -> Iterator[int]:
    """The places of words that say when."""
    said = [token.norm for token in tokens]
    for at, word in enumerate(said):
        after = said[at + 1 : at + 4]
        in_row = word in _WHICH and not _UNITS.isdisjoint(after)
        ranked = ordinal(word) is not None and not _UNITS.isdisjoint(after[:1])
        if word in _TIMES or in_row or ranked or (word == "may" and _is_month(said, tokens, at)):
            yield at


def _is_month(said: Sequence[str], tokens: Sequence[Token], at: int) -> bool:
    """Whether "may" is the month, not the verb."""
    beside = tokens[at + 1 : at + 2]
    numbered = bool(beside) and beside[0].kind is Kind.NUMBER
    return numbered or (at > 0 and said[at - 1] in _BEFORE_MAY)


def _agrees_on_not(tokens: Sequence[Token], used: set[int], conditions: Sequence[Condition]) -> bool:
    """Whether the form leaves out where the question does, and nowhere else."""
    said = _nots([token.norm for token in tokens], used)
    left_out = sum(max(1, len(one.values)) for one in conditions if _leaves_out(one))
    strictly = any(one.operator in _NEGATIVE for one in conditions)
    return said <= left_out and (said > 0 or not strictly)


def _leaves_out(one: Condition) -> bool:
    return one.operator in _NEGATIVE or one.operator is Operator.IS_NULL or False in one.values


def _nots(said: Sequence[str], used: set[int]) -> int:
    """How many phrases of the question leave something out."""
    count = at = 0
    while at < len(said):
        ends = [n for n in range(_LONGEST_NOT, 0, -1) if " ".join(said[at : at + n]) in _NOT]
        if ends and not _covered(at, at + ends[0], used):
            count += 1
        at += ends[0] if ends else 1
    return count
