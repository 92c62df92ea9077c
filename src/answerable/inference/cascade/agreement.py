"""Whether two stages said the same: how a stage that was not trusted is told to have been right."""

from __future__ import annotations

import re

import msgspec

from answerable.inference.chat import ChatAnswer

_ENOUGH = 0.6
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LONGEST = 20_000


def agree(first: ChatAnswer, second: ChatAnswer) -> bool:
    """Whether two answers say the same: the same calls of tools, the same JSON, or text with the same numbers
    and at least 60 % of their words in common (Jaccard)."""
    if first.tool_calls or second.tool_calls:
        return _calls(first) == _calls(second)
    one, other = _document(first.text), _document(second.text)
    if one is not None or other is not None:
        return one == other
    if _numbers(first.text) != _numbers(second.text):
        return False
    left, right = _words(first.text), _words(second.text)
    return len(left & right) >= _ENOUGH * max(1, len(left | right))


def _calls(answer: ChatAnswer) -> list[tuple[str, object]]:
    return [(call.name, _document(call.arguments) or call.arguments) for call in answer.tool_calls]


def _document(text: str) -> object:
    """The object or array that a text is, else None."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        found: object = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    return found


def _numbers(text: str) -> set[str]:
    return {found.replace(",", "") for found in _NUMBER.findall(text[:_LONGEST])}


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text[:_LONGEST].casefold()))
