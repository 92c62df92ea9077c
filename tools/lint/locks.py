"""Locked files that name all they must: an installation from them would lack what is missing."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")


def unlocked_dependencies(root: Path) -> Iterator[tuple[str, str]]:
    """Yield (file, message) for every dependency of `pyproject.toml` that its requirement file lacks.

    A developer's environment has the library already, so only a fresh clone would notice.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {
        "requirements/runtime.txt": project["project"]["dependencies"],
        "requirements/dev.txt": project["dependency-groups"]["dev"],
    }
    for path, dependencies in wanted.items():
        locked = set(_names((root / path).read_text(encoding="utf-8").splitlines()))
        for name in _names(dependencies):
            if name not in locked:
                yield path, f"{name} of pyproject.toml is not locked: run 'make lock'"


def registry_addresses(root: Path) -> Iterator[tuple[str, str]]:
    """Yield (file, message) for every package of the console's lock file that names where it came from.

    An installation behind a mirror would go past it, to an address that it may not reach.
    """
    path = "console/package-lock.json"
    packages = json.loads((root / path).read_text(encoding="utf-8"))["packages"]
    for name, entry in packages.items():
        if "resolved" in entry:
            yield path, f"{name} names a registry: run 'npm install' with the console's own .npmrc"


def _names(requirements: Iterable[str]) -> Iterator[str]:
    for line in requirements:
        if found := NAME.match(line):
            yield re.sub(r"[-_.]+", "-", found[0]).lower()
