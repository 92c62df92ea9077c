"""What a model wrote, read with distrust."""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from answerable.knowledge.answering.writing.cleaning import plain_sentence
from answerable.knowledge.answering.writing.prompt import MOST_SENTENCES

LONGEST_REPLY = 200_000
"""Characters."""
_LONGEST_SENTENCE = 600
_MOST_CITATIONS = 6
_FENCE = re.compile(r"\A\s*```(?:json)?\s*(.*?)\s*```\s*\Z", re.DOTALL)


class _Citation(Struct):
    passage: int
    quote: str = ""


class _Sentence(Struct):
    text: str
    citations: list[_Citation | int] = []


class _Reply(Struct):
    sentences: list[_Sentence] = []
    cannot_answer: bool = False


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """A sentence without markup; `citations` are numbers of passages with the words that are to prove it."""

    text: str
    citations: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """`dropped` counts sentences that were no sentences: empty, far too long, or beyond the number asked
    for."""

    sentences: tuple[WrittenSentence, ...]
    cannot_answer: bool
    dropped: int = 0


_decoder = msgspec.json.Decoder(_Reply)
_sentence_decoder = msgspec.json.Decoder(_Sentence)


def read_reply(text: str, passages: int, after: int = 0) -> Reply | None:
    """The reply from so many sentences on; None for anything that is not of its shape. Citations of passages
    that there are not are left out."""
    if len(text) > LONGEST_REPLY:
        return None
    fenced = _FENCE.match(text)
    try:
        reply = _decoder.decode(fenced[1] if fenced else text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    dropped = max(0, len(reply.sentences) - max(MOST_SENTENCES, after))
    kept: list[WrittenSentence] = []
    for sentence in reply.sentences[after:MOST_SENTENCES]:
        written = _written(sentence, passages)
        if written is None:
            dropped += 1
        else:
            kept.append(written)
    return Reply(tuple(kept), reply.cannot_answer, dropped)


def read_sentence(text: str, passages: int) -> WrittenSentence | None:
    """One sentence of a reply that is still being written; None for what is none."""
    try:
        return _written(_sentence_decoder.decode(text), passages)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


def _written(sentence: _Sentence, passages: int) -> WrittenSentence | None:
    cleaned = plain_sentence(sentence.text) if len(sentence.text) <= _LONGEST_SENTENCE else ""
    return WrittenSentence(cleaned, _citations(sentence.citations, passages)) if cleaned else None


def _citations(given: list[_Citation | int], passages: int) -> tuple[tuple[int, str], ...]:
    found: dict[int, str] = {}
    for each in given[:_MOST_CITATIONS]:
        number, quote = (each, "") if isinstance(each, int) else (each.passage, each.quote)
        if 1 <= number <= passages:
            found.setdefault(number, quote)
    return tuple(found.items())
