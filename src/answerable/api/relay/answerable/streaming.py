"""The model `answerable` as a stream: each sentence that a model writes goes out once it has held."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from answerable.api.relay.answerable.question import Question
from answerable.api.relay.answerable.writing import EvidenceWriter, answer_events
from answerable.chat.asking.live import LiveSentence
from answerable.chat.asking.steps import Asker
from answerable.inference.chat import ChatEvent, TextDelta
from answerable.inference.gateway import Inbound, Reply
from answerable.inference.gateway.call import Call
from answerable.inference.gateway.closing import Closing
from answerable.inference.gateway.event_stream import EventStream
from answerable.inference.gateway.inbound import Headers
from answerable.inference.usage.record import Outcome

_EVENTS = b"text/event-stream; charset=utf-8"


class _Sentences:
    """Hands on what is shown, one text after the other; None is the end."""

    def __init__(self) -> None:
        self.texts: asyncio.Queue[str | None] = asyncio.Queue()
        self.begun = False

    async def show(self, sentence: LiveSentence) -> None:
        """One more sentence."""
        self.begun = True
        self.texts.put_nowait(sentence.text)


async def streamed_reply(asker: Asker, asked: Question, inbound: Inbound, call: Call) -> Reply:
    """The stream, once its first words are there. Raises an AnswerableError for what cannot be answered."""
    writer = EvidenceWriter(inbound.operation, asked.request, call.id, call.started_at)
    events = _events(asker, asked, inbound.trace_id or "", call, writer)
    try:
        first = await anext(events)
    except BaseException:
        async with aclosing(events):
            raise
    return Reply(_EVENTS, headers_of(call), stream=EventStream(events, writer, writer.frames(first)))


def headers_of(call: Call) -> Headers:
    """What every answer says about its call."""
    return (*call.limit_headers, (b"x-answerable-call-id", call.id.encode()))


async def _events(
    asker: Asker, asked: Question, trace_id: str, call: Call, writer: EvidenceWriter
) -> AsyncGenerator[ChatEvent, None]:
    """The events; the books are closed before those that end the answer. Whoever reads no further ends the
    work on it."""
    sentences = _Sentences()
    shown = ""
    with Closing(call):
        work = asyncio.create_task(asked.answered(replace(asker, live=sentences), trace_id))
        work.add_done_callback(lambda _: sentences.texts.put_nowait(None))
        try:
            while (text := await sentences.texts.get()) is not None:
                call.first_token()
                shown += text
                yield TextDelta(text)
            answer = await work
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        call.first_token()
        call.close(Outcome.ANSWERED)
    writer.answer = answer
    for event in answer_events(answer, shown):
        yield event
