"""What the index knows of a document besides its text, for filters to be read off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import JsonValue

TYPE, LANGUAGE, TAGS, CREATED, MODIFIED, METADATA = (
    "type", "language", "tags", "created", "modified", "metadata",
)  # fmt: skip
"""The keys of the facts as they are stored."""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A document's media type, language, tags, times and own metadata."""

    media_type: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    created_at: datetime | None = None
    modified_at: datetime | None = None
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)

    def to_json(self) -> dict[str, JsonValue]:
        """The facts as they are stored. Times are seconds since 1970; a document that was never modified
        has the time of its creation there."""
        modified = self.modified_at or self.created_at
        return {
            TYPE: self.media_type,
            LANGUAGE: self.language,
            TAGS: list(self.tags),
            CREATED: None if self.created_at is None else self.created_at.timestamp(),
            MODIFIED: None if modified is None else modified.timestamp(),
            METADATA: dict(self.metadata),
        }
