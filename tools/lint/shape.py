"""Sizes. Medians hardly differ between good and bad code bases; the tails do, so they are capped."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

LONGEST_FILE = 700
LONGEST_FUNCTION = 80
LONGEST_ENDPOINT = 20

Function = ast.FunctionDef | ast.AsyncFunctionDef


def file_size(path: Path, tree: ast.Module, text: str) -> Iterator[tuple[int, str]]:
    """A file that nobody reads in one sitting hides its second subject."""
    del path, tree
    lines = text.count("\n")
    if lines > LONGEST_FILE:
        yield 1, f"{lines} lines; at most {LONGEST_FILE}: split it by noun"


def function_size(path: Path, tree: ast.Module, text: str) -> Iterator[tuple[int, str]]:
    """Long functions grow longer; an endpoint beyond twenty lines holds a rule of the service."""
    del text
    for function in functions(tree):
        length = (function.end_lineno or 0) - function.lineno + 1
        if length > LONGEST_FUNCTION:
            yield function.lineno, f"{function.name} has {length} lines; at most {LONGEST_FUNCTION}"
        elif path.name == "endpoints.py" and _body_lines(function) > LONGEST_ENDPOINT:
            yield function.lineno, f"endpoint {function.name} has {_body_lines(function)} lines; at most 20"


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function and method."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _body_lines(function: Function) -> int:
    body = function.body
    first = body[1] if len(body) > 1 and ast.get_docstring(function) else body[0]
    return (function.end_lineno or 0) - first.lineno + 1
