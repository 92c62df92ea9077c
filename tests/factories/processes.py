"""Real processes that tests start, look for and kill. Those of the programs are forked from one that has
everything imported already."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.process import BaseProcess

import psutil

_PROGRAMS = ["tests.jobs.program", "tests.factories.system", "tests.factories.web"]

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(_PROGRAMS)


def spawn(target: Callable[..., None], *arguments: object) -> BaseProcess:
    """Start a process that runs a function of one of the programs above."""
    process = _processes.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def processes_below(text: str) -> set[psutil.Process]:
    """The running processes below this one whose command line holds the text."""
    return {child for child in psutil.Process().children(recursive=True) if _names(child, text)}


def _names(process: psutil.Process, text: str) -> bool:
    try:
        return text in " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it has ended since, or only waits to be taken from the table
        return False
