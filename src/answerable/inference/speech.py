"""A call for spoken words in the gateway's own words."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct

from answerable.inference.chat import TokenCount


class SpeechRequest(Struct, frozen=True, kw_only=True):
    """What is to be said. `format` is a file type (`mp3`, `wav`, `pcm`, …), `speed` a factor."""

    model: str
    text: str
    voice: str
    format: str = "mp3"
    speed: float | None = None
    instructions: str | None = None


@dataclass(frozen=True, slots=True)
class Speech:
    """Sound as a file of `media_type`."""

    data: bytes = field(repr=False)
    media_type: str
    tokens: TokenCount | None = None
