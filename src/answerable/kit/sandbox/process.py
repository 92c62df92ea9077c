"""A child as the parent holds it: its streams, its end, its killing. Two ways to get one: a process of
its own, which starts cold, and a fork of a warm server (`fork_server`)."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import signal
import sys
import sysconfig
from asyncio.subprocess import PIPE
from collections.abc import Iterable
from typing import Protocol

_START = "import sys; sys.path[:0] = sys.argv[1:]; from answerable.kit.sandbox.child import main; main()"


class Process(Protocol):
    """A running child. `returncode` is negative for a signal, as asyncio has it; None while it runs."""

    pid: int
    parent: int
    """The process whose child it is, and which it does not outlive."""
    requests: asyncio.StreamWriter
    answers: asyncio.StreamReader
    errors: asyncio.StreamReader

    @property
    def returncode(self) -> int | None: ...

    async def wait(self) -> None:
        """Until it has ended."""

    def kill(self) -> None:
        """End it and its group at once; nothing happens to one that has ended."""


class SpawnedProcess:
    """A process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise ValueError("a child talks over pipes")
        self._process = process
        self.pid, self.parent = process.pid, os.getpid()
        self.requests, self.answers, self.errors = process.stdin, process.stdout, process.stderr

    @classmethod
    async def start(cls, roots: Iterable[str], scratch: str) -> SpawnedProcess:
        """Start the interpreter; it finds packages under `roots`."""
        process = await asyncio.create_subprocess_exec(
            *python(_START), *roots, stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=scratch,
            env=environment(scratch), start_new_session=True,
        )  # fmt: skip
        return cls(process)

    @property
    def returncode(self) -> int | None:
        return self._process.returncode

    async def wait(self) -> None:
        await self._process.wait()

    def kill(self) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()  # its own group exists only once it has started


def python(program: str) -> tuple[str, ...]:
    """The command line of an interpreter that takes nothing from its surroundings."""
    return (sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", program)


def import_roots(*modules: str) -> tuple[list[str], list[str]]:
    """Import roots for a child, and those packages beneath them that it may read. ValueError for what
    cannot be imported."""
    roots, packages = [], []
    for package in dict.fromkeys(("answerable", *(name.partition(".")[0] for name in modules))):
        spec = importlib.util.find_spec(package)
        places = list(spec.submodule_search_locations or ()) if spec is not None else []
        if spec is not None and not places and spec.has_location and spec.origin:
            places = [spec.origin]  # a module of one file
        if not places:
            raise ValueError(f"{package!r} is no package that can be imported")
        for location in places:
            packages.append(location)
            roots.append(os.path.dirname(location))
    # The child starts without `site`, so in a virtual environment it cannot find these by itself.
    installed = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    return list(dict.fromkeys(roots + installed)), packages + installed


def environment(scratch: str) -> dict[str, str]:
    """Nothing of the parent's environment, which holds secrets, but where libraries are found."""
    found = {"HOME": scratch, "TMPDIR": scratch, "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "4"}
    if "LD_LIBRARY_PATH" in os.environ:
        found["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return found
