"""Base64 in a client's body: what of it the model reads as a picture or sound, not as words.

Only the parts of content that providers take as such count. The same letters in a text, in a tool's
arguments or in a field of the client's own are words, and are reserved as words: a limit must not be passed
by writing "base64" above a long text. Documents count as words too, for that is what they hold.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

PICTURE_BYTES = 6_000
"""About 1,500 tokens, what providers count for a large picture."""

_SOUND_BYTES_A_BYTE = 100
# An object with its keys as JSON gives them: what a client sends has no type that can be relied on.
_Object = dict[str, object]


def bytes_of_words(body: bytes) -> int:
    """The size of a body with each picture as `PICTURE_BYTES` and each sound as a hundredth of its size."""
    size = len(body)
    if size < 2_000 or (b"base64" not in body and b"input_audio" not in body):
        return size
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return size
    if not isinstance(document, dict):
        return size
    for part in _parts([*_objects(document.get("messages")), *_objects(document.get("input"))]):
        picture = _picture(part)
        if picture is not None:
            size += PICTURE_BYTES - len(picture)
        sound = part.get("input_audio")
        if part.get("type") == "input_audio" and isinstance(sound, dict):
            data = sound.get("data")
            if isinstance(data, str):
                size += len(data) // _SOUND_BYTES_A_BYTE - len(data)
    return max(0, size)


def _parts(turns: list[_Object]) -> Iterator[_Object]:
    """The parts of the turns' content; a tool's result may hold parts in turn."""
    for turn in turns:
        for part in (*_objects(turn.get("content")), *_objects(turn.get("output"))):
            yield part
            if part.get("type") == "tool_result":
                yield from _objects(part.get("content"))


def _picture(part: _Object) -> str | None:
    """The base64 of a part that is a picture: of OpenAI's chat, of its responses, of Anthropic's messages."""
    kind, data = part.get("type"), None
    if kind in ("image_url", "input_image"):
        data = part.get("image_url")
        if isinstance(data, dict):
            data = data.get("url")
        if isinstance(data, str) and not data.startswith("data:image/"):
            return None
    elif kind == "image":
        source = part.get("source")
        if isinstance(source, dict) and source.get("type") == "base64":
            data = source.get("data")
    return data if isinstance(data, str) else None


def _objects(value: object) -> list[_Object]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
