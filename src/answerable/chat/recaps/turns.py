"""The turns of a conversation that have an answer, in order, as rules recap them and as a model gets them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from answerable.chat.asking.answer import CatalogueEvidence, Evidence, QueryEvidence, QuoteEvidence
from answerable.chat.following.transcript import recap_line
from answerable.chat.messages import repository
from answerable.chat.messages.parts import TextPart
from answerable.chat.messages.service import seen
from answerable.chat.recaps.schemas import RecapLine
from answerable.chat.sessions.tables import ChatSessionRow
from answerable.inference.cache.tags import DATASETS, dataset_tag, document_tag
from answerable.kit.db import Session
from answerable.knowledge.answering.writing.passages import SourcePassage, whole_sentences

_MOST_MESSAGES = 400
_MOST_TURNS = 40
_MOST_CHARACTERS = 24_000
_LONGEST_TURN = 2_000
_MARK = re.compile(r"\s*\[\d+\]")


@dataclass(frozen=True, slots=True)
class AnsweredTurn:
    """What was asked and the answer's text; `tags` name the documents and datasets that it rests on."""

    message_id: str
    question: str
    text: str
    tags: tuple[str, ...]

    def line(self) -> RecapLine:
        """The turn in one line, by rule."""
        return RecapLine(message_id=self.message_id, text=recap_line(self.question, self.text))


async def answered_turns(session: Session, chat: ChatSessionRow) -> list[AnsweredTurn]:
    """The turns on the path that is shown, oldest first; those without an answer are left out."""
    if chat.active_message_id is None:
        return []
    turns: list[AnsweredTurn] = []
    asked = ""
    rows = await repository.path(session, chat.id, chat.active_message_id, _MOST_MESSAGES)
    for message, (_, parts, answer) in await seen(session, rows):
        text = next((part.text for part in parts if isinstance(part, TextPart)), "")
        if message.role == "user":
            asked = text
        elif text:
            tags = dict.fromkeys(map(_tag, answer.evidence if answer is not None else ()))
            turns.append(AnsweredTurn(message.id, asked, text, tuple(tags)))
    return turns


def _tag(evidence: Evidence) -> str:
    """What a piece of evidence depends on."""
    match evidence:
        case QuoteEvidence():
            return document_tag(evidence.document_id)
        case QueryEvidence():
            return dataset_tag(evidence.dataset_id)
        case CatalogueEvidence():
            return DATASETS


def passages_of(turns: Sequence[AnsweredTurn]) -> list[SourcePassage]:
    """The newest turns as passages that a model cites by number, oldest first: as many as a prompt has room
    for, at least one. The question is what stands above the answer's words."""
    chosen: list[tuple[AnsweredTurn, str]] = []
    room = _MOST_CHARACTERS
    for turn in reversed(turns[-_MOST_TURNS:]):
        text = _MARK.sub("", turn.text)[:_LONGEST_TURN]
        room -= len(text) + len(turn.question)
        if chosen and room < 0:
            break
        chosen.append((turn, text))
    return [
        SourcePassage(
            number=number,
            document_id="",
            chunk_id=turn.message_id,
            title=turn.question[:_LONGEST_TURN],
            page=None,
            heading_path=(),
            text=text,
            start=0,
            score=1.0,
            spans=whole_sentences(text),
        )
        for number, (turn, text) in enumerate(reversed(chosen), 1)
    ]
