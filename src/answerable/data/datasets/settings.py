"""What is remembered of a dataset for its next versions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from answerable.data.ingestion.choices import TableChoices
from answerable.data.ingestion.rules.model import Derive, Rules


class DatasetSettings(BaseModel):
    """`choices` are people's decisions about how its files are read, `rules` what is made of them.
    `schema_changes` says whether a file with other columns is taken; `keep_versions` and `keep_days` which
    versions stay: the newest so many, and all that are younger. None: as the server is set."""

    model_config = ConfigDict(frozen=True)

    choices: TableChoices = TableChoices()
    rules: Rules = ()
    schema_changes: Literal["accept", "refuse"] | None = None
    keep_versions: Annotated[int, Field(ge=1, le=10_000)] | None = None
    keep_days: Annotated[int, Field(ge=0, le=36_500)] | None = None

    @property
    def derived_columns(self) -> frozenset[str]:
        """The columns that the rules make."""
        return frozenset(rule.column for rule in self.rules if isinstance(rule, Derive))

    def stored(self) -> dict[str, object]:
        """What a row keeps: what somebody chose, and no defaults."""
        return self.model_dump(mode="json", exclude_none=True)
