"""`/v1/models` as OpenAI's and Anthropic's clients expect it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

# The protocols want to know when a model was made; of names that lead elsewhere nobody knows.
_CREATED = 0
_CREATED_AT = "1970-01-01T00:00:00Z"


def model_list(names: Sequence[str], *, anthropic: bool) -> bytes:
    """The list of names."""
    entry = _anthropic if anthropic else _openai
    data = [entry(name) for name in names]
    if anthropic:
        ends = {"first_id": names[0] if names else None, "last_id": names[-1] if names else None}
        return msgspec.json.encode({"data": data, "has_more": False, **ends})
    return msgspec.json.encode({"object": "list", "data": data})


def one_model(name: str, *, anthropic: bool) -> bytes:
    """One name."""
    return msgspec.json.encode((_anthropic if anthropic else _openai)(name))


def _openai(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "answerable"}


def _anthropic(name: str) -> dict[str, object]:
    return {"type": "model", "id": name, "display_name": name, "created_at": _CREATED_AT}
