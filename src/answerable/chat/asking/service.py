"""Runs: a question becomes a run, a run becomes an answer, once, whoever listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.exc import IntegrityError

from answerable.chat.asking import orchestrator
from answerable.chat.asking.answer import Answer, QueryEvidence, QuoteEvidence
from answerable.chat.asking.events import answer_events, failure, started
from answerable.chat.asking.orchestrator import Models
from answerable.chat.asking.repository import RunRepository
from answerable.chat.asking.run_tasks import RunTasks
from answerable.chat.asking.schemas import AskRequest
from answerable.chat.asking.tables import RunRow
from answerable.identity.access import DeferredContext, watch_access
from answerable.kit.db import Session
from answerable.kit.errors import AnswerableError, Conflict, NotFound, Unavailable
from answerable.kit.http.sse import KEEP_ALIVE, KEEP_ALIVE_SECONDS, Event
from answerable.kit.ids import new_id
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.telemetry import metrics

log = structlog.get_logger(__name__)

# No run takes this long, with a minute for each of its parts that a model writes: its process has died.
_LOST_AFTER = timedelta(seconds=300)
_POLL_SECONDS = 0.1
_WATCH_SECONDS = 1.0


class RunCancelled(AnswerableError):
    code, status, title = "run_cancelled", 409, "The run was cancelled"


class SourceGone(Conflict):
    code, title = "source_gone", "A source was deleted meanwhile"


class RunLost(Unavailable):
    code, title = "run_lost", "The run ended without an answer"


@dataclass(frozen=True, slots=True)
class Place:
    """The message of a conversation that shows a run's answer."""

    session_id: str
    message_id: str


async def ask(context: DeferredContext, request: AskRequest, trace_id: str) -> Answer:
    """Answer, and then keep the run in the request's transaction."""
    run = new_run(context.principal, request)
    answer = await answer_run(context.runtime, context.principal, run, request, trace_id)
    await keep_answered(await context.begin(), context.runtime, run, answer)
    return answer


async def answer_whole(
    runtime: Runtime, principal: Principal, request: AskRequest, trace_id: str, models: Models
) -> Answer:
    """Answer, and keep the run in a transaction of its own; for callers that have none."""
    run = new_run(principal, request)
    answer = await answer_run(runtime, principal, run, request, trace_id, models)
    async with runtime.database.begin(principal) as session:
        await keep_answered(session, runtime, run, answer)
    return answer


def new_run(principal: Principal, request: AskRequest, place: Place | None = None) -> RunRow:
    """A run that has not begun."""
    return RunRow(
        id=new_id("run"),
        answer_id=new_id("ans"),
        workspace_id=principal.workspace_id or "",
        asked_by=principal.user_id,
        session_id=place.session_id if place is not None else None,
        message_id=place.message_id if place is not None else None,
        question=request.question,
        status="running",
    )


async def answer_run(
    runtime: Runtime,
    principal: Principal,
    run: RunRow,
    request: AskRequest,
    trace_id: str,
    models: Models | None = None,
) -> Answer:
    """The answer to a run's question. Nothing is kept yet, and no transaction is open."""
    answer = await orchestrator.answer(principal, runtime, request, run.id, run.answer_id, models)
    answer.session_id, answer.message_id, answer.trace_id = run.session_id, run.message_id, trace_id
    return answer


async def keep_answered(session: Session, runtime: Runtime, run: RunRow, answer: Answer) -> None:
    """Keep a new run together with its answer."""
    await RunRepository(session).add(run)
    await _keep(session, runtime, answer)


async def begin_run(
    session: Session, runtime: Runtime, run: RunRow, request: AskRequest, trace_id: str
) -> None:
    """Keep a new run; the work on it begins once the transaction has committed, whoever listens then."""
    principal = session.principal
    await RunRepository(session).add(run)
    runtime.get(RunTasks).start_after_commit(
        session, run.id, lambda: _work(runtime, principal, run, request, trace_id)
    )


async def stream_run(runtime: Runtime, principal: Principal, run: RunRow) -> AsyncIterator[bytes]:
    """The events of a run that has begun. When the listener leaves, the work goes on."""
    yield _first(run).encode()
    async for piece in follow_run(runtime, principal, run.id, after=1):
        yield piece


