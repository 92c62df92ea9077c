"""`/v1/models` as OpenAI's and Anthropic's clients expect it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from answerable.kit.errors import NotFound

# The protocols want to know when a model was made; of names that lead elsewhere nobody knows.
_CREATED = 0
_CREATED_AT = "1970-01-01T00:00:00Z"


def model_list(names: Sequence[str], wanted: str | None, *, anthropic: bool) -> bytes:
    """The list of names, or the one that is wanted. Raises NotFound for a name that is not there."""
    entry = _anthropic if anthropic else _openai
    if wanted is not None:
        if wanted not in names:
            raise NotFound(f"The model '{wanted}' is not configured. GET /v1/models lists those that are.")
        return msgspec.json.encode(entry(wanted))
    data = [entry(name) for name in names]
    if anthropic:
        ends = {"first_id": names[0] if names else None, "last_id": names[-1] if names else None}
        return msgspec.json.encode({"data": data, "has_more": False, **ends})
    return msgspec.json.encode({"object": "list", "data": data})


def _openai(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "answerable"}


def _anthropic(name: str) -> dict[str, object]:
    return {"type": "model", "id": name, "display_name": name, "created_at": _CREATED_AT}
