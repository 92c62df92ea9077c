"""What a stranger's page may know of the server."""

from __future__ import annotations

import answerable
from answerable.identity.browser.schemas import Setup
from answerable.identity.users import repository as users
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime


async def setup(runtime: Runtime) -> Setup:
    """Whether the server waits for its owner, and how people get in."""
    async with runtime.database.begin(Principal.anonymous()) as session:
        owned = await users.server_has_owner(session)
    auth = runtime.settings.auth
    return Setup(
        first_person=not owned,
        registration=auth.registration,
        password_min_length=auth.password_min_length,
        version=answerable.__version__,
    )
