"""What a stage's answer must satisfy, as an alias says it: `matches: ^\\d+$`, `max_chars: 400`, …

Patterns run on a linear-time engine (Rust's `regex`, without look-around and back references), so that no
pattern of a user's can hold up the process.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator, core_schema

from answerable.inference.chat import ChatAnswer, FinishReason

OWN_CONFIDENCE = "own_confidence"
"""Not a rule by itself: the stage is asked how sure it is."""

_LONGEST_NUMBER = 9
_CANNOT = (
    r"(?:cannot|can['’]t|could not|couldn['’]t|do not|don['’]t|am unable to|are unable to|am not able to|"
    r"am not sure|am not certain)"
)
_GIVES_UP = re.compile(
    rf"\b(?:I|we) {_CANNOT}\b|\bI['’]m (?:not able|unable|not sure|not certain|sorry)\b|\bsorry, but\b|"
    r"\bas an ai\b|\b(?:cannot|can['’]t) answer\b|\bno information (?:about|on|in)\b|"
    r"\bnot (?:mentioned|specified|stated) (?:in|by)\b|"
    r"\b(?:insufficient|not enough) (?:information|context)\b",
    re.IGNORECASE,
)


class RuleName(StrEnum):
    """The rules. `cannot_answer` fails answers that give up, `complete` those that were cut off."""

    MATCHES = "matches"
    NOT_MATCHES = "not_matches"
    MIN_CHARS = "min_chars"
    MAX_CHARS = "max_chars"
    CANNOT_ANSWER = "cannot_answer"
    COMPLETE = "complete"


class BadRule(ValueError):
    """A rule that says nothing which can be checked."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `holds` says whether an answer satisfies it."""

    name: RuleName
    holds: Callable[[ChatAnswer], bool]


@dataclass(frozen=True, slots=True)
class StageRules:
    """All that a stage's `checks` say."""

    rules: tuple[Rule, ...]
    asks_confidence: bool


@lru_cache(maxsize=1024)
def stage_rules(checks: tuple[str, ...]) -> StageRules:
    """The rules that checks spell out. Raises BadRule."""
    plain = tuple(check for check in checks if check.strip() != OWN_CONFIDENCE)
    return StageRules(tuple(_rule(check) for check in plain), len(plain) < len(checks))


def _rule(check: str) -> Rule:
    word, _, rest = (part.strip() for part in check.partition(":"))
    try:
        name = RuleName(word)
    except ValueError:
        known = ", ".join((*RuleName, OWN_CONFIDENCE))
        raise BadRule(f"'{word}' is no check; there are {known}") from None
    return Rule(name, _test(name, rest))


def _test(name: RuleName, rest: str) -> Callable[[ChatAnswer], bool]:
    match name:
        case RuleName.MATCHES:
            found = _pattern(rest)
            return lambda answer: found(answer.text)
        case RuleName.NOT_MATCHES:
            found = _pattern(rest)
            return lambda answer: not found(answer.text)
        case RuleName.MIN_CHARS:
            least = _number(rest)
            return lambda answer: len(answer.text.strip()) >= least
        case RuleName.MAX_CHARS:
            most = _number(rest)
            return lambda answer: len(answer.text.strip()) <= most
        case RuleName.CANNOT_ANSWER:
            return _answers
        case RuleName.COMPLETE:
            return lambda answer: answer.finish_reason is not FinishReason.LENGTH


def _answers(answer: ChatAnswer) -> bool:
    return answer.refusal is None and _GIVES_UP.search(answer.text[:2_000]) is None


def _pattern(text: str) -> Callable[[str], bool]:
    if not text:
        raise BadRule("give a pattern, such as 'matches: ^[0-9]+$'")
    try:
        validator = SchemaValidator(core_schema.str_schema(pattern=text, regex_engine="rust-regex"))
    except SchemaError:
        raise BadRule(
            f"'{text}' is no pattern that can be used here (no look-around, no back references)"
        ) from None
    return validator.isinstance_python


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > _LONGEST_NUMBER:
        raise BadRule("give a number of characters, such as 'max_chars: 400'")
    return int(text)
