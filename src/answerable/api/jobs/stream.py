"""A job's state as server-sent events, until it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from answerable.api.jobs.naming import Names, names_of
from answerable.api.jobs.schemas import JobView
from answerable.api.jobs.sight import read_job
from answerable.identity.access import RequestContext, watch_access
from answerable.jobs import Job
from answerable.kit.errors import AnswerableError
from answerable.kit.http.sse import KEEP_ALIVE, KEEP_ALIVE_SECONDS, Event

_LOOK_SECONDS = 0.5


async def job_events(context: RequestContext, job: Job, names: Names, *, after: int) -> AsyncIterator[bytes]:
    """An event `job` for each state that is seen, an event `end` after the last. An event's id is the
    row's revision, so that any process goes on after `after`. Ends early, with an event `error`, when
    the access ends."""
    quiet_since = time.monotonic()
    while True:
        if job.revision > after:
            after = job.revision
            quiet_since = time.monotonic()
            yield Event(after, "job", JobView.of(job, names).model_dump(mode="json")).encode()
        if job.status.ended:
            yield Event(after, "end", {"status": job.status}).encode()
            return
        if time.monotonic() - quiet_since >= KEEP_ALIVE_SECONDS:
            quiet_since = time.monotonic()
            yield KEEP_ALIVE
        await asyncio.sleep(_LOOK_SECONDS)
        try:
            await watch_access(context.runtime, context.principal)
            async with context.runtime.database.begin(context.principal) as session:
                job = await read_job(session, job.id)
                if job.revision > after:
                    names = await names_of(session, [job.subject])
        except AnswerableError as error:
            yield Event(after, "error", {"code": error.code, "detail": error.detail}).encode()
            return
