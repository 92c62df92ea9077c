"""Where things stand: three hops, one edge, plain names, a README a slice."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

FOLDERS_OF_RULES = {"endpoints.py", "service.py"}
# The edges: one transaction a request, a job, a migration run or a command.
COMMIT_ALLOWED = {"kit/db/session.py", "kit/db/migrate.py"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "misc"}


def three_hops(path: Path, tree: ast.Module, text: str) -> Iterator[tuple[int, str]]:
    """SQL in an endpoint or a service escapes the review that repositories get for tenancy."""
    del text
    if path.name not in FOLDERS_OF_RULES:
        return
    for node in ast.walk(tree):
        names = _imported(node)
        for name in names:
            if name == "sqlalchemy" or name.startswith(("sqlalchemy.", "psycopg")):
                if name.startswith("sqlalchemy.exc"):
                    continue  # an error is no query
                yield getattr(node, "lineno", 1), f"{path.name} imports {name}: SQL belongs to repository.py"


def commit_at_the_edge(path: Path, tree: ast.Module, text: str) -> Iterator[tuple[int, str]]:
    """A commit in the middle leaves half of a request done when its second half fails."""
    del text
    if path.as_posix() in COMMIT_ALLOWED:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            yield node.lineno, "commit happens at the edge only (Database.begin)"


def no_http_below_endpoints(path: Path, tree: ast.Module, text: str) -> Iterator[tuple[int, str]]:
    """A rule that raises an HTTP error cannot be used by a job or the command line."""
    del text
    if path.parts[0] == "api" or path.parts[:2] == ("kit", "http") or path.name == "endpoints.py":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "HTTPException" for alias in node.names):
            yield node.lineno, "raise an AnswerableError; HTTPException is for endpoints"


def plain_names(path: Path, tree: ast.Module, text: str) -> Iterator[tuple[int, str]]:
    """Folders with names that fit everything end up holding everything."""
    del tree, text
    for part in path.with_suffix("").parts:
        if part in VAGUE:
            yield 1, f"'{part}' says nothing: name the thing"


def slice_readmes(source: Path) -> Iterator[tuple[str, str]]:
    """A slice without a README has no border that a newcomer can see."""
    for folder in sorted(source.iterdir()):
        if folder.is_dir() and (folder / "__init__.py").exists() and not (folder / "README.md").exists():
            yield f"src/answerable/{folder.name}", "README.md is missing: what it owns, offers and may use"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module]
    return []
