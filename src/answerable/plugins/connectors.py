"""The hook by which packages add places that documents come from, and what a connector must be.

A connector lists items; the sync engine decides what is new, fetches it, keeps it and forgets it. It
may be stopped after any item and asked again with the position of the last item that was kept.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

from pydantic import BaseModel, JsonValue

from answerable.kit.outbound import Outbound
from answerable.plugins.markers import hookspec


class ConnectorFailure(Exception):
    """Why a place cannot be read, or one item of it. `detail` is for people and says what to do.

    `retryable`: trying again later may help.
    """

    def __init__(self, code: str, detail: str, *, retryable: bool = False) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.retryable = retryable


class ItemGone(Exception):
    """The item was there when it was listed and is not any more."""


@dataclass(frozen=True, slots=True)
class Content:
    """An item's bytes as they come. `version` is more exact than the listing's, where there is one."""

    chunks: AsyncIterator[bytes]
    file_name: str
    version: str | None = None


# Called with the version that is kept (None: nothing is); answers None when it has not changed.
Fetch = Callable[[str | None], Awaitable[Content | None]]


async def _nothing(_known: str | None) -> Content | None:
    raise ItemGone


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that becomes a document, or one that is gone (`deleted`).

    `id` names it within its source for ever, in at most 2,000 characters. Equal `version`s mean equal
    bytes; without one every sync fetches. `cursor` is the position after it, which a later listing can
    start from.
    """

    id: str
    title: str | None = None
    fetch: Fetch = _nothing
    version: str | None = None
    modified: datetime | None = None
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    deleted: bool = False
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class ReaderBounds:
    """Which classes of LlamaIndex readers the operator approved, by their full names, and what a process
    of one may use."""

    classes: Sequence[str] = ()
    seconds: float = 1800.0
    memory_bytes: int = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ConnectorContext:
    """What the server gives a connector: the guarded way out, and the operator's bounds.

    `roots` are the only folders whose files may be read, except what lies in `closed` (the server's own
    data), `private_hosts` the hosts (`host` or `host:port`) that may have private addresses. `run_folder`
    is for what a sync keeps from one portion to the next on this machine; it need not exist, and goes with
    the sync.
    """

    outbound: Outbound
    roots: Sequence[Path] = ()
    private_hosts: Sequence[str] = ()
    closed: Sequence[Path] = ()
    max_item_bytes: int = 100_000_000
    politeness_seconds: float = 1.0
    readers: ReaderBounds = ReaderBounds()
    run_folder: Path | None = None

    def may_be_private(self, host: str, port: int | None = None) -> bool:
        """Whether the operator lets sources name that host though its address is private."""
        allowed = {entry.lower() for entry in self.private_hosts}
        return host.lower() in allowed or f"{host}:{port}".lower() in allowed

    def url_may_be_private(self, url: str) -> bool:
        """The same for an address."""
        parts = urlsplit(url)
        return self.may_be_private(parts.hostname or "", parts.port)


class Connector(Protocol):
    """A kind of source. Fields of its configuration of the type SecretStr are kept encrypted and never
    shown. `Any` below is an instance of that model, which each connector knows."""

    @property
    def kind(self) -> str:
        """What sources name it by."""
        ...

    @property
    def summary(self) -> str:
        """One line for people."""
        ...

    @property
    def config(self) -> type[BaseModel]:
        """The model of its configuration."""
        ...

    def snapshot(self, config: Any) -> bool:  # Any: the connector's own model
        """Whether a listing names everything there is, so that what it lacks was deleted."""
        ...

    async def check(self, config: Any, context: ConnectorContext) -> None:  # Any: its own model
        """Returns when the place can be read; raises ConnectorFailure."""
        ...

    def changes(
        self,
        config: Any,
        cursor: str | None,
        context: ConnectorContext,  # Any: its own model
    ) -> AsyncIterator[Item]:
        """The items after a position, None being the start, in an order that repeats. Raises
        ConnectorFailure."""
        ...


@runtime_checkable
class Counting(Protocol):
    """A connector that can say cheaply how many items there are: what a sync tells its remaining time by.
    The others' is told by the items of the sync before."""

    async def count(self, config: Any, context: ConnectorContext) -> int:  # Any: its own model
        """About how many items a listing from the start has. Raises ConnectorFailure."""
        ...


@hookspec
def answerable_connectors() -> Sequence[Connector]:
    """Connectors to offer. Each has a `kind` of its own, which a source's configuration names."""
    return ()
