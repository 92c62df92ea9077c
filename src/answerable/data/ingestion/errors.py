"""Typed refusals: what ingestion cannot take, said inside the sandbox's child."""

from __future__ import annotations

from answerable.kit.sandbox import Refusal


def refuse(code: str, detail: str) -> Refusal:
    """The refusal to raise; `detail` says what to do."""
    return Refusal(code, detail)
