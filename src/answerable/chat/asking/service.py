"""Runs: a question becomes a run, a run becomes an answer, once, whoever listens."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace

import structlog
from sqlalchemy.exc import IntegrityError

from answerable.chat.asking import leases, orchestrator
from answerable.chat.asking.answer import Answer, QueryEvidence, QuoteEvidence
from answerable.chat.asking.events import answer_events, failure, shown_events, started
from answerable.chat.asking.leases import Claim
from answerable.chat.asking.repository import RunRepository
from answerable.chat.asking.run_tasks import RunTasks
from answerable.chat.asking.schemas import Asked, AskRequest
from answerable.chat.asking.showing import ShownRun, SourceGone, left_over, lost, source_gone
from answerable.chat.asking.steps import Asker
from answerable.chat.asking.tables import RunRow
from answerable.chat.asking.withholding import DETAIL, AnswerKeptBack, as_seen
from answerable.chat.asking.written import BROKEN_OFF, STOPPED
from answerable.identity.access import DeferredContext, watch_access
from answerable.kit.db import Session
from answerable.kit.errors import AnswerableError, NotFound
from answerable.kit.http.sse import KEEP_ALIVE, KEEP_ALIVE_SECONDS, Event
from answerable.kit.ids import new_id
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.documents import service as documents
from answerable.telemetry import metrics

log = structlog.get_logger(__name__)

_MOST_ATTEMPTS = 3
_WATCH_SECONDS = 2.0


class RunCancelled(AnswerableError):
    code, status, title = "run_cancelled", 409, "The run was cancelled"


@dataclass(frozen=True, slots=True)
class Place:
    """The message of a conversation that shows a run's answer, and the run that its question follows, with
    the message that shows that one; a conversation that its client keeps by itself has no message here."""

    session_id: str | None
    message_id: str | None
    follows_id: str | None
    after: str | None = None


async def ask(context: DeferredContext, request: AskRequest, trace_id: str) -> Answer:
    """Answer, and then keep the run in the request's transaction."""
    run = new_run(context.principal, request, trace_id)
    answer = await answer_run(Asker(context.principal, context.runtime), run)
    await keep_answered(await context.begin(), context.runtime, run, answer)
    return answer


async def answer_whole(
    asker: Asker, request: AskRequest, trace_id: str, follows_id: str | None = None
) -> Answer:
    """Answer, after the run that the question follows, and keep the run in a transaction of its own; for
    callers that have none."""
    run = new_run(asker.principal, request, trace_id, Place(None, None, follows_id))
    answer = await answer_run(asker, run)
    async with asker.runtime.database.begin(asker.principal) as session:
        await keep_answered(session, asker.runtime, run, answer)
    return answer


def new_run(principal: Principal, request: AskRequest, trace_id: str, place: Place | None = None) -> RunRow:
    """A run that has not begun."""
    after = place.after if place is not None else None
    asked = Asked(request=request, after=after, key_id=principal.key_id, trace_id=trace_id)
    return RunRow(
        id=new_id("run"),
        answer_id=new_id("ans"),
        workspace_id=principal.workspace_id or "",
        asked_by=principal.user_id,
        session_id=place.session_id if place is not None else None,
        message_id=place.message_id if place is not None else None,
        follows_id=place.follows_id if place is not None else None,
        question=request.question,
        asked=asked.model_dump(mode="json"),
        status="running",
    )


async def answer_run(asker: Asker, run: RunRow) -> Answer:
    """The answer to what a run was asked, with the files of its conversation. Nothing is kept yet, and no
    transaction is open. Where a document of it goes meanwhile, as one does whose new version is there, the
    question is asked once more, unless somebody has read a part of the answer."""
    asked = Asked.model_validate(run.asked)
    asker = replace(asker, principal=asker.principal.within(run.session_id))
    answer = await _answer_that_lasts(asker, asked.request, run)
    if answer is None:
        answer = await orchestrator.answer(asker, asked.request, run)
    answer.trace_id = asked.trace_id
    return answer


