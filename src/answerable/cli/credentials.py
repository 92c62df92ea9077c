"""The credentials of this machine's own server, kept in `<data_dir>/credentials.json` (mode 0600).

`answerable demo` writes the file when it registers its sample person, `answerable keys create` when it
makes a key. `ask`, `search`, `ingest` and `keys` read it when neither `--key` nor `ANSWERABLE_KEY` is given.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from platformdirs import user_data_path

from answerable.cli.failure import CommandFailed

FILE_NAME = "credentials.json"
OWNER_ONLY = 0o600


@dataclass(frozen=True)
class Credentials:
    """`key` is an API key for the server at `url`; `password` is there only if the demo made it up."""

    url: str
    key: str
    email: str
    workspace_id: str
    password: str | None = None


def default_data_dir() -> Path:
    """Where a server of this user keeps its data unless told otherwise."""
    return user_data_path("answerable")


def read_credentials(data_dir: Path) -> Credentials | None:
    """The credentials in the data folder, None without a file; CommandFailed when it is not readable."""
    path = data_dir / FILE_NAME
    try:
        return Credentials(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise CommandFailed(
            f"{path} cannot be read ({error}): remove it, then run 'answerable keys create' for a new key."
        ) from error


def write_credentials(data_dir: Path, credentials: Credentials) -> Path:
    """Replaces the credentials file at one stroke, readable by its owner alone; returns its path."""
    path = data_dir / FILE_NAME
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, scratch = tempfile.mkstemp(dir=data_dir, prefix=".credentials-")  # mkstemp's mode is 0600
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(credentials), file, indent=2)
        Path(scratch).replace(path)
    except OSError as error:
        raise CommandFailed(
            f"{path} cannot be written: {error.strerror}. Check the folder's owner."
        ) from error
    return path
