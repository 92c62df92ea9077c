"""Links that show one dashboard to whoever has them, until they expire or are taken back.

A token is `share_<workspace>_<secret>`: the workspace is needed before any row can be seen, the secret's
256 random bits are what opens. Only its SHA-256 is kept.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from answerable.data.dashboards import repository
from answerable.data.dashboards.schemas import NewShare
from answerable.data.dashboards.tables import DashboardRow, DashboardShareRow
from answerable.kit import ids
from answerable.kit.clock import Clock
from answerable.kit.db import Session
from answerable.kit.errors import FieldError, InvalidInput, NotFound
from answerable.kit.paging import PageRequest

_TOKEN = re.compile(r"share_(?P<workspace>[a-z0-9]{1,40})_(?P<secret>[A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a good token names: its workspace, and the hash by which its link is kept."""

    workspace_id: str
    token_hash: bytes


async def share(
    session: Session, clock: Clock, dashboard_id: str, new: NewShare
) -> tuple[DashboardShareRow, str]:
    """(a new link to a dashboard, its token). Raises NotFound, or InvalidInput for an end in the past."""
    if await repository.lock(session, dashboard_id) is None:
        raise NotFound
    if new.expires_at <= clock.now():
        raise InvalidInput(
            "The link would have expired already. Choose a later time.",
            errors=[FieldError("expires_at", "lies in the past")],
            reason="expires_in_past",
        )
    token = f"share_{session.workspace_id.removeprefix('ws_')}_{secrets.token_urlsafe(32)}"
    row = DashboardShareRow(
        id=ids.new_id("shr"),
        workspace_id=session.workspace_id,
        dashboard_id=dashboard_id,
        token_hash=_hash(token),
        expires_at=new.expires_at,
        created_by=session.principal.user_id,
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return row, token


async def list_shares(
    session: Session, dashboard_id: str, request: PageRequest
) -> Sequence[DashboardShareRow]:
    """A dashboard's links, newest first, one more than the page holds. NotFound."""
    if await repository.get(session, dashboard_id) is None:
        raise NotFound
    return await repository.page_shares(session, dashboard_id, request)


async def take_back(session: Session, dashboard_id: str, share_id: str) -> None:
    """Delete a link: it shows nothing from then on. NotFound."""
    if not await repository.remove_share(session, dashboard_id, share_id):
        raise NotFound


def open_token(token: str) -> Opened:
    """What a token names, whether it is kept or not. NotFound for what is no token."""
    match = _TOKEN.fullmatch(token)
    workspace_id = f"ws_{match['workspace']}" if match is not None else ""
    if ids.decode("ws", workspace_id) is None:
        raise NotFound
    return Opened(workspace_id, _hash(token))


async def shared_dashboard(
    session: Session, clock: Clock, opened: Opened
) -> tuple[DashboardRow, DashboardShareRow]:
    """The dashboard that a link shows, and the link. NotFound when it was never made, taken back, or has
    expired."""
    found = await repository.shared(session, opened.token_hash, clock.now())
    if found is None:
        raise NotFound
    return found


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
