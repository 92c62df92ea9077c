"""The rules of query limits: they narrow what the server allows, and never widen it."""

from __future__ import annotations

from dataclasses import fields

import structlog

from answerable.data.engines.query_limits import repository
from answerable.data.engines.query_limits.bounds import QueryLimits
from answerable.kit.db import Session
from answerable.kit.errors import FieldError, InvalidInput
from answerable.kit.settings import QuerySettings

log = structlog.get_logger(__name__)


async def limits(session: Session) -> QueryLimits:
    """What a query may cost in the session's workspace."""
    return await repository.limits(session)


async def change_limits(session: Session, wanted: QueryLimits, server: QuerySettings) -> None:
    """Change that, for the next query on. Raises InvalidInput for what is above the server's."""
    above = [
        FieldError(field.name, f"the server allows at most {getattr(server, field.name):,}")
        for field in fields(wanted)
        if (own := getattr(wanted, field.name)) is not None and own > getattr(server, field.name)
    ]
    if above:
        raise InvalidInput(
            "A workspace's limits only narrow the server's. Give at most those, or null.", errors=above
        )
    await repository.set_limits(session, wanted)
    log.info("query_limits_changed", workspace_id=session.workspace_id, by=session.principal.user_id)
