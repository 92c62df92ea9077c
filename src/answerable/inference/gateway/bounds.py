"""How far calls may go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GatewayBounds:
    """`longest_answer` bounds whole answers, in bytes; `call_seconds` all attempts of a call together."""

    longest_answer: int = 64_000_000
    call_seconds: float = 600.0
