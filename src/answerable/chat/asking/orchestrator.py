"""One question, one answer: decides between data and documents from what each side finds.

The tables are asked first, because their reading is exact: every word of the question has been used
or the reading is refused. A question that the tables cannot read goes to the documents, which must be
the surer of their answer the more of the question is about the tables. What they are not sure of a model
writes an answer to out of the passages, where the workspace has one for that. A question that has two parts
("how many orders were returned, and what is the return window?") goes to both.
"""

from __future__ import annotations

import re
import time
from functools import partial

from answerable.chat.asking import composer
from answerable.chat.asking.annotations import annotate
from answerable.chat.asking.answer import Answer, Route
from answerable.chat.asking.beside import cite_beside
from answerable.chat.asking.composer import Draft
from answerable.chat.asking.follow_ups import answer_following
from answerable.chat.asking.gate import AnsweringGate
from answerable.chat.asking.schemas import Asked, AskRequest
from answerable.chat.asking.steps import Asker, Asking, with_tool
from answerable.chat.asking.tables import RunRow
from answerable.chat.following.past import Before, past_turns
from answerable.data.answering.outcome import (
    Catalogue,
    Choice,
    Computed,
    DataOutcome,
    Declined,
    Explained,
    Refused,
)
from answerable.data.answering.service import run_reading
from answerable.data.questions.outcome import Reason
from answerable.knowledge.answering.writing.passages import source_passages
from answerable.telemetry.tracing import SpanKind, record_content, span

# Where one sentence may hold two questions.
_SEAM = re.compile(
    r"\s*(?:[;?]\s+(?:and\s+)?|,\s+and\s+|\s+and\s+(?=(?:what|how|who|when|where|which)\b))", re.I
)
_MOST_PARTS = 3
_HALF = 0.5
_SURE = 0.85
"""How sure documents must be of an answer to a question whose every word the tables know. From half of the
words known to all of them the demand rises evenly from none."""


async def answer(asker: Asker, request: AskRequest, run: RunRow) -> Answer:
    """The answer to a request, after the runs that this one follows. Never raises for a question that cannot
    be answered: it abstains.

    UnknownTool, WrongToolKind for the tool that the request names; what the one who reads along raises.
    """
    started = time.perf_counter()
    runtime = asker.runtime
    async with runtime.get(AnsweringGate).turn() as turn:
        asking = await with_tool(Asking(asker, request, turn))
        draft = await annotate(asking, await _traced(asking, _before(run)))
    return Answer(
        id=run.answer_id,
        run_id=run.id,
        session_id=run.session_id,
        message_id=run.message_id,
        question=request.question,
        as_of=request.as_of or runtime.clock.now(),
        text=draft.text,
        status=draft.status,
        route=draft.route,
        intent=draft.intent,
        confidence=round(draft.confidence, 4),
        calibration=draft.calibration,
        evidence=draft.evidence,
        chart=draft.chart,
        reasons=draft.reasons,
        ask_back=draft.ask_back,
        carried_over=draft.carried_over,
        suggestions=draft.suggestions,
        nearest=draft.nearest,
        warnings=draft.warnings,
        stage=draft.stage,
        usage=asking.spending.usage(round((time.perf_counter() - started) * 1000, 2)),
        tool=asking.tool.used if asking.tool is not None and draft.route is not Route.DATA else None,
    )


def _before(run: RunRow) -> Before:
    after = Asked.model_validate(run.asked).after if run.asked is not None else None
    return Before(run.follows_id, run.session_id, after)


async def _traced(asking: Asking, before: Before) -> Draft:
    with span(SpanKind.CHAIN, "ask") as current:
        draft = await _decide(asking, before)
        current.set_attributes({"answerable.route": draft.route, "answerable.status": draft.status})
        if verified := [
            i.verified.id for i in draft.evidence if i.kind == "query" and i.verified is not None
        ]:
            current.set_attribute("answerable.verified", verified)
        record_content(current, given=asking.request.question, gave=draft.text)
        return draft


