"""What a sandboxed call may use, and the ways it fails. Imported by parent and child alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

# Any: a message is whatever JSON carries; each target checks its own payload.
JsonObject: TypeAlias = dict[str, Any]
Report: TypeAlias = Callable[[JsonObject], None]

FailureKind: TypeAlias = Literal["memory", "cpu", "timeout", "crash", "refused", "cancelled"]

MAX_MESSAGE_BYTES = 64 * 1024 * 1024
"""Largest message in either direction; bigger things travel as files in a `write` folder."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one child.

    `memory_bytes`: resident memory. `cpu_seconds`: processor time of one call, all threads together.
    `wall_seconds`: time from the call to its answer, the start of the child included.
    `file_bytes`: the largest file that it may write. `open_files`: descriptors open at once.
    """

    memory_bytes: int
    cpu_seconds: int
    wall_seconds: float
    file_bytes: int
    open_files: int = 64


class Refusal(Exception):
    """Raised by code inside the child to refuse its input: a typed failure in the parent.

    `code` is a stable word, `detail` a sentence that says what to do.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class SandboxError(Exception):
    """A sandboxed call that gave no result.

    `kind` says what ended it: `memory`, `cpu` and `timeout` are the limits; `refused` comes from a
    Refusal, whose `code` and `detail` it carries; `cancelled` is a worker closed under a call;
    `crash` is everything else. `detail` is for the operator, except after a refusal.
    """

    def __init__(self, kind: FailureKind, code: str, detail: str) -> None:
        super().__init__(f"{kind}/{code}: {detail}")
        self.kind: FailureKind = kind
        self.code = code
        self.detail = detail
