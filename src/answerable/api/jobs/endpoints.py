"""`/jobs`: what runs, how far it is, how it ended; and stopping it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import StreamingResponse

from answerable.api.jobs.naming import names_of
from answerable.api.jobs.schemas import JobsRequest, JobView, WorkersView, WorkerView
from answerable.api.jobs.sight import jobs_page, read_job
from answerable.api.jobs.stream import job_events
from answerable.identity.access import RequestContext, Scope, requires
from answerable.jobs import cancel_job, list_workers
from answerable.kit.http import Router
from answerable.kit.http.sse import event_stream, last_event_id
from answerable.kit.paging import Page

router = Router(prefix="/jobs", tags=["jobs"])

Reader = Annotated[RequestContext, requires(Scope.JOBS_READ)]
Writer = Annotated[RequestContext, requires(Scope.JOBS_WRITE)]


@router.get("")
async def list_all(context: Reader, wanted: Annotated[JobsRequest, Query()]) -> Page[JobView]:
    """The workspace's jobs, newest first; with `status`, those in that state."""
    jobs = await jobs_page(context.session, wanted, wanted.status)
    names = await names_of(context.session, (job.subject for job in jobs.items))
    return Page(items=[JobView.of(job, names) for job in jobs.items], next_cursor=jobs.next_cursor)


@router.get("/workers")
async def workers(context: Reader) -> WorkersView:
    """The processes that work through jobs, and when they were last heard. Without any that is alive, jobs
    wait."""
    stall_seconds = context.runtime.settings.jobs.stall_seconds
    found = await list_workers(context.session, stall_seconds=stall_seconds)
    return WorkersView(items=[WorkerView.of(worker) for worker in found])


@router.get("/{job_id}")
async def read(context: Reader, job_id: str) -> JobView:
    """One job."""
    job = await read_job(context.session, job_id)
    return JobView.of(job, await names_of(context.session, [job.subject]))


@router.get("/{job_id}/events")
async def follow(context: Reader, request: Request, job_id: str) -> StreamingResponse:
    """The job's states as server-sent events until it ends. `Last-Event-ID` goes on after an event."""
    job = await read_job(context.session, job_id)
    names = await names_of(context.session, [job.subject])
    return event_stream(job_events(context, job, names, after=last_event_id(request)))


@router.post("/{job_id}/cancel", status_code=202)
async def cancel(context: Writer, job_id: str) -> JobView:
    """Stop a job: a waiting one at once, a running one within moments. Nothing partial stays."""
    await read_job(context.session, job_id)
    await cancel_job(context.session, job_id)
    job = await read_job(context.session, job_id)
    return JobView.of(job, await names_of(context.session, [job.subject]))
