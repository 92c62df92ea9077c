"""The package's build hook: the console is in every wheel and source distribution.

Where there is no Node, the build asks the package index for one. An editable installation builds nothing:
`make console` does. A source distribution carries the built files, so that installing it needs no Node.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))

from tools import console


class ConsoleHook(BuildHookInterface):  # type: ignore[type-arg]
    def dependencies(self) -> list[str]:
        """Node, where the system has none that will do."""
        try:
            console.npm()
        except console.NoNode:
            return [console.NODE_REQUIREMENT]
        return []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the console before the package's files are gathered."""
        del build_data
        if version != "editable":
            console.build()
