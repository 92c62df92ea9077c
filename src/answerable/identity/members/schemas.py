"""What HTTP carries about members."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from answerable.identity.emails import EmailAddress
from answerable.identity.tables import MembershipRow, UserRow
from answerable.identity.users.schemas import UserOut
from answerable.kit.paging import PageRequest
from answerable.kit.principal import Role

_MOST_VALUES = 500


def _few_values(attributes: dict[str, list[str]]) -> dict[str, list[str]]:
    if sum(map(len, attributes.values())) > _MOST_VALUES:
        raise ValueError(f"give at most {_MOST_VALUES} values altogether")
    return {name: list(dict.fromkeys(values)) for name, values in attributes.items() if values}


_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
_Value = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Attributes = Annotated[dict[_Name, list[_Value]], Field(max_length=50), AfterValidator(_few_values)]


class MembersRequest(PageRequest):
    q: Annotated[
        str | None,
        Query(max_length=200, description="Only those whose name or address has this text."),
    ] = None
    user_id: Annotated[list[str], Query(max_length=200, description="Only these people.")] = Field(
        default_factory=list
    )


class MemberOut(BaseModel):
    """A member. `attributes` are what the row policies of the semantic model go by; null for whoever may not
    see them."""

    user: UserOut
    role: Role
    attributes: dict[str, list[str]] | None
    created_at: datetime

    @classmethod
    def of(cls, membership: MembershipRow, user: UserRow, *, attributes: bool = True) -> MemberOut:
        """From the rows, with the attributes or without."""
        return cls(
            user=UserOut.of(user),
            role=Role(membership.role),
            attributes=membership.attributes if attributes else None,
            created_at=membership.created_at,
        )


class MemberIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: EmailAddress
    role: Role


class MemberChange(BaseModel):
    """What shall change; what is left out stays. `attributes` replaces all of them."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    attributes: Attributes | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> MemberChange:
        if self.role is None and self.attributes is None:
            raise ValueError("give a role, attributes, or both")
        return self
