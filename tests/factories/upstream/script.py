"""What the scripted provider does with a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias


@dataclass(frozen=True)
class Call:
    """A tool call that the model makes; `arguments` is JSON text."""

    name: str
    arguments: str = "{}"
    id: str = "call_1"


@dataclass(frozen=True)
class Tokens:
    """The counts that the provider reports. `cached` is part of `input`, `reasoning` of `output`."""

    input: int = 11
    output: int = 7
    cached: int = 0
    reasoning: int = 0


@dataclass(frozen=True)
class Reply:
    """An answer. In a stream the text comes in `pieces` frames.

    `wait` seconds pass before the first byte, `gap` seconds before each further frame; `drip` sends
    that many bytes a write, so that frames and characters come in parts. After `frames` frames the
    connection is cut (`then="cut"`), garbage comes, or an error event; `endless` repeats the
    text until the client leaves. With `hold` a stream waits after so many frames for `Upstream.release`.
    `usage` says where a stream reports its tokens.
    """

    text: str = "Hello from upstream."
    reasoning: str = ""
    refusal: str | None = None
    tool_calls: tuple[Call, ...] = ()
    finish: Literal["stop", "length", "content_filter"] | None = None
    tokens: Tokens = Tokens()
    pieces: int = 3
    wait: float = 0.0
    gap: float = 0.0
    drip: int | None = None
    frames: int | None = None
    then: Literal["cut", "garbage", "error"] = "cut"
    endless: bool = False
    hold: int | None = None
    usage: Literal["end", "every", "last_content", "none"] = "end"
    crlf: bool = False
    dimensions: int = 4
    audio: bytes = b"ID3 scripted sound"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> list[str]:
        """The text in pieces."""
        size = max(1, -(-len(self.text) // max(1, self.pieces)))
        return [self.text[at : at + size] for at in range(0, len(self.text), size)]


@dataclass(frozen=True)
class Fail:
    """An error answer; `document` replaces the protocol's own error document."""

    status: int
    message: str = "Scripted failure."
    code: str | None = None
    kind: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    document: bytes | None = None
    wait: float = 0.0


@dataclass(frozen=True)
class Hang:
    """Never answers; `after_headers` sends the head of a stream first."""

    after_headers: bool = False


@dataclass(frozen=True)
class RawBytes:
    """These bytes go on the wire as they are, and the connection is closed. None at all is a reset."""

    data: bytes = b""


Behaviour: TypeAlias = Reply | Fail | Hang | RawBytes
