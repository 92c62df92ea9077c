"""A child process for untrusted bytes and heavy work: bounded memory, processor time, wall-clock
time and file size, no network, no programs, no files but those named.

    result = await run("package.module:function", {"path": str(path)}, limits=limits, read=[path])

`run` starts a child cold; a ForkServer gives each call a fresh child that starts warm; a Worker is one
child for many calls of the same owner.

The names load on first use: the child imports this package too, and must start in milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from answerable.kit.sandbox.fork_server import ForkServer
    from answerable.kit.sandbox.limits import JsonObject, Limits, Refusal, Report, SandboxError
    from answerable.kit.sandbox.parent import Task, run, run_task
    from answerable.kit.sandbox.worker import Worker

__all__ = [
    "ForkServer",
    "JsonObject",
    "Limits",
    "Refusal",
    "Report",
    "SandboxError",
    "Task",
    "Worker",
    "run",
    "run_task",
]

_HOMES = {
    "ForkServer": "fork_server",
    "JsonObject": "limits",
    "Limits": "limits",
    "Refusal": "limits",
    "Report": "limits",
    "SandboxError": "limits",
    "Task": "parent",
    "Worker": "worker",
    "run": "parent",
    "run_task": "parent",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib  # noqa: PLC0415 - runs once a name; keeps the child's start short

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
