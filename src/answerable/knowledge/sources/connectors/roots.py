"""Paths on the server's disk that sources may name: below the operator's folders and nowhere else."""

from __future__ import annotations

from pathlib import Path

from answerable.plugins.connectors import ConnectorContext, ConnectorFailure


def allowed_path(text: str, context: ConnectorContext) -> Path:
    """The path with its links resolved. ConnectorFailure when it lies elsewhere; whether there is
    something there is not told."""
    refused = ConnectorFailure(
        "path_not_allowed",
        "The path does not lie below a folder that the server's operator allows (ANSWERABLE_SOURCES__ROOTS).",
    )
    try:
        path = Path(text)
        resolved = path.resolve()
        allowed = path.is_absolute() and any(
            resolved.is_relative_to(root.resolve()) for root in context.roots
        )
        closed = any(resolved.is_relative_to(each) for each in closed_folders(context))
    except (OSError, ValueError, RuntimeError) as error:
        raise refused from error
    if not allowed or closed:
        raise refused
    return resolved


def closed_folders(context: ConnectorContext) -> frozenset[Path]:
    """The folders that no source reads, though they may lie below an allowed one."""
    return frozenset(each.resolve() for each in context.closed)
