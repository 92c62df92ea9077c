"""An answer as a stream of events. The events follow from the answer and from what is kept of those that were
shown while it was written, so any replica can send them again from any point."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from pydantic import JsonValue

from answerable.chat.asking.answer import Answer, Route, Status
from answerable.chat.asking.live import LiveSentence
from answerable.kit.errors import AnswerableError
from answerable.kit.http.sse import Event

_PIECE = re.compile(r"\S+\s*|\s+")
_WORDS_PER_DELTA = 8

WRITTEN = "written"
"""The intent of answers that a model writes."""

Shown: TypeAlias = Sequence[tuple[str, Mapping[str, JsonValue]]]
"""Names and data of events that were given out before there was an answer."""


def events_of(run_id: str) -> str:
    """Where a run's events can be read, from the first."""
    return f"/api/v1/runs/{run_id}/events"


def started(run_id: str, answer_id: str, session_id: str | None, message_id: str | None) -> Event:
    """The first event of every run; sent before any work. In a conversation it names the message that
    will show the answer."""
    data = {"run_id": run_id, "answer_id": answer_id}
    if session_id is not None and message_id is not None:
        data |= {"session_id": session_id, "message_id": message_id}
    return Event(1, "run.started", data)


def answer_events(answer: Answer, shown: Shown = ()) -> Iterator[Event]:
    """Every event of a finished run, the first included, with ids from 1: those that were shown while it was
    written, then what they leave out."""
    yield started(answer.run_id, answer.id, answer.session_id, answer.message_id)
    yield from shown_events(shown)
    for number, (name, data) in enumerate(_parts(answer, shown), 2 + len(shown)):
        yield Event(number, name, data)


def shown_events(shown: Shown) -> Iterator[Event]:
    """The events that were shown while the answer was written, from id 2 on."""
    for number, (name, data) in enumerate(shown, 2):
        yield Event(number, name, data)


def sentence_events(sentence: LiveSentence, *, is_first: bool) -> list[tuple[str, dict[str, JsonValue]]]:
    """The events of one more sentence of an answer that is being written, without ids."""
    events: list[tuple[str, dict[str, JsonValue]]] = []
    if is_first:
        intent: JsonValue = {"kind": WRITTEN, "confidence": round(sentence.confidence, 4)}
        events.append(("route", {"route": Route.DOCUMENTS, "intent": intent, "stage": sentence.stage}))
    events += [("evidence", item.model_dump(mode="json")) for item in sentence.evidence]
    events.append(("delta", {"text": sentence.text}))
    return events


def shown_text(shown: Shown) -> str:
    """The words of an answer that were shown."""
    return "".join(str(data["text"]) for name, data in shown if name == "delta")


def failure(error: AnswerableError) -> dict[str, object]:
    """What the last event of a run that could not be answered says."""
    return {"code": error.code, "detail": error.detail, "status": error.status}


def _parts(answer: Answer, shown: Shown) -> Iterator[tuple[str, Mapping[str, object]]]:
    told = {data.get("n") for name, data in shown if name == "evidence"}
    if not shown:
        yield "route", {"route": answer.route, "intent": answer.intent.model_dump(), "stage": answer.stage}
    for item in answer.evidence:
        if item.n not in told:
            yield "evidence", item.model_dump(mode="json")
    for text in _deltas(answer.text.removeprefix(shown_text(shown))):
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
