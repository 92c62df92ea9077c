"""A folder on the server's disk, below one of the folders that the operator allows."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from answerable.knowledge.sources.connectors.roots import allowed_path, closed_folders
from answerable.plugins.connectors import ConnectorContext, ConnectorFailure, Content, Item, ItemGone

_BLOCK = 1 << 20
_LISTED_AT_ONCE = 500


class FolderConfig(BaseModel):
    """Which files: patterns are matched against the path below the folder, `*` also across folders."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(description="The folder; it must lie below one that the server's operator allows.")
    include: list[str] = Field(["*"], description="Patterns of files to take.", max_length=100)
    exclude: list[str] = Field([], description="Patterns of files to leave out.", max_length=100)
    hidden: bool = Field(False, description="Whether names that begin with a dot count.")
    watch: bool = Field(
        True, description="Whether changes are taken in at once, where the server's disk tells of them."
    )


class FolderConnector:
    """Lists a folder in the order of its paths. A file's version is its identity, size and time."""

    kind = "folder"
    summary = "Files in a folder on the server's disk"
    config = FolderConfig

    def snapshot(self, config: FolderConfig) -> bool:
        """A folder is listed whole."""
        del config
        return True

    async def check(self, config: FolderConfig, context: ConnectorContext) -> None:
        """The folder is there and may be read."""
        await asyncio.to_thread(_root, config, context)

    async def count(self, config: FolderConfig, context: ConnectorContext) -> int:
        """The files, by one walk."""
        root = await asyncio.to_thread(_root, config, context)
        walk = _Walk(root, config, await asyncio.to_thread(closed_folders, context)).after(None)
        return await asyncio.to_thread(sum, (1 for _ in walk))

    async def changes(
        self, config: FolderConfig, cursor: str | None, context: ConnectorContext
    ) -> AsyncIterator[Item]:
        """Every file after a path."""
        root = await asyncio.to_thread(_root, config, context)
        walk = _Walk(root, config, await asyncio.to_thread(closed_folders, context)).after(cursor)
        while portion := await asyncio.to_thread(_take, walk):
            for item in portion:
                yield item


def watched_folder(config: FolderConfig, context: ConnectorContext) -> Path | None:
    """The folder to be told of changes in; None when it is not to be watched, or is not there."""
    if not config.watch:
        return None
    try:
        return _root(config, context)
    except ConnectorFailure:
        return None


def concerns(config: FolderConfig, root: Path, path: Path) -> bool:
    """Whether a change at a path below the folder may change its listing. What is not a file any more may
    have been a folder of files."""
    parts = path.relative_to(root).parts
    if not config.hidden and any(part.startswith(".") for part in parts):
        return False
    return not path.is_file() or _is_wanted("/".join(parts), config)


def _is_wanted(name: str, config: FolderConfig) -> bool:
    wanted = any(fnmatch(name, pattern) for pattern in config.include)
    return wanted and not any(fnmatch(name, pattern) for pattern in config.exclude)


def _root(config: FolderConfig, context: ConnectorContext) -> Path:
    root = allowed_path(config.path, context)
    try:
        with os.scandir(root):
            return root
    except OSError as error:
        raise ConnectorFailure(
            "folder_unreadable",
            f"The folder cannot be read ({error.strerror}). Check that it is there and may be read.",
            retryable=True,
        ) from error


def _take(walk: Iterator[Item]) -> list[Item]:
    return [item for item, _ in zip(walk, range(_LISTED_AT_ONCE), strict=False)]


class _Walk:
    """Goes through a folder in the order of its paths' parts, past the closed folders in it."""

    def __init__(self, root: Path, config: FolderConfig, closed: frozenset[Path]) -> None:
        self._root = root
        self._config = config
        self._closed = closed

    def after(self, place: str | None) -> Iterator[Item]:
        """The files after a path; folders before it are not read."""
        return self._below((), tuple(place.split("/")) if place else ())

    def _below(self, parts: tuple[str, ...], floor: tuple[str, ...]) -> Iterator[Item]:
        for entry in self._entries(parts):
            path = (*parts, entry.name)
            if entry.name.startswith(".") and not self._config.hidden:
                continue
            # Links may lead out of the allowed folders, or round in a circle.
            if entry.is_dir(follow_symlinks=False):
                if path >= floor[: len(path)] and self._root.joinpath(*path) not in self._closed:
                    yield from self._below(path, floor)
            elif path > floor and entry.is_file(follow_symlinks=False):
                item = _item(self._root, path, self._config)
                if item is not None:
                    yield item

    def _entries(self, parts: tuple[str, ...]) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._root.joinpath(*parts)) as found:
                return sorted(found, key=lambda entry: entry.name)
        except FileNotFoundError as error:
            if not parts:
                raise ConnectorFailure(
                    "folder_unreadable", "The folder went away while it was read.", retryable=True
                ) from error
            return []  # it went while we walked
        except OSError as error:
            place = "/".join(parts)
            raise ConnectorFailure(
                "folder_unreadable",
                f"The folder '{place}' cannot be read ({error.strerror}).",
                retryable=True,
            ) from error


def _item(root: Path, parts: tuple[str, ...], config: FolderConfig) -> Item | None:
    name = "/".join(parts)
    if not _is_wanted(name, config):
        return None
    path = root.joinpath(*parts)
    try:
        name.encode()  # a name that is no text cannot be kept
        state = path.lstat()
    except UnicodeEncodeError:
        return None
    except FileNotFoundError:
        return None

    async def fetch(_known: str | None) -> Content | None:
        return Content(_read(path), parts[-1])

    modified = datetime.fromtimestamp(state.st_mtime, UTC)
    return Item(name, fetch=fetch, version=_version(state), modified=modified, cursor=name)


def _version(state: os.stat_result) -> str:
    return f"{state.st_ino:x}-{state.st_size:x}-{state.st_mtime_ns:x}"


async def _read(path: Path) -> AsyncIterator[bytes]:
    """A file's bytes; a link that took its place is not followed."""
    try:
        handle = await asyncio.to_thread(os.open, path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError as error:
        raise ItemGone from error
    except OSError as error:
        raise ConnectorFailure(
            "file_unreadable", f"The file cannot be read ({error.strerror}). Check its permissions."
        ) from error
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ConnectorFailure("file_unreadable", "This is not a file any more.")
        while block := await asyncio.to_thread(file.read, _BLOCK):
            yield block