async def _answer_that_lasts(asker: Asker, request: AskRequest, run: RunRow) -> Answer | None:
    """The answer; None where a document of it has gone and nobody has read of it."""
    try:
        answer = await orchestrator.answer(asker, request, run)
    except SourceGone:
        if asker.live is None or asker.live.begun:
            raise
        return None
    shown = _documents(answer)
    if not shown or (asker.live is not None and asker.live.begun):
        return answer
    async with asker.runtime.database.begin(asker.principal) as session:
        return None if await documents.have_gone(session, shown) else answer


def _documents(answer: Answer) -> set[str]:
    """Those that an answer quotes or names as near."""
    quoted = {item.document_id for item in answer.evidence if isinstance(item, QuoteEvidence)}
    return quoted | {passage.document_id for passage in answer.nearest}


async def keep_answered(session: Session, runtime: Runtime, run: RunRow, answer: Answer) -> None:
    """Keep a new run together with its answer."""
    await RunRepository(session).add(run)
    await _keep(session, runtime, answer)


async def begin_run(session: Session, runtime: Runtime, run: RunRow) -> None:
    """Keep a new run; the work on it begins once the transaction has committed, whoever listens then."""
    principal = session.principal
    await RunRepository(session).add(run)
    await runtime.get(RunTasks).start_after_commit(session, run.id, lambda: _work(runtime, principal, run))


async def take_over(runtime: Runtime, claim: Claim) -> None:
    """Finish a run whose process has died; after too many such deaths the run fails."""
    workspace = Principal.system(claim.workspace_id)
    async with runtime.database.begin(workspace) as session:
        run = await RunRepository(session).find(claim.run_id)
    if run is None:
        return
    if run.shown:
        await _end_shown(runtime, workspace, run)
        return
    if run.asked is None or run.asked_by is None or claim.attempt > _MOST_ATTEMPTS:
        await _fail(runtime, workspace, run.id, failure(lost()))
        return
    asked = Asked.model_validate(run.asked)
    await _work(runtime, Principal(claim.workspace_id, run.asked_by, key_id=asked.key_id), run)


async def _end_shown(runtime: Runtime, workspace: Principal, run: RunRow) -> None:
    """A run whose process died while its answer was read ends with what was shown: written anew, it would be
    another answer."""
    async with runtime.database.begin(workspace) as session:
        if await runtime.get(RunTasks).may_end(session, run.id):
            await _keep(session, runtime, left_over(run, runtime.clock.now(), BROKEN_OFF))


async def stream_run(runtime: Runtime, principal: Principal, run: RunRow) -> AsyncIterator[bytes]:
    """The events of a run that has begun. When the listener leaves, the work goes on."""
    yield _first(run).encode()
    async for piece in follow_run(runtime, principal, run.id, after=1):
        yield piece


async def _work(runtime: Runtime, principal: Principal, run: RunRow) -> None:
    try:
        live = ShownRun(runtime, principal, run.id)
        answer = await answer_run(Asker(principal, runtime, live=live), run)
        async with runtime.database.begin(principal) as session:
            if await runtime.get(RunTasks).may_end(session, run.id):
                await _keep(session, runtime, answer)
    except AnswerableError as error:
        await _fail(runtime, principal, run.id, failure(error))
    except Exception:
        # The listener must learn that no answer comes; the log and the re-raise keep the cause.
        log.exception("run.crashed", run_id=run.id)
        await _fail(runtime, principal, run.id, failure(lost()))
        raise


async def _keep(session: Session, runtime: Runtime, answer: Answer) -> None:
    runs = RunRepository(session)
    kept = await runs.finish(
        answer.run_id, status="finished", at=runtime.clock.now(), answer=answer.model_dump(mode="json")
    )
    if kept:
        queried = {item.dataset_id for item in answer.evidence if isinstance(item, QueryEvidence)}
        try:
            await runs.cite(answer.run_id, documents=_documents(answer), datasets=queried)
        except IntegrityError as error:
            raise source_gone() from error
    metrics.ANSWERS.labels(answer.route, answer.status, answer.stage).inc()


