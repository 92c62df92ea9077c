"""Packages as an installer leaves them: code, metadata and entry points in a folder on the path."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest


class Packages:
    """A folder of installed packages. Each leaves a file named after it when its code runs."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._modules: list[str] = []
        monkeypatch.syspath_prepend(str(folder))

    def install(self, name: str, code: str = "", *, point: str = "main") -> None:
        """Install a package whose plugin is the module `<name>_plugin`."""
        module = f"{name.replace('-', '_').replace('.', '_').lower()}_plugin"
        mark = f"from pathlib import Path\nPath({str(self._folder / name)!r}).touch()\n"
        (self._folder / f"{module}.py").write_text(mark + code)
        info = self._folder / f"{module}-1.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n")
        (info / "entry_points.txt").write_text(f"[answerable]\n{point} = {module}\n")
        self._modules.append(module)

    def started(self, name: str) -> bool:
        """Whether code of the package has run."""
        return (self._folder / name).exists()

    def forget(self) -> None:
        """Let no module outlive the test."""
        for module in self._modules:
            sys.modules.pop(module, None)