async def _work(
    runtime: Runtime, principal: Principal, run: RunRow, request: AskRequest, trace_id: str
) -> None:
    try:
        answer = await answer_run(runtime, principal, run, request, trace_id)
        async with runtime.database.begin(principal) as session:
            await _keep(session, runtime, answer)
    except AnswerableError as error:
        await _fail(runtime, principal, run.id, failure(error))
    except Exception:
        # The listener must learn that no answer comes; the log and the re-raise keep the cause.
        log.exception("run.crashed", run_id=run.id, trace_id=trace_id)
        await _fail(runtime, principal, run.id, failure(_lost()))
        raise


async def _keep(session: Session, runtime: Runtime, answer: Answer) -> None:
    runs = RunRepository(session)
    kept = await runs.finish(
        answer.run_id, status="finished", at=runtime.clock.now(), answer=answer.model_dump(mode="json")
    )
    if kept:
        quoted = {item.document_id for item in answer.evidence if isinstance(item, QuoteEvidence)}
        near = {passage.document_id for passage in answer.nearest}
        queried = {item.dataset_id for item in answer.evidence if isinstance(item, QueryEvidence)}
        try:
            await runs.cite(answer.run_id, documents=quoted | near, datasets=queried)
        except IntegrityError as error:
            raise SourceGone(
                "A source of this answer was deleted while it was written. Ask again."
            ) from error
    metrics.ANSWERS.labels(answer.route, answer.status, answer.stage).inc()


async def _fail(runtime: Runtime, principal: Principal, run_id: str, event: Event) -> None:
    async with runtime.database.begin(principal) as session:
        await RunRepository(session).finish(
            run_id, status="failed", at=runtime.clock.now(), error=dict(event.data)
        )


async def find_run(session: Session, run_id: str) -> RunRow:
    """A run of the caller's own. Raises NotFound for anybody else's."""
    run = await RunRepository(session).find(run_id)
    if run is None or run.asked_by != session.principal.user_id:
        raise NotFound
    return run


async def cancel_run(session: Session, runtime: Runtime, run_id: str) -> None:
    """Cancel a running run; one that has ended stays as it is."""
    run = await find_run(session, run_id)
    if await RunRepository(session).finish(run.id, status="cancelled", at=runtime.clock.now()):
        runtime.get(RunTasks).cancel(run.id)


async def follow_run(
    runtime: Runtime, principal: Principal, run_id: str, *, after: int
) -> AsyncIterator[bytes]:
    """The events of a run with ids above `after`, to the end, from any process.

    Raises Unauthenticated in the middle when the listener's access ends: the connection is cut.
    """
    waited = 0.0
    while True:
        async with runtime.database.begin(principal) as session:
            run = await find_run(session, run_id)
        events = _known_events(run)
        if not events and runtime.clock.now() - run.created_at > _LOST_AFTER:
            events = [_first(run), failure(_lost())]
        if events:
            for event in events:
                if event.id > after:
                    yield event.encode()
            return
        await asyncio.sleep(_POLL_SECONDS)
        waited += _POLL_SECONDS
        if waited % _WATCH_SECONDS < _POLL_SECONDS:
            await watch_access(runtime, principal)
        if waited % KEEP_ALIVE_SECONDS < _POLL_SECONDS:
            yield KEEP_ALIVE


def _known_events(run: RunRow) -> list[Event]:
    """All events of a run that has ended; none while it runs."""
    if run.status == "finished" and run.answer is not None:
        return list(answer_events(Answer.model_validate(run.answer)))
    if run.status == "running":
        return []
    return [_first(run), Event(2, "error", failure_of(run))]


def failure_of(run: RunRow) -> Mapping[str, object]:
    """Why a run that has ended has no answer: code, detail and status of the error."""
    if run.status == "cancelled":
        return failure(RunCancelled("The run was cancelled before it had an answer. Ask again.")).data
    return run.error or failure(_lost()).data


def _first(run: RunRow) -> Event:
    return started(run.id, run.answer_id, run.session_id, run.message_id)


def _lost() -> RunLost:
    return RunLost("The run ended without an answer; nothing was kept of it. Ask again.")
