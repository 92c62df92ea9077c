"""Replies of a scripted model that come in parts, and streams that are read as they come."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from tests.chat.asking.conftest import writes
from tests.chat.conversations import parse
from tests.factories.callers import Caller
from tests.factories.upstream import Reply

FIRST = "Expenses above 500 euros need the approval of the department head."
SECOND = "Receipts must be submitted before the fifth working day of the following month."
Event = tuple[int, str, dict[str, Any]]


def held_after_first(*, frames: int | None = None, then: str = "cut") -> Reply:
    """Two sentences, of which the second does not come before the provider is released. With `frames` the
    answer breaks off after so many frames more."""
    whole = writes((FIRST, [1]), (SECOND, [1]))
    size = 20
    pieces = -(-len(whole.text) // size)
    hold = 2 + (whole.text.index(SECOND[:10]) // size)
    broken: dict[str, Any] = {} if frames is None else {"frames": hold + frames, "then": then}
    return replace(whole, pieces=pieces, hold=hold, **broken)


def reply_of(document: object, pieces: int = 40) -> Reply:
    """A reply with that JSON, in small pieces."""
    return Reply(text=document if isinstance(document, str) else json.dumps(document), pieces=pieces)


async def events_of(caller: Caller, method: str, url: str, **options: Any) -> AsyncIterator[Event]:
    """The events of a stream as they come."""
    async with caller.client.stream(
        method, url, headers={**caller.headers, **options.pop("headers", {})}, **options
    ) as answer:
        assert answer.status_code == 200, await answer.aread()
        waiting = ""
        async for piece in answer.aiter_text():
            *blocks, waiting = (waiting + piece).split("\n\n")
            for event in parse("\n\n".join(blocks)):
                yield event


def asking(caller: Caller, question: str) -> AsyncIterator[Event]:
    """The events of a question outside of conversations."""
    return events_of(caller, "POST", "/api/v1/ask", json={"question": question, "stream": True})


def following(caller: Caller, run_id: str, after: int = 0) -> AsyncIterator[Event]:
    """A run's events again."""
    return events_of(caller, "GET", f"/api/v1/runs/{run_id}/events", headers={"Last-Event-ID": str(after)})


async def until(events: AsyncIterator[Event], name: str) -> list[Event]:
    """The events up to the first of that name."""
    found = []
    async for event in events:
        found.append(event)
        if event[1] == name:
            break
    return found
