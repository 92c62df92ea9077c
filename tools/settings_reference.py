"""Write docs/reference/settings.md from the settings tree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from answerable.kit.settings import Settings

TARGET = Path(__file__).resolve().parents[1] / "docs" / "reference" / "settings.md"
_HEAD = """# Settings

Environment variables, read at start. Written from the code by `python -m tools.settings_reference`.

| variable | default | what it does |
| --- | --- | --- |
"""


def rows(model: type[BaseModel], prefix: str = "ANSWERABLE_") -> Iterator[str]:
    """One table row a setting, depth first."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from rows(kind, f"{prefix}{name.upper()}__")
            continue
        default = field.default
        if default is PydanticUndefined:
            default = "the user's data folder" if name == "data_dir" else ""
        shown = "unset" if default is None else f"`{default}`" if default != "" else ""
        if name == "data_dir":
            shown = "`~/.local/share/answerable`"
        yield f"| `{prefix}{name.upper()}` | {shown} | {field.description} |"


if __name__ == "__main__":
    TARGET.write_text(_HEAD + "\n".join(rows(Settings)) + "\n", encoding="utf-8")
