"""The difference of two JSON documents as a JSON Patch (RFC 6902)."""

from __future__ import annotations

from pydantic import JsonValue

Operation = dict[str, JsonValue]


def difference(old: JsonValue, new: JsonValue, path: str = "") -> list[Operation]:
    """Operations that turn `old` into `new`: objects member by member, everything else as a whole."""
    if old == new:
        return []
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return [{"op": "replace", "path": path, "value": new}]
    operations: list[Operation] = [
        {"op": "remove", "path": f"{path}/{_escaped(name)}"} for name in old if name not in new
    ]
    for name, value in new.items():
        place = f"{path}/{_escaped(name)}"
        if name in old:
            operations += difference(old[name], value, place)
        else:
            operations.append({"op": "add", "path": place, "value": value})
    return operations


def _escaped(name: str) -> str:
    """A member's name as a reference token of a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
