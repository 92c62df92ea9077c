"""Responses and their events: the last event of a stream carries the whole."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from answerable.inference.cache.canonical import Document
from answerable.inference.cache.protocols.events import event_documents, named_event, objects, words

_ENDS = frozenset({"response.completed", "response.incomplete"})


class KeptResponses:
    """`/v1/responses`."""

    def keepable(self, document: Document) -> bool:
        """A completed response of words and thoughts alone."""
        items = objects(document.get("output"))
        parts = [part for item in items for part in objects(item.get("content"))]
        return (
            document.get("status") == "completed"
            and all(item.get("type") in ("message", "reasoning") for item in items)
            and all(part.get("type") in ("output_text", "reasoning_text") for part in parts)
            and any(words(part.get("text")).strip() for part in parts)
        )

    def frames(self, document: Document, *, include_usage: bool) -> bytes:
        """A response that begins, each item in few events, the whole response. Usage is always told."""
        del include_usage
        if document.get("object") != "response":
            raise ValueError("no response")
        begun: Document = {**document, "status": "in_progress", "output": [], "usage": None}
        events: list[Document] = [
            {"type": "response.created", "response": begun},
            {"type": "response.in_progress", "response": begun},
        ]
        for index, item in enumerate(objects(document.get("output"))):
            events += _item(index, item)
        events.append({"type": f"response.{document.get('status')}", "response": document})
        return b"".join(
            named_event({**event, "sequence_number": number}) for number, event in enumerate(events)
        )

    def collect(self, stream: bytes) -> Document | None:
        """The response of the last event; None when there is none."""
        try:
            for event in event_documents(stream):
                whole = event.get("response")
                if event.get("type") in _ENDS and isinstance(whole, dict):
                    return whole
        except (ValueError, msgspec.DecodeError):
            return None
        return None


def _item(index: int, item: Document) -> Iterator[Document]:
    place: Document = {"output_index": index, "item_id": item.get("id")}
    empty: Document = {**item, "status": "in_progress"}
    emptied = {"message": ("content", []), "function_call": ("arguments", "")}.get(words(item.get("type")))
    if emptied is not None:
        empty[emptied[0]] = emptied[1]  # type: ignore[assignment]
    yield {"type": "response.output_item.added", "output_index": index, "item": empty}
    if item.get("type") == "message":
        for number, part in enumerate(objects(item.get("content"))):
            yield from _part({**place, "content_index": number}, part)
    elif item.get("type") == "function_call":
        arguments = words(item.get("arguments"))
        yield {"type": "response.function_call_arguments.delta", **place, "delta": arguments}
        yield {
            "type": "response.function_call_arguments.done",
            **place,
            "name": item.get("name"),
            "arguments": arguments,
        }
    yield {"type": "response.output_item.done", "output_index": index, "item": item}


def _part(place: Document, part: Document) -> Iterator[Document]:
    field = "refusal" if part.get("type") == "refusal" else "text"
    name = "response.refusal" if field == "refusal" else "response.output_text"
    text, logprobs = words(part.get(field)), part.get("logprobs") or []
    told: Document = {} if field == "refusal" else {"logprobs": logprobs}
    yield {"type": "response.content_part.added", **place, "part": {**part, field: ""}}
    yield {"type": f"{name}.delta", **place, "delta": text, **told}
    yield {"type": f"{name}.done", **place, field: text, **told}
    yield {"type": "response.content_part.done", **place, "part": part}
