"""Real processes that tests start and kill: forked from one that has everything imported already."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.process import BaseProcess

_PROGRAMS = ["tests.jobs.program", "tests.factories.system", "tests.factories.web"]

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(_PROGRAMS)


def spawn(target: Callable[..., None], *arguments: object) -> BaseProcess:
    """Start a process that runs a function of one of the programs above."""
    process = _processes.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process