async def _decide(asking: Asking, before: Before) -> Draft:
    if asking.request.query is not None:
        return composer.from_data(
            await run_reading(asking.runtime, await asking.tables(), asking.request.query)
        )
    async with asking.runtime.database.begin(asking.principal) as session:
        past = await past_turns(session, before)
    if past:
        return await answer_following(asking, past, partial(_alone, asking), partial(_with_documents, asking))
    return await _alone(asking, asking.request.question)


async def _alone(asking: Asking, question: str) -> Draft:
    """The answer to a question that stands alone."""
    data = await asking.data(question)
    if isinstance(data, Computed | Catalogue | Choice):
        return composer.from_data(data)
    if isinstance(data, Explained):
        return await _with_documents(asking, data)
    if isinstance(data, Declined):
        parts = [part.strip() for part in _SEAM.split(question) if part and part.strip()]
        if 1 < len(parts) <= _MOST_PARTS and (draft := await _in_parts(asking, parts)) is not None:
            return draft
        if data.score >= _HALF and (read := await asking.drafted(question)) is not None:
            return read
    return await _over_documents(asking, question, data)


async def _with_documents(asking: Asking, data: Explained) -> Draft:
    """An explanation from the tables, with what documents say of its period and its drivers."""
    draft = composer.from_data(data)
    explanation = data.explanation
    if not explanation.drivers or explanation.days is None:
        return draft
    words = (explanation.measure, *explanation.drivers, f"{explanation.days[0]:%B %Y}")
    documents = await asking.documents(" ".join(word for word in words if word))
    passages = source_passages(documents.passages) if documents is not None else []
    return cite_beside(draft, passages, explanation.drivers, explanation.days)


async def _over_documents(asking: Asking, question: str, data: DataOutcome | None) -> Draft:
    """The documents' answer when they are sure enough, else why there is none."""
    documents = await asking.documents(question)
    quoted = documents is not None and not documents.abstained and documents.confidence >= _needed(data)
    sure = documents is not None and quoted and documents.confidence >= composer.LIKELY
    if documents is not None and sure and not asking.always_written:
        return composer.from_documents(documents)
    if documents is not None and _may_be_written(data):
        written = await asking.written(question, documents, quoted=quoted)
        if written is not None:
            return written
    if documents is not None and quoted:
        return composer.from_documents(documents)
    remainder = None
    if isinstance(data, Declined) and data.reason is Reason.NOT_EXPRESSIBLE:
        remainder = await asking.remainder(question)
    return composer.abstain(data, documents, remainder)


def _may_be_written(data: DataOutcome | None) -> bool:
    """Whether a model may be asked: not about what the tables know every word of."""
    return _needed(data) < _SURE


def _needed(data: DataOutcome | None) -> float:
    """The confidence that documents need beside what the tables made of the question."""
    score = 1.0 if isinstance(data, Refused) else data.score if isinstance(data, Declined) else 0.0
    return _SURE * max(0.0, score - _HALF) / (1 - _HALF)


async def _in_parts(asking: Asking, parts: list[str]) -> Draft | None:
    """An answer to each part from its own side; None unless a part was computed from tables, since a
    question for the documents alone is better asked whole."""
    # The tables first, which cost nothing: only what is used of the documents may cost a model's reply.
    outcomes = [await asking.data(part) for part in parts]
    if not any(isinstance(outcome, Computed) for outcome in outcomes):
        return None
    # Numbers of evidence change when parts are put together: nothing of one is shown before.
    unread = asking.unread()
    drafts = [
        composer.from_data(outcome)
        if isinstance(outcome, Computed)
        else await _over_documents(unread, part, outcome)
        for part, outcome in zip(parts, outcomes, strict=True)
    ]
    return composer.join(parts, drafts)
