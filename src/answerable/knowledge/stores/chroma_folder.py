"""A Chroma server over a folder, which `answerable serve` keeps running beside its own processes.

Chroma's library must not be used by several processes on one folder, and this system is several; its own
server is what may. It listens on loopback alone.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from pydantic import ValidationError

from answerable.kit.settings import SearchSettings
from answerable.knowledge.stores.chroma import ChromaConfig, ChromaKind
from answerable.plugins.vector_stores import VectorStoreAway


def folder_command(settings: SearchSettings) -> list[str] | None:
    """The command that serves the folder; None where the settings name none. VectorStoreAway when the program
    is not installed."""
    given = settings.stores.get(ChromaKind.name)
    if given is None:
        return None
    try:
        config = ChromaConfig.model_validate(given)
    except ValidationError:
        return None  # whoever opens the store says what is wrong
    if config.folder is None:
        return None
    folder = config.folder.expanduser().resolve()
    place = ["--path", str(folder), "--host", "127.0.0.1", "--port", str(config.port)]
    return [str(_program(config)), "run", *place]


def serve_folder(command: list[str]) -> None:
    """Become the server: the process is a child that the supervisor revives and ends."""
    Path(command[command.index("--path") + 1]).mkdir(mode=0o700, parents=True, exist_ok=True)
    os.umask(0o077)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)  # it greets whoever starts it
    environment = {**os.environ, "ANONYMIZED_TELEMETRY": "False"}
    os.execve(command[0], command, environment)  # noqa: S606 - the program that the operator installed


def _program(config: ChromaConfig) -> Path:
    beside = Path(sys.executable).with_name("chroma")
    found = config.command or (beside if beside.exists() else shutil.which("chroma"))
    if found is None or not Path(found).exists():
        raise VectorStoreAway(
            "The program 'chroma' is not installed: pip install 'answerable[chroma]', or name it in "
            "search.stores.chroma.command."
        )
    return Path(found).absolute()
