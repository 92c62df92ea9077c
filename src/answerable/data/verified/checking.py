"""Whether verified questions still fit the semantic model: looked at in a job whenever the model changes."""

from __future__ import annotations

import asyncio

from answerable.data.engines.compiler import compile_query
from answerable.data.engines.errors import InvalidQuery
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import SemanticQuery
from answerable.data.verified import repository
from answerable.data.verified.readings import reading_key
from answerable.data.verified.tables import VerifiedQuestionRow
from answerable.jobs import Subject, enqueue
from answerable.kit.db import Session

CHECK = "verified.check"


async def enqueue_check(session: Session) -> None:
    """Have the workspace's verified questions held against its model once the transaction has committed."""
    if await repository.any_accepted(session):
        await enqueue(session, CHECK, subject=Subject("workspace", session.workspace_id))


def problem_of(query: SemanticQuery, model: SemanticModel) -> str | None:
    """Why the query does not fit the model; None where it does."""
    try:
        compile_query(query, model)
    except InvalidQuery as error:
        return " ".join([error.detail, *(f"{each.field}: {each.message}." for each in error.errors)])
    return None


async def check(row: VerifiedQuestionRow, model: SemanticModel) -> None:
    """Hold a row against the model. What came of it is on the row."""
    query = SemanticQuery.model_validate(row.query)
    problem = problem_of(query, model)
    # In a thread: a hundred questions are read in a second.
    reading = None if problem else await asyncio.to_thread(reading_key, row.question, model)
    found = (problem, reading, model.revision)
    if (row.problem, row.reading, row.checked_revision) != found:
        row.problem, row.reading, row.checked_revision = found
        row.edition += 1


async def check_all(session: Session, model: SemanticModel) -> None:
    """Hold every accepted question of the workspace against the model; what has become stale is noted."""
    for row in await repository.lock_accepted(session):
        was_stale = row.problem is not None
        await check(row, model)
        if (row.problem is not None) is not was_stale:
            await repository.note(session, row.id, "became_stale" if row.problem else "fits_again")
