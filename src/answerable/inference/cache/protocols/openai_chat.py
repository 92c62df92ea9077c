"""Chat completions and their chunks."""

from __future__ import annotations

import msgspec

from answerable.inference.cache.canonical import Document
from answerable.inference.cache.protocols.events import data_event, event_documents, objects, words
from answerable.inference.chat import Json

_END = b"data: [DONE]\n\n"
_UNWHOLE = frozenset({"choices", "usage", "object"})


class KeptChat:
    """`/v1/chat/completions`."""

    def keepable(self, document: Document) -> bool:
        """Every choice stopped by itself, with words and nothing else."""
        choices = objects(document.get("choices"))
        return bool(choices) and all(_is_words(choice) for choice in choices)

    def frames(self, document: Document, *, include_usage: bool) -> bytes:
        """A chunk with all words of each choice, one with its reason to stop, the usage, the end mark."""
        top: Document = {key: value for key, value in document.items() if key not in _UNWHOLE}
        top["object"] = "chat.completion.chunk"
        frames = []
        for choice in objects(document.get("choices")):
            index, logprobs = choice.get("index", 0), choice.get("logprobs")
            delta = _delta(choice.get("message"))
            ends: list[Document] = [
                {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": None},
                {"index": index, "delta": {}, "logprobs": None, "finish_reason": choice.get("finish_reason")},
            ]
            frames += [data_event({**top, "choices": [end]}) for end in ends]
        if not frames:
            raise ValueError("no choices")
        if include_usage and document.get("usage") is not None:
            frames.append(data_event({**top, "choices": [], "usage": document["usage"]}))
        return b"".join([*frames, _END])

    def collect(self, stream: bytes) -> Document | None:
        """The completion that the chunks make; None when a choice has no reason for stopping."""
        whole: Document = {}
        choices: dict[int, Document] = {}
        try:
            for chunk in event_documents(stream):
                whole.update({key: value for key, value in chunk.items() if key != "choices" and value})
                for piece in objects(chunk.get("choices")):
                    _grow(choices.setdefault(_index(piece), _empty(piece)), piece)
        except (ValueError, msgspec.DecodeError):
            return None
        if not choices or "error" in whole or not all(each["finish_reason"] for each in choices.values()):
            return None
        listed: list[Json] = [choices[index] for index in sorted(choices)]
        return _completion(whole, listed)


def _completion(top: Document, choices: list[Json]) -> Document:
    """A completion with the choices and, at its end, the usage."""
    usage = top.pop("usage", None)
    top.update({"object": "chat.completion", "choices": choices})
    return {**top, "usage": usage} if usage is not None else top


def without_usage(data: bytes) -> bytes:
    """Whole events without those that carry usage and nothing else, for who did not ask for them."""
    if b'"usage"' not in data:
        return data
    events = data.replace(b"\r\n", b"\n").split(b"\n\n")
    return b"\n\n".join(event for event in events if not _is_usage(event))


def _is_usage(event: bytes) -> bool:
    if b'"usage"' not in event or not event.startswith(b"data:"):
        return False
    try:
        document = msgspec.json.decode(event[5:])
    except msgspec.DecodeError:
        return False
    return isinstance(document, dict) and document.get("choices") == [] and bool(document.get("usage"))


def _is_words(choice: Document) -> bool:
    message = choice.get("message")
    if choice.get("finish_reason") != "stop" or not isinstance(message, dict):
        return False
    others = ("tool_calls", "function_call", "refusal", "audio")
    return bool(words(message.get("content")).strip()) and not any(message.get(name) for name in others)


def _delta(message: Json) -> Document:
    if not isinstance(message, dict):
        raise ValueError("a choice without a message")  # noqa: TRY004 (the document is wrong, not the caller)
    delta: Document = {key: value for key, value in message.items() if value is not None}
    calls = objects(message.get("tool_calls"))
    if calls:
        delta["tool_calls"] = [{"index": number, **call} for number, call in enumerate(calls)]
    return delta


def _index(piece: Document) -> int:
    index = piece.get("index", 0)
    return index if isinstance(index, int) else 0


def _empty(piece: Document) -> Document:
    message: Document = {"role": "assistant", "content": None}
    return {"index": _index(piece), "message": message, "logprobs": None, "finish_reason": None}


def _grow(choice: Document, piece: Document) -> None:
    message, delta = choice["message"], piece.get("delta")
    assert isinstance(message, dict)
    if isinstance(delta, dict):
        for key, value in delta.items():
            if key == "tool_calls":
                _grow_calls(message, objects(value))
            elif value is not None:
                message[key] = value if key == "role" else _joined(message.get(key), value)
    if piece.get("finish_reason"):
        choice["finish_reason"] = piece["finish_reason"]
    told, known = piece.get("logprobs"), choice["logprobs"]
    if isinstance(told, dict):
        before = known if isinstance(known, dict) else {}
        choice["logprobs"] = {key: _joined(before.get(key), value) for key, value in told.items()}


def _joined(known: Json, more: Json) -> Json:
    if isinstance(known, str) and isinstance(more, str):
        return known + more
    if isinstance(known, list) and isinstance(more, list):
        return known + more
    return known if more is None else more


def _grow_calls(message: Document, pieces: list[Document]) -> None:
    calls = message.setdefault("tool_calls", [])
    assert isinstance(calls, list)
    for piece in pieces:
        index = _index(piece)
        while len(calls) <= index:
            calls.append({})
        call = calls[index]
        assert isinstance(call, dict)
        for key, value in piece.items():
            if key == "function" and isinstance(value, dict):
                function = call.setdefault("function", {"name": "", "arguments": ""})
                assert isinstance(function, dict)
                for name, text in value.items():
                    function[name] = _joined(function.get(name), text)
            elif key != "index" and value is not None:
                call[key] = value
