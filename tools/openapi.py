"""Prints the API's OpenAPI document, as the console's types are generated from it.

python -m tools.openapi > openapi.json
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from answerable.api.app import create_app
from answerable.api.assembly import build_runtime
from answerable.kit.settings import Settings


def document() -> dict[str, object]:
    """The document of an application that never connects to anything."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        app = create_app(build_runtime(settings, "postgresql://nobody@127.0.0.1:1/nothing"))
        return app.openapi()


if __name__ == "__main__":
    print(json.dumps(document()))
