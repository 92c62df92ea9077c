"""What all arguments of findings are."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Plain(BaseModel):
    """JSON objects without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
