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
from dataclasses import dataclass, replace
from datetime import datetime

from answerable.chat.asking import composer, written
from answerable.chat.asking.answer import Answer, Route
from answerable.chat.asking.composer import Draft
from answerable.chat.asking.remainder import Remainder, readable_remainder
from answerable.chat.asking.schemas import AskRequest
from answerable.data.answering.outcome import Catalogue, Choice, Computed, DataOutcome, Declined, Refused
from answerable.data.answering.service import answer_from_data, run_reading
from answerable.data.engines.service import DataSnapshot, take_snapshot
from answerable.data.questions.outcome import Reason, Unparsed
from answerable.data.questions.service import read_question
from answerable.inference.operation import Caller
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.answering.service import DocumentAnswer, Looking, answer_from_documents
from answerable.knowledge.answering.writing.passages import source_passages
from answerable.knowledge.answering.writing.service import Writer, can_write, write_answer
from answerable.knowledge.retrieval import Scope
from answerable.knowledge.tools.chosen import ChosenTool, tool_for_asking
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


@dataclass(frozen=True, slots=True)
class Models:
    """Whether models may be asked, and on whose books: the feature that asks, and the call that theirs are
    parts of."""

    allowed: bool = True
    route: str = "ask"
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class _Asking:
    """What every step needs: where to look, for whom, as of when."""

    principal: Principal
    runtime: Runtime
    request: AskRequest
    models: Models
    tool: ChosenTool | None = None

    @property
    def routes(self) -> frozenset[Route]:
        if self.request.tool is not None:
            return frozenset({Route.DOCUMENTS})
        routes = self.request.scope.routes or [Route.DATA, Route.DOCUMENTS]
        both = {Route.DATA, Route.DOCUMENTS} if Route.BOTH in routes else set()
        return frozenset({*routes, *both})

    @property
    def as_of(self) -> datetime:
        """The now of relative times."""
        return self.request.as_of or self.runtime.clock.now()

    async def data(self, question: str) -> DataOutcome | None:
        if Route.DATA not in self.routes:
            return None
        return await answer_from_data(
            self.runtime,
            await self.tables(),
            question,
            as_of=self.as_of,
            dataset_ids=self.request.scope.dataset_ids,
        )

    async def remainder(self, question: str) -> Remainder | None:
        """What can be read of a question whose words the tables know and that they cannot read."""
        model = (await self.tables()).model
        wanted = self.request.scope.dataset_ids
        names = [dataset.name for dataset in model.datasets if wanted is None or dataset.id in wanted]
        return readable_remainder(
            question,
            lambda text: not isinstance(read_question(text, model, self.as_of, scope=names), Unparsed),
        )

    async def tables(self) -> DataSnapshot:
        """What the tables are now. The transaction ends before anything is computed from them."""
        async with self.runtime.database.begin(self.principal) as session:
            return await take_snapshot(session)

    async def written(self, question: str, documents: DocumentAnswer, *, quoted: bool) -> Draft | None:
        """What a model makes of the documents that were found; None where none is asked."""
        passages = source_passages(documents.passages)
        workspace_id = self.principal.workspace_id
        if not self.models.allowed or not passages or workspace_id is None:
            return None
        writer = await self._writer(workspace_id)
        if writer is None:
            return None
        caller = Caller(workspace_id, self.principal.user_id, self.principal.key_id, self.models.route)
        answer = await write_answer(
            self.runtime, caller, question, passages, writer, parent_id=self.models.parent_id
        )
        return written.draft_of(answer, documents, passages, quoted=quoted)

    async def _writer(self, workspace_id: str) -> Writer | None:
        """The model of the tool, where there is a tool, else the workspace's for answers; None: no model."""
        if self.tool is not None:
            model = self.tool.configuration.model
            return None if model is None else Writer(model, self.tool.configuration.prompt)
        return Writer() if await can_write(self.runtime, workspace_id) else None

    @property
    def always_written(self) -> bool:
        """Whether a model writes also what could be quoted: a tool that has a model is for that."""
        return self.models.allowed and self.tool is not None and self.tool.configuration.model is not None

    async def documents(self, question: str) -> DocumentAnswer | None:
        if Route.DOCUMENTS not in self.routes:
            return None
        wanted = self.request.scope.document_ids
        looking = Looking(Scope(None if wanted is None else tuple(wanted)))
        if self.tool is not None:
            looking = self.tool.looking(wanted)
        async with self.runtime.database.begin(self.principal) as session:
            return await answer_from_documents(session, self.runtime, question, looking)


async def _with_tool(asking: _Asking) -> _Asking:
    """The same with the tool that documents are asked by, if there is one. UnknownTool, WrongToolKind."""
    if Route.DOCUMENTS not in asking.routes:
        return asking
    async with asking.runtime.database.begin(asking.principal) as session:
        return replace(asking, tool=await tool_for_asking(session, asking.request.tool))


async def answer(
    principal: Principal,
    runtime: Runtime,
    request: AskRequest,
    run_id: str,
    answer_id: str,
    models: Models | None = None,
) -> Answer:
    """The answer to a request. Never raises for a question that cannot be answered: it abstains.

    UnknownTool, WrongToolKind for the tool that the request names.
    """
    started = time.perf_counter()
    asking = await _with_tool(_Asking(principal, runtime, request, models or Models()))
    with span(SpanKind.CHAIN, "ask") as current:
        draft = await _decide(asking)
        current.set_attributes({"answerable.route": draft.route, "answerable.status": draft.status})
        record_content(current, given=request.question, gave=draft.text)
    answer = Answer(
        id=answer_id,
        run_id=run_id,
        question=request.question,
        as_of=request.as_of or runtime.clock.now(),
        text=draft.text,
        status=draft.status,
        route=draft.route,
        intent=draft.intent,
        confidence=round(draft.confidence, 4),
        evidence=draft.evidence,
        chart=draft.chart,
        ask_back=draft.ask_back,
        suggestions=draft.suggestions,
        nearest=draft.nearest,
        warnings=draft.warnings,
        stage=draft.stage,
        usage=draft.usage,
        tool=asking.tool.used if asking.tool is not None and draft.route is not Route.DATA else None,
    )
    answer.usage.latency_ms = round((time.perf_counter() - started) * 1000, 2)
    return answer


async def _decide(asking: _Asking) -> Draft:
    question = asking.request.question
    if asking.request.query is not None:
        return composer.from_data(
            await run_reading(asking.runtime, await asking.tables(), asking.request.query)
        )
    data = await asking.data(question)
    if isinstance(data, Computed | Catalogue | Choice):
        return composer.from_data(data)
    if isinstance(data, Declined):
        parts = [part.strip() for part in _SEAM.split(question) if part and part.strip()]
        if 1 < len(parts) <= _MOST_PARTS and (draft := await _in_parts(asking, parts)) is not None:
            return draft
    return await _over_documents(asking, question, data)


async def _over_documents(asking: _Asking, question: str, data: DataOutcome | None) -> Draft:
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


async def _in_parts(asking: _Asking, parts: list[str]) -> Draft | None:
    """An answer to each part from its own side; None unless a part was computed from tables, since a
    question for the documents alone is better asked whole."""
    drafts = []
    computed = False
    for part in parts:
        data = await asking.data(part)
        if isinstance(data, Computed):
            computed = True
            drafts.append(composer.from_data(data))
            continue
        drafts.append(await _over_documents(asking, part, data))
    return composer.join(parts, drafts) if computed else None
