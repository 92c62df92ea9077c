"""What HTTP carries about jobs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from answerable.api.jobs.kinds import JobKind, JobSubject, JobUnit
from answerable.api.jobs.naming import Names
from answerable.jobs import Job, JobStatus, Worker
from answerable.kit.paging import PageRequest


class JobsRequest(PageRequest):
    """What the list takes from its query string."""

    status: Annotated[JobStatus | None, Query(description="Only jobs in this state.")] = None


class SubjectView(BaseModel):
    """What the job works on, such as a document. `name` is null where there is none, where the caller may not
    know it, and where the subject is `missing`: deleted, or a file of a conversation."""

    type: JobSubject
    id: str
    name: str | None
    missing: bool


class ProgressView(BaseModel):
    """`total` is null while nobody knows it."""

    done: int
    total: int | None
    unit: JobUnit


class ErrorView(BaseModel):
    """Why the job failed; on a queued job, why its last try did."""

    code: str
    detail: str


class JobView(BaseModel):
    """A job as it is now. `attempt` counts how often it was started."""

    id: str
    kind: JobKind
    status: JobStatus
    progress: ProgressView | None
    error: ErrorView | None
    subject: SubjectView
    attempt: int
    created_by: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancel_requested_at: datetime | None

    @classmethod
    def of(cls, job: Job, names: Names) -> JobView:
        """The view of a job; `names` has that of its subject."""
        subject = {
            **asdict(job.subject),
            "name": names.known.get(job.subject),
            "missing": job.subject in names.missing,
        }
        return cls.model_validate({**asdict(job), "subject": subject})


class WorkerView(BaseModel):
    """A process that works through jobs, of all workspaces. One that is not `alive` was not heard for so long
    that the others take over its jobs."""

    id: int
    last_heard_at: datetime
    alive: bool

    @classmethod
    def of(cls, worker: Worker) -> WorkerView:
        """The view of a worker."""
        return cls.model_validate(asdict(worker))


class WorkersView(BaseModel):
    """All of them, the newest first."""

    items: list[WorkerView]
