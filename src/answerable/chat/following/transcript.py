"""The conversation so far within a budget of tokens: the newest turns whole, the older ones as a recap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from answerable.chat.following.past import PastTurn
from answerable.knowledge.lexical.sentences import sentences

CHARACTERS_PER_TOKEN = 4
"""Of English prose, on the average of today's tokenisers; other scripts take more tokens."""
_RECAP_SHARE = 0.4
_LONGEST_LINE = 160


@dataclass(frozen=True, slots=True)
class Transcript:
    """`recap` is one line a folded turn, `turns` are the whole ones; both oldest first."""

    recap: tuple[str, ...]
    turns: tuple[PastTurn, ...]


def transcript(turns: Sequence[PastTurn], budget_tokens: int) -> Transcript:
    """The turns, which come newest first, within so many tokens. The newest is always there, cut if it must
    be; what even the recap has no room for is left out, the oldest first."""
    budget = budget_tokens * CHARACTERS_PER_TOKEN
    whole: list[PastTurn] = []
    room = int(budget * (1 - _RECAP_SHARE))
    for turn in turns:
        size = len(turn.question) + len(turn.text)
        if whole and size > room:
            break
        whole.append(turn)
        room -= size
    lines: list[str] = []
    room = budget - sum(len(turn.question) + len(turn.text) for turn in whole)
    for turn in turns[len(whole) :]:
        line = recap_line(turn.question, turn.text)
        if len(line) > room:
            break
        lines.append(line)
        room -= len(line)
    return Transcript(tuple(reversed(lines)), tuple(reversed(whole)))


def recap_line(question: str, text: str) -> str:
    """One turn in one line: what was asked, and the first sentence of what was answered, if it is there."""
    if not text:
        return _cut(question)
    text = " ".join(text.split())
    spans = sentences(text)
    first = text[spans[0][0] : spans[0][1]] if spans else text
    return f"{_cut(question.rstrip('?.! '))}: {_cut(first)}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_LINE else text[: _LONGEST_LINE - 1].rstrip() + "…"
