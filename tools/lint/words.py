"""What must not stand in any file: unfinished work, a registry's address."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

# Written in pieces, so that this file does not find itself.
_UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|raise NotImplemented" r"Error)\b")
_REGISTRY = re.compile(r"(pypi\.|pythonhosted\.|registry\.npm" r"js|deb\.debian)[a-z]*\.?(org|com)?/")
_TEXT = {".py", ".md", ".toml", ".txt", ".in", ".yaml", ".yml", ".sh", ".json", ".mako", ""}


def foreign_words(root: Path) -> Iterator[tuple[str, str]]:
    """Files that git knows or would add, held against the lists above."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    for name in names:
        path = root / name
        if path.suffix not in _TEXT or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if _UNFINISHED.search(line) and path.suffix == ".py":
                yield f"{name}:{number}", "unfinished work: finish it or open an issue"
            if _REGISTRY.search(line):
                yield f"{name}:{number}", "a registry's address"
