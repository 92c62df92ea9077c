"""The files in a folder that others write to and delete from meanwhile."""

from __future__ import annotations

import os
from pathlib import Path


def files_below(folder: Path) -> list[Path]:
    """Every file below `folder`, at any depth. A folder that goes away while it is read has none:
    `Path.rglob` would raise."""
    return [Path(where, name) for where, _, names in os.walk(folder) for name in names]
