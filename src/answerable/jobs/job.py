"""What a job is: its states, its progress, what it is about, why it failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self not in (JobStatus.QUEUED, JobStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class Subject:
    """The row that a job works on, such as `Subject("document", "doc_…")`."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` units; `total` is None while nobody knows."""

    done: int
    total: int | None
    unit: str


@dataclass(frozen=True, slots=True)
class JobError:
    """Why a job failed: a stable code, and a sentence for the person who waits for it."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job as people see it. `revision` grows with every change of the row."""

    id: str
    kind: str
    status: JobStatus
    subject: Subject
    progress: Progress | None
    error: JobError | None
    attempt: int
    created_by: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancel_requested_at: datetime | None
    revision: int


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that works through jobs. `alive`: it was heard lately."""

    id: int
    last_heard_at: datetime
    alive: bool
