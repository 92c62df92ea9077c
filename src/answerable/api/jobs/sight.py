"""Which jobs a member may know of, and how much of each.

A job about a table or document is there for whoever sees that table or document in the workspace, and for
whoever started it: files of a conversation are their owner's alone, and what is gone may have been one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from answerable.data.datasets import service as datasets
from answerable.data.semantics.service import reach_into
from answerable.jobs import Job, JobError, JobStatus, get_job, list_jobs
from answerable.kit.db import Session
from answerable.kit.errors import NotFound
from answerable.kit.paging import MOST_AT_ONCE, Page, PageRequest, make_page
from answerable.knowledge.documents import service as documents

_HIDDEN = "Parts of this dataset are hidden from you, so why it failed is told to those who see all of it."


async def read_job(session: Session, job_id: str) -> Job:
    """A job as the session's principal may know it. NotFound."""
    known = await _known(session, [await get_job(session, job_id)])
    if not known:
        raise NotFound
    return known[0]


async def jobs_page(session: Session, request: PageRequest, status: JobStatus | None) -> Page[Job]:
    """The jobs that the session's principal may know of, newest first."""
    found: list[Job] = []
    wanted = request
    while True:
        page = await list_jobs(session, wanted, status=status)
        found += await _known(session, page.items)
        if page.next_cursor is None or len(found) > request.limit:
            return make_page(found, request, lambda job: job, lambda job: (job.created_at, job.id))
        if len(found) == request.limit:
            return Page(items=found, next_cursor=page.next_cursor)
        # Jobs were left out: the page is filled from those behind it.
        wanted = PageRequest(limit=MOST_AT_ONCE, cursor=page.next_cursor)


async def _known(session: Session, jobs: Sequence[Job]) -> list[Job]:
    """Those that the session's principal may know of; without what was counted and said where parts of the
    table are hidden from them."""
    tables = {job.subject.id for job in jobs if job.subject.type == "dataset"}
    texts = {job.subject.id for job in jobs if job.subject.type == "document"}
    there = set(await datasets.labels(session, tables)) if tables else set()
    there |= set(await documents.titles(session, texts)) if texts else set()
    seen = await reach_into(session) if tables else None
    known: list[Job] = []
    for job in jobs:
        own = job.created_by is not None and job.created_by == session.principal.user_id
        if job.subject.type in ("dataset", "document") and not own and job.subject.id not in there:
            continue
        whole = seen is None or job.subject.type != "dataset" or seen.is_whole_of(job.subject.id)
        known.append(job if whole else _in_part(job))
    return known


def _in_part(job: Job) -> Job:
    error = None if job.error is None else JobError(job.error.code, _HIDDEN)
    return replace(job, progress=None, error=error)
