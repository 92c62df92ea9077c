"""Files on disk that no row names: what a process leaves that dies between a file and its commit.

A slice says which files it keeps and how to ask which of them are named; looking for the others is
the same for all. What a slice keeps in another system it finds and removes itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from answerable.kit.db import Session

# Far longer than any upload or job takes: a younger file may still get its row.
SAFE_AGE_SECONDS = 24 * 3600
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """Files of all workspaces: they lie in `root/<workspace>/<folder>`.

    `named(session, paths)` gives those of the paths, which begin with the workspace, that a row of the
    session's workspace names.
    """

    root: Path
    folder: str
    named: Callable[[Session, Collection[str]], Awaitable[Collection[str]]]

    def old_files(self, workspace_id: str, before: float) -> list[str]:
        """The paths of the workspace's files that were last written before a time (seconds since 1970)."""
        place = self.root / workspace_id / self.folder
        return [
            str(path.relative_to(self.root))
            for path in sorted(place.rglob("*"))
            if path.is_file() and path.lstat().st_mtime < before
        ]

    def remove_empty_folders(self, workspace_id: str, before: float) -> None:
        """Remove the folders that hold nothing, unless something was put into or taken out of them
        since."""
        place = self.root / workspace_id / self.folder
        for folder in sorted(place.rglob("*"), reverse=True):
            if folder.is_dir() and folder.lstat().st_mtime < before:
                with contextlib.suppress(OSError):  # it holds something
                    folder.rmdir()


@dataclass(frozen=True, slots=True)
class KeptElsewhere:
    """What a slice keeps of workspaces in another system, called `name`.

    `workspaces()` gives those that have something there, also those that are gone; `remove_workspace` removes
    all of one, `remove_unnamed` what no row of it names. These two raise AnswerableError where the system is
    away.
    """

    name: str
    workspaces: Callable[[], Awaitable[Sequence[str]]]
    remove_workspace: Callable[[str], Awaitable[None]]
    remove_unnamed: Callable[[str], Awaitable[None]]


def workspaces_below(roots: Collection[Path]) -> list[str]:
    """The ids of the workspaces that have a folder in any of the roots."""
    return sorted({path.name for root in roots for path in root.glob("ws_*")})


def batches(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    """The paths in portions that one statement can ask about."""
    for start in range(0, len(paths), _BATCH):
        yield paths[start : start + _BATCH]
