"""An answer as a stream of events. The events follow from the answer alone, so any replica can send
them again from any point."""

from __future__ import annotations

import re
from collections.abc import Iterator

from answerable.chat.asking.answer import Answer, Status
from answerable.kit.errors import AnswerableError
from answerable.kit.http.sse import Event

_PIECE = re.compile(r"\S+\s*|\s+")
_WORDS_PER_DELTA = 8


def started(run_id: str, answer_id: str, session_id: str | None, message_id: str | None) -> Event:
    """The first event of every run; sent before any work. In a conversation it names the message that
    will show the answer."""
    data = {"run_id": run_id, "answer_id": answer_id}
    if session_id is not None and message_id is not None:
        data |= {"session_id": session_id, "message_id": message_id}
    return Event(1, "run.started", data)


def answer_events(answer: Answer) -> Iterator[Event]:
    """Every event of a finished run, the first included, with ids from 1."""
    yield started(answer.run_id, answer.id, answer.session_id, answer.message_id)
    number = 1
    for name, data in _parts(answer):
        number += 1
        yield Event(number, name, data)


def failure(error: AnswerableError) -> Event:
    """The last event of a run that could not be answered."""
    return Event(2, "error", {"code": error.code, "detail": error.detail, "status": error.status})


def _parts(answer: Answer) -> Iterator[tuple[str, dict[str, object]]]:
    yield "route", {"route": answer.route, "intent": answer.intent.model_dump(), "stage": answer.stage}
    for item in answer.evidence:
        yield "evidence", item.model_dump(mode="json")
    for text in _deltas(answer.text):
        yield "delta", {"text": text}
    if answer.chart is not None:
        yield "chart", {"chart": answer.chart}
    for warning in answer.warnings:
        yield "warning", warning.model_dump()
    if answer.status is Status.ASK_BACK and answer.ask_back is not None:
        yield "ask_back", answer.ask_back.model_dump(mode="json")
    yield "answer", answer.model_dump(mode="json")


def _deltas(text: str) -> Iterator[str]:
    """The text in pieces of a few words; joined they are the text again."""
    words = _PIECE.findall(text)
    for start in range(0, len(words), _WORDS_PER_DELTA):
        yield "".join(words[start : start + _WORDS_PER_DELTA])
