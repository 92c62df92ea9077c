"""HTTP of people."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.identity.access import (
    AnonymousContext,
    PersonContext,
    RequestContext,
    anonymous,
    person,
    person_without_transaction,
    server_owner,
)
from answerable.identity.users import service
from answerable.identity.users.schemas import PasswordChange, ProfileChange, UserChange, UserOut
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest

router = Router(prefix="/users", tags=["users"])


@router.get("/me")
async def read_own_profile(context: Annotated[RequestContext, person()]) -> UserOut:
    """The signed-in person."""
    return UserOut.of(await service.own(context))


@router.patch("/me")
async def change_own_profile(change: ProfileChange, context: Annotated[RequestContext, person()]) -> UserOut:
    """Change the signed-in person's name."""
    return UserOut.of(await service.rename(context, change.name))


@router.post("/me/password", status_code=204)
async def change_own_password(
    change: PasswordChange,
    context: Annotated[PersonContext, person_without_transaction()],
    caller: Annotated[AnonymousContext, anonymous()],
) -> None:
    """Change the password; every other sign-in of the person ends."""
    await service.change_password(
        context, caller.client_address, change.current_password, change.new_password
    )


@router.get("")
async def list_users(
    page: Annotated[PageRequest, Query()], context: Annotated[RequestContext, server_owner()]
) -> Page[UserOut]:
    """Everybody on the server. For the server's owner."""
    return await service.page_of_people(context, page)


@router.get("/{user_id}")
async def read_user(user_id: str, context: Annotated[RequestContext, server_owner()]) -> UserOut:
    """One person. For the server's owner."""
    return UserOut.of(await service.person(context, user_id))


@router.patch("/{user_id}")
async def change_user(
    user_id: str, change: UserChange, context: Annotated[RequestContext, server_owner()]
) -> UserOut:
    """Shut a person out of the server, or let them in again. For the server's owner."""
    return UserOut.of(await service.set_disabled(context, user_id, disabled=change.disabled))
