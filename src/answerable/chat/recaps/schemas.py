"""What HTTP carries of recaps."""

from __future__ import annotations

from pydantic import BaseModel, Field

from answerable.chat.asking.answer import Usage
from answerable.chat.asking.warnings import Warning


class RecapLine(BaseModel):
    """One turn: what was asked, and the first sentence of its answer."""

    message_id: str
    text: str


class RecapSentence(BaseModel):
    """What a model says of the conversation, and the answers that say so."""

    text: str
    message_ids: list[str]


class Recap(BaseModel):
    """`lines` are there always. `summary` is a model's, and empty where none wrote; `by` is its name, else
    `rules`."""

    lines: list[RecapLine]
    summary: list[RecapSentence] = Field(default_factory=list)
    by: str = "rules"
    warnings: list[Warning] = Field(default_factory=list)
    usage: Usage = Field(default_factory=Usage)
