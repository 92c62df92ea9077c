"""Which tool an answer or a search went by."""

from __future__ import annotations

from pydantic import BaseModel


class ToolUsed(BaseModel):
    """A tool and the version of it that was used: what it set then stays readable."""

    id: str
    name: str
    version: int
