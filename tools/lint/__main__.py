"""Run every check over the tree; print what is wrong, one line each; exit 1 when anything is."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.lint import layout, locks, shape, words

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "answerable"

FileCheck = Callable[[Path, ast.Module, str], Iterator[tuple[int, str]]]
FILE_CHECKS: tuple[FileCheck, ...] = (
    shape.file_size,
    shape.function_size,
    layout.three_hops,
    layout.commit_at_the_edge,
    layout.no_http_below_endpoints,
    layout.plain_names,
)


def main() -> int:
    """Print every finding as `path:line: text`. Returns the exit status."""
    findings = []
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        for check in FILE_CHECKS:
            findings += [
                f"{path.relative_to(ROOT)}:{line}: {message}"
                for line, message in check(path.relative_to(SOURCE), tree, text)
            ]
    findings += [f"{place}: {message}" for place, message in layout.slice_readmes(SOURCE)]
    findings += [f"{place}: {message}" for place, message in words.foreign_words(ROOT)]
    findings += [f"{place}: {message}" for place, message in locks.unlocked_dependencies(ROOT)]
    findings += [f"{place}: {message}" for place, message in locks.registry_addresses(ROOT)]
    print("\n".join(findings) if findings else "own checks: nothing found")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
