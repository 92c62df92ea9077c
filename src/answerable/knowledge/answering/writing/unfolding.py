"""A reply that is still being written: its sentences, each as soon as it is whole."""

from __future__ import annotations

import re

from answerable.knowledge.answering.writing.reply import LONGEST_REPLY

_TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|([{}\[\],:])|([^\s"{}\[\],:]+)(?=[\s{}\[\],:]))', re.DOTALL)
_LONGEST_WAIT = 8_000
_SENTENCE_DEPTH = 3  # the reply, its list of sentences, a sentence


class UnfoldingReply:
    """Reads JSON in pieces as they come. It gives sentences only after the reply has said that it has an
    answer, and of what is not of a reply's shape it gives none; the whole is judged at its end."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._open: list[str] = []
        self._string = ""
        self._key = ""
        self._answers = False
        self._begun: int | None = None
        self._gave_up = False

    def feed(self, piece: str) -> list[str]:
        """The sentences that are whole by now, each as the JSON text of its object."""
        if self._gave_up:
            return []
        self._text += piece
        found: list[str] = []
        while (match := _TOKEN.match(self._text, self._at)) is not None:
            self._at = match.end()
            if (sentence := self._take(match)) is not None:
                found.append(sentence)
        # A token without an end would be looked at anew with every piece.
        self._gave_up = len(self._text) - self._at > _LONGEST_WAIT or len(self._text) > LONGEST_REPLY
        return found

    def _take(self, match: re.Match[str]) -> str | None:
        string, mark, literal = match.groups()
        if string is not None:
            self._string = string
        elif literal is not None:
            if self._open == ["{"] and self._key == '"cannot_answer"':
                self._answers = literal == "false"
        elif mark in "{[":
            self._opened(mark, match.end() - 1)
        elif mark in "}]":
            return self._closed(match.end())
        elif mark == ":" and len(self._open) == 1:
            self._key = self._string
        return None

    def _opened(self, mark: str, place: int) -> None:
        if not self._open and mark == "[":
            return
        self._open.append(mark)
        if self._open == ["{", "[", "{"] and self._key == '"sentences"' and self._answers:
            self._begun = place

    def _closed(self, end: int) -> str | None:
        if not self._open:
            return None
        whole = len(self._open) == _SENTENCE_DEPTH and self._begun is not None
        self._open.pop()
        if not whole:
            return None
        begun, self._begun = self._begun, None
        return self._text[begun:end]