async def _fail(runtime: Runtime, principal: Principal, run_id: str, error: Mapping[str, object]) -> None:
    async with runtime.database.begin(principal) as session:
        if await runtime.get(RunTasks).may_end(session, run_id):
            await RunRepository(session).finish(
                run_id, status="failed", at=runtime.clock.now(), error=dict(error)
            )


async def find_run(session: Session, run_id: str) -> RunRow:
    """A run of the caller's own. Raises NotFound for anybody else's."""
    run = await RunRepository(session).find(run_id)
    if run is None or run.asked_by != session.principal.user_id:
        raise NotFound
    return run


async def cancel_run(session: Session, runtime: Runtime, run_id: str) -> None:
    """Stop a running run: it ends with what was shown of its answer, or without one. One that has ended stays
    as it is."""
    run = await find_run(session, run_id)
    if run.status != "running":
        return
    await runtime.get(RunTasks).cancel(session, run.id)  # before it is read: from here on no more is shown
    await session.refresh(run)
    if run.shown:
        await _keep(session, runtime, left_over(run, runtime.clock.now(), STOPPED))
    else:
        await RunRepository(session).finish(run.id, status="cancelled", at=runtime.clock.now())


async def follow_run(
    runtime: Runtime, principal: Principal, run_id: str, *, after: int
) -> AsyncIterator[bytes]:
    """The events of a run with ids above `after`, to the end, from any process.

    Raises Unauthenticated in the middle, at most a few seconds after the listener's access has ended: the
    connection is cut. An event would be no part of the run, which goes on.
    """
    tasks = runtime.get(RunTasks)
    sent_at = time.monotonic()
    watch_at = sent_at + _WATCH_SECONDS
    with tasks.following(run_id) as news:
        # Of a run that this process works on there are no news before they are told.
        wait = after > 0 and tasks.is_silent(run_id)
        while True:
            if not wait:
                try:
                    events, ended = await _events(runtime, principal, run_id)
                except NotFound:  # it was there when its stream began
                    yield Event(after + 1, "error", failure(_gone())).encode()
                    return
                for event in events:
                    if event.id > after:
                        after, sent_at = event.id, time.monotonic()
                        yield event.encode()
                if ended:
                    return
            heard = False
            while not heard:
                heard = await news.wait(_WATCH_SECONDS)
                # Also while there is news all the time: an answer may be written for a minute.
                if time.monotonic() >= watch_at:
                    await watch_access(runtime, principal)
                    watch_at = time.monotonic() + _WATCH_SECONDS
                if not heard and time.monotonic() - sent_at >= KEEP_ALIVE_SECONDS:
                    sent_at = time.monotonic()
                    yield KEEP_ALIVE
            wait = False


async def _events(runtime: Runtime, principal: Principal, run_id: str) -> tuple[list[Event], bool]:
    """The events of a run so far, and whether they are all."""
    async with runtime.database.begin(principal) as session:
        worked_on = await leases.running(session, [run_id])
        run = await find_run(session, run_id)  # after the lease, which goes together with the end
        answers = await as_seen(session, run.session_id, [run])
    answer = answers.get(run_id)
    if run_id in answers and answer is None:
        return [_first(run), Event(2, "error", failure(AnswerKeptBack(DETAIL)))], True
    shown = run.shown or []
    if answer is not None:
        return list(answer_events(answer, shown)), True
    events = [_first(run), *shown_events(shown)]
    if run.status == "running" and worked_on:
        return events, False
    return [*events, Event(len(events) + 1, "error", failure_of(run))], True


def failure_of(run: RunRow) -> Mapping[str, object]:
    """Why a run has no answer: code, detail and status of the error."""
    if run.status == "cancelled":
        return failure(RunCancelled("The run was cancelled before it had an answer. Ask again."))
    return run.error or failure(lost())


def _gone() -> SourceGone:
    return SourceGone("The run was deleted, with a source of its answer or its conversation. Ask again.")


def _first(run: RunRow) -> Event:
    return started(run.id, run.answer_id, run.session_id, run.message_id)
