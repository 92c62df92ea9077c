"""Folders watched for changes, so that a sync starts within seconds of one.

Each worker watches what its own disk has. What happened while nobody watched is found by the sync that
beginning to watch starts. Where the disk tells of nothing (some network file systems, no watches left),
the source's schedule remains.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import structlog
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from watchfiles import awatch

from answerable.kit.crypto import SecretBox
from answerable.kit.errors import AnswerableError
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.sources import repository
from answerable.knowledge.sources.configuration import open_config
from answerable.knowledge.sources.connectors.folder import FolderConfig, concerns, watched_folder
from answerable.knowledge.sources.registry import connector_for, context_of
from answerable.knowledge.sources.repository import Watch
from answerable.knowledge.sources.sync import service as syncing

_LOOK_SECONDS = 5.0
_REST_SECONDS = 5.0
_AGAIN_SECONDS = 60.0
_TICK_MS = 500
_QUIET_MS = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder that is watched, and for which source."""

    watch: Watch
    folder: Path
    config: FolderConfig


class FolderWatch:
    """Watches the folders of all sources that want it, in the background."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._task: asyncio.Task[None] | None = None
        self._places: dict[Watch, _Place | None] = {}
        self._due: dict[Watch, float] = {}
        self._rests: dict[str, float] = {}
        self._closed = context_of(runtime).closed

    def start(self) -> None:
        """Begin to watch, on the running event loop."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name="folder watch")

    async def close(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        while True:
            pause = _LOOK_SECONDS
            try:
                await self._look()
                if any(self._places.values()):
                    await self._watch()
                    pause = 0
            except SQLAlchemyError as error:
                log.info("folder_watch_waits", error=str(error.__cause__ or error))
            except (OSError, RuntimeError) as error:  # no watches left, or a folder went meanwhile
                log.warning("folders_not_watched", error=str(error))
                pause = _AGAIN_SECONDS
            await asyncio.sleep(pause)

    async def _look(self) -> bool:
        """Find out which folders to watch. Whether that has changed; what is new is synced."""
        async with self._runtime.database.begin(Principal.anonymous()) as session:
            wanted = await repository.watches(session)
        fresh = wanted - self._places.keys()
        gone = self._places.keys() - wanted
        away = {watch for watch, place in self._places.items() if place is None}
        found = {watch: await self._place(watch) for watch in fresh | (away - gone)}
        for watch in gone:
            del self._places[watch]
            self._due.pop(watch, None)
        self._places |= found
        began = [watch for watch, place in found.items() if place is not None]
        self._due |= dict.fromkeys(began, 0.0)
        return bool(began or gone)

    async def _place(self, watch: Watch) -> _Place | None:
        """Where a source's folder lies on this machine; None when it is not here."""
        try:
            async with self._runtime.database.begin(Principal.system(watch.workspace_id)) as session:
                source = await repository.get(session, watch.source_id)
            if source is None:
                return None
            connector = connector_for(source.kind)
            config: BaseModel = open_config(self._runtime.get(SecretBox), connector, source)
        except AnswerableError:
            return None  # its sync says what is wrong with it
        assert isinstance(config, FolderConfig)
        folder = await asyncio.to_thread(watched_folder, config, context_of(self._runtime))
        return None if folder is None else _Place(watch, folder, config)

    async def _watch(self) -> None:
        """Watch until the set of folders changes."""
        places = [place for place in self._places.values() if place is not None]
        next_look = time.monotonic() + _LOOK_SECONDS
        watching = awatch(
            *{place.folder for place in places},
            watch_filter=None,
            step=_QUIET_MS,
            rust_timeout=_TICK_MS,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        )
        async with contextlib.aclosing(watching):
            async for changes in watching:
                if changes:
                    await asyncio.to_thread(self._note, places, [Path(path) for _, path in changes])
                await self._start_due()
                if time.monotonic() >= next_look:
                    if await self._look():
                        return
                    next_look = time.monotonic() + _LOOK_SECONDS

    def _note(self, places: Iterable[_Place], changed: Iterable[Path]) -> None:
        seen = [path for path in changed if not any(path.is_relative_to(each) for each in self._closed)]
        for place in places:
            below = (path for path in seen if path.is_relative_to(place.folder))
            if any(concerns(place.config, place.folder, path) for path in below):
                self._due.setdefault(place.watch, self._rests.get(place.watch.source_id, 0.0))

    async def _start_due(self) -> None:
        for watch, due in list(self._due.items()):
            if time.monotonic() < due:
                continue
            async with self._runtime.database.begin(Principal.system(watch.workspace_id)) as session:
                started = await syncing.start_for_change(session, watch.source_id)
            if started:
                del self._due[watch]
                self._rests[watch.source_id] = time.monotonic() + _REST_SECONDS
