"""Which store a workspace is searched by: its choice among those that the operator set up."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.jobs import run_soon
from answerable.kit.db import Session
from answerable.kit.errors import FieldError, InvalidInput
from answerable.kit.runtime import Runtime
from answerable.knowledge.indexing import generations
from answerable.knowledge.indexing.generations import Generations
from answerable.knowledge.stores import outbox
from answerable.knowledge.stores.registry import offered

FOLLOW_SETTINGS = "index.follow_encoder"


class UnknownStore(InvalidInput):
    """The workspace chose a store that the operator has not set up."""

    code, title = "unknown_vector_store", "No such vector store"


@dataclass(frozen=True, slots=True)
class StoreState:
    """What a workspace is searched by, what it chose and may choose, and how many documents have changes
    that the store has still to be told."""

    used: Generations
    chosen: str | None
    offered: tuple[str, ...]
    waiting: int
    waiting_seconds: float


async def status(session: Session, runtime: Runtime) -> StoreState:
    """The state of the session's workspace."""
    used = await generations.of_workspace(session)
    count, seconds = await outbox.waiting(session, used.active.number)
    stores = offered(runtime.settings.search)
    return StoreState(used, await generations.chosen(session), stores, count, seconds)


async def choose(session: Session, runtime: Runtime, store: str | None) -> None:
    """Let the workspace go over to a store, soon and in the background. Raises UnknownStore."""
    known = offered(runtime.settings.search)
    if store is not None and store not in known:
        detail = f"There is no vector store '{store}' here. Choose one of: {', '.join(known)}."
        raise UnknownStore(detail, errors=[FieldError("store", detail)])
    await generations.choose(session, store)
    await run_soon(session, FOLLOW_SETTINGS)
