"""The running system as one typed object: settings, database, clock, files, and what slices add.

A slice registers how its long-lived object is made (`provide`), whoever needs it asks by type
(`get`). Objects are made on first use and closed in reverse order.
"""

from __future__ import annotations

import asyncio
import inspect
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar, cast, runtime_checkable

from answerable.kit.clock import Clock, SystemClock
from answerable.kit.db import Database
from answerable.kit.leftovers import KeptElsewhere, KeptFiles
from answerable.kit.settings import Settings
from answerable.kit.storage import FileStore

T = TypeVar("T")


@runtime_checkable
class Closable(Protocol):
    def close(self) -> object:
        """Release what is held; may return an awaitable."""
        ...


class Runtime:
    def __init__(self, settings: Settings, database: Database, *, clock: Clock | None = None) -> None:
        self.settings = settings
        self.database = database
        self.clock: Clock = clock or SystemClock()
        self.files = FileStore(settings.data_dir / "files")
        self.kept_files: list[KeptFiles] = []
        self.kept_elsewhere: list[KeptElsewhere] = []
        self._factories: dict[type, Callable[[Runtime], object]] = {}
        self._made: dict[type, object] = {}
        self._lock = threading.RLock()

    def provide(self, kind: type[T], factory: Callable[[Runtime], T]) -> None:
        """Say how the one object of that type is made. A later call replaces an earlier one."""
        self._factories[kind] = factory

    def get(self, kind: type[T]) -> T:
        """The one object of that type, made on first use. KeyError when nobody provides it."""
        with self._lock:
            if kind not in self._made:
                self._made[kind] = self._factories[kind](self)
            return cast("T", self._made[kind])

    def keep_files(self, kept: KeptFiles) -> None:
        """Say which files a slice keeps: they go with their workspace, and those that no row names are
        removed some time."""
        self.kept_files.append(kept)

    def keep_elsewhere(self, kept: KeptElsewhere) -> None:
        """Say what a slice keeps in another system: it goes in the same way."""
        self.kept_elsewhere.append(kept)

    @property
    def workspace_roots(self) -> set[Path]:
        """The folders that have a folder for each workspace, named by its id."""
        return {self.files.root, *(kept.root for kept in self.kept_files)}

    async def delete_workspace_files(self, workspace_id: str) -> None:
        """Remove everything that any slice keeps on disk for a workspace."""
        for root in self.workspace_roots:
            await asyncio.to_thread(shutil.rmtree, root / workspace_id, True)

    async def close(self) -> None:
        """Close what was made, newest first, then the database."""
        for resource in reversed(list(self._made.values())):
            if isinstance(resource, Closable):
                outcome = resource.close()
                if inspect.isawaitable(outcome):
                    await outcome
        self._made.clear()
        await self.database.close()
