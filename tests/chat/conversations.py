"""Conversations through the public API, as a client holds them."""

from __future__ import annotations

import json
from typing import Any

import httpx

from tests.factories.callers import Caller

Json = dict[str, Any]  # as it comes over HTTP
Events = list[tuple[int, str, Json]]


async def new_session(caller: Caller, **more: object) -> str:
    """The id of a fresh session."""
    answer = await caller.post("/api/v1/chat/sessions", json=more)
    assert answer.status_code == 201, answer.text
    session_id: str = answer.json()["id"]
    return session_id


async def session(caller: Caller, session_id: str) -> Json:
    """A session as its member sees it."""
    answer = await caller.get(f"/api/v1/chat/sessions/{session_id}")
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


async def say(caller: Caller, session_id: str, content: str, **more: object) -> Json:
    """Send a message and wait: `{message, reply}`."""
    answer = await caller.post(
        f"/api/v1/chat/sessions/{session_id}/messages", json={"content": content, "stream": False, **more}
    )
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


async def say_streaming(caller: Caller, session_id: str, content: str, **more: object) -> Events:
    """Send a message and read its stream to the end."""
    url = f"/api/v1/chat/sessions/{session_id}/messages"
    answer = await caller.post(url, json={"content": content, **more})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    return parse(answer.text)


async def shown(caller: Caller, session_id: str) -> list[Json]:
    """The messages of the path that is shown."""
    answer = await caller.get(f"/api/v1/chat/sessions/{session_id}/messages", params={"limit": 200})
    assert answer.status_code == 200, answer.text
    items: list[Json] = answer.json()["items"]
    return items


async def replay(caller: Caller, run_id: str, *, after: int = 0) -> Events:
    """A run's events again."""
    answer = await caller.get(f"/api/v1/runs/{run_id}/events", headers={"Last-Event-ID": str(after)})
    assert answer.status_code == 200, answer.text
    return parse(answer.text)


def texts(messages: list[Json]) -> list[str]:
    """The text of each message."""
    return [text(message) for message in messages]


def text(message: Json) -> str:
    """The text of a message's first text part; empty when it has none."""
    return next((part["text"] for part in message["parts"] if part["type"] == "text"), "")


def part(message: Json, kind: str) -> Json:
    """The first part of a kind."""
    found: Json = next(part for part in message["parts"] if part["type"] == kind)
    return found


def parse(text: str) -> Events:
    """The events of a stream, as (id, name, data)."""
    events = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            events.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return events


def is_missing(answer: httpx.Response, missing: httpx.Response) -> bool:
    """Whether an answer is, byte by byte, the one for an id that does not exist."""
    return (answer.status_code, answer.content) == (404, missing.content) and missing.status_code == 404
