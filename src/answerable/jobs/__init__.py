"""Background work: queued in the caller's transaction, tried until it ends, its effects once."""

from answerable.jobs.context import JobContext
from answerable.jobs.errors import JobCancelled, LostJob
from answerable.jobs.job import Job, JobError, JobStatus, Progress, Subject, Worker
from answerable.jobs.registry import Task, TaskRegistry, periodic, task, tasks
from answerable.jobs.schedule import run_soon
from answerable.jobs.service import (
    cancel_job,
    creators_of,
    enqueue,
    enqueue_many,
    get_job,
    list_jobs,
    list_workers,
    stop_job,
)

__all__ = [
    "Job",
    "JobCancelled",
    "JobContext",
    "JobError",
    "JobStatus",
    "LostJob",
    "Progress",
    "Subject",
    "Task",
    "TaskRegistry",
    "Worker",
    "cancel_job",
    "creators_of",
    "enqueue",
    "enqueue_many",
    "get_job",
    "list_jobs",
    "list_workers",
    "periodic",
    "run_soon",
    "stop_job",
    "task",
    "tasks",
]
