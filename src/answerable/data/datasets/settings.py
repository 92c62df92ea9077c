"""What is remembered of a dataset for its next versions."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from answerable.data.ingestion.choices import TableChoices


class DatasetSettings(BaseModel):
    """`choices` are people's decisions about how its files are read."""

    model_config = ConfigDict(frozen=True)

    choices: TableChoices = TableChoices()

    def stored(self) -> dict[str, object]:
        """What a row keeps: what somebody chose, and no defaults."""
        return self.model_dump(mode="json", exclude_none=True)
