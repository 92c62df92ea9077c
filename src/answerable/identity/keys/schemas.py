"""What HTTP carries about API keys."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from answerable.identity.scopes import Scope
from answerable.identity.tables import ApiKeyRow
from answerable.identity.users.schemas import PlainText


class KeyIn(BaseModel):
    """Without `scopes` a key may do what its maker may, except manage the workspace: keys, members, limits,
    and the models with their prices. `more_scopes` come on top of that."""

    model_config = ConfigDict(extra="forbid")

    name: PlainText
    scopes: list[Scope] | None = Field(None, min_length=1, max_length=len(Scope))
    more_scopes: list[Scope] | None = Field(None, max_length=len(Scope))
    expires_at: AwareDatetime | None = None


class KeyOut(BaseModel):
    """`prefix` is the part of the key that tells it apart; `user_id` is its maker."""

    id: str
    name: str
    prefix: str
    scopes: list[str]
    user_id: str
    expires_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: ApiKeyRow) -> KeyOut:
        """From the row."""
        return cls(
            id=row.id,
            name=row.name,
            prefix=row.prefix,
            scopes=list(row.scopes),
            user_id=row.user_id,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            created_at=row.created_at,
        )


class KeyMade(KeyOut):
    """With the key itself, which is shown this once."""

    key: str
