"""The steps that an answer is made of: each asks one side, and holds no transaction while that computes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from answerable.chat.asking import drafted, written
from answerable.chat.asking.answer import Route
from answerable.chat.asking.composer import Draft
from answerable.chat.asking.gate import Turn
from answerable.chat.asking.live import Live
from answerable.chat.asking.remainder import Remainder, readable_remainder
from answerable.chat.asking.schemas import AskRequest
from answerable.chat.asking.spending import Spending
from answerable.data.answering.outcome import DataOutcome
from answerable.data.answering.service import answer_from_data
from answerable.data.drafting.service import Drafting, can_draft, draft_query
from answerable.data.engines.reachable import with_values
from answerable.data.engines.snapshot import DataSnapshot, take_snapshot
from answerable.data.questions.outcome import Unparsed
from answerable.data.questions.service import read_question
from answerable.data.verified.book import current_book
from answerable.inference.operation import Caller
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.answering.service import DocumentAnswer, Looking, answer_from_documents
from answerable.knowledge.answering.writing.passages import source_passages
from answerable.knowledge.answering.writing.service import (
    NO_MODEL_ANSWERED,
    Writer,
    Writing,
    can_write,
    write_answer,
)
from answerable.knowledge.retrieval import Scope
from answerable.knowledge.tools.chosen import ChosenTool, tool_for_asking


@dataclass(frozen=True, slots=True)
class Models:
    """Whether models may be asked, and on whose books: the feature that asks, and the call that theirs are
    parts of. `away`: those that write answers have been found down, so that none is asked again."""

    allowed: bool = True
    away: bool = False
    route: str = "ask"
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, where, with which models; `live` reads the answer while a model writes it."""

    principal: Principal
    runtime: Runtime
    models: Models = Models()
    live: Live | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """What every step needs: where to look, for whom, as of when, and where models' costs are added up."""

    asker: Asker
    request: AskRequest
    turn: Turn
    tool: ChosenTool | None = None
    spending: Spending = field(default_factory=Spending)

    @property
    def principal(self) -> Principal:
        """Who asks."""
        return self.asker.principal

    @property
    def runtime(self) -> Runtime:
        """Where."""
        return self.asker.runtime

    @property
    def models(self) -> Models:
        """Which models may be asked."""
        return self.asker.models

    def unread(self) -> Asking:
        """The same for a part that nobody reads before the whole is there."""
        return replace(self, asker=replace(self.asker, live=None))

    @property
    def routes(self) -> frozenset[Route]:
        """The sides that are asked."""
        if self.request.tool is not None:
            return frozenset({Route.DOCUMENTS})
        routes = self.request.scope.routes or [Route.DATA, Route.DOCUMENTS]
        both = {Route.DATA, Route.DOCUMENTS} if Route.BOTH in routes else set()
        return frozenset({*routes, *both})

    @property
    def as_of(self) -> datetime:
        """The now of relative times."""
        return self.request.as_of or self.runtime.clock.now()

    @property
    def may_change_queries(self) -> bool:
        """Whether the request's scope leaves the tables of an earlier turn's query in."""
        return Route.DATA in self.routes and self.request.scope.dataset_ids is None

    async def data(self, question: str) -> DataOutcome | None:
        """What the tables say to the question; None where they are out of scope."""
        if Route.DATA not in self.routes:
            return None
        async with self.runtime.database.begin(self.principal) as session:
            tables, book = await take_snapshot(session), await current_book(session)
        return await answer_from_data(
            self.runtime,
            tables,
            question,
            as_of=self.as_of,
            dataset_ids=self.request.scope.dataset_ids,
            book=book,
        )

    async def remainder(self, question: str) -> Remainder | None:
        """What can be read of a question whose words the tables know and that they cannot read."""
        model = (await with_values(self.runtime, await self.tables())).model
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
        caller = self._caller() if passages else None
        if caller is not None and self.models.away:
            return written.draft_of(NO_MODEL_ANSWERED, documents, passages, quoted=quoted)
        writer = await self._writer(caller.workspace_id) if caller is not None else None
        if caller is None or writer is None:
            return None
        async with self.turn.away():
            writing = Writing(caller, question, passages, self.models.parent_id)
            live = self.asker.live
            show = None if live is None else written.Teller(live, writer.model).show
            answer = await write_answer(self.runtime, writing, writer, show)
        self.spending.add(answer.tokens, answer.cost_usd, cached=answer.cached)
        return written.draft_of(answer, documents, passages, quoted=quoted)

    async def drafted(self, question: str) -> Draft | None:
        """What a model makes of a question that the rules could not read over the tables; None where none is
        asked, or where none could."""
        caller = self._caller()
        if caller is None or self.models.away or not await can_draft(self.runtime, caller.workspace_id):
            return None
        data = await self.tables()
        wanted = self.request.scope.dataset_ids
        names = [d.name for d in data.model.datasets if wanted is None or d.id in wanted]
        drafting = Drafting(
            caller, question, data.model, self.as_of, scope=names, parent_id=self.models.parent_id
        )
        async with self.turn.away():
            found = await draft_query(self.runtime, drafting)
        self.spending.add(found.tokens, found.cost_usd)
        return await drafted.draft_of(self.runtime, data, found)

    async def completer(self) -> Caller | None:
        """On whose books a model completes questions; None where none is asked."""
        caller = self._caller()
        return caller if caller is not None and await can_write(self.runtime, caller.workspace_id) else None

    def _caller(self) -> Caller | None:
        """On whose books models are asked; None where they may not be."""
        workspace_id = self.principal.workspace_id
        if not self.models.allowed or workspace_id is None:
            return None
        return Caller(workspace_id, self.principal.user_id, self.principal.key_id, self.models.route)

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
        """What the documents say to the question; None where they are out of scope."""
        if Route.DOCUMENTS not in self.routes:
            return None
        wanted = self.request.scope.document_ids
        looking = Looking(Scope(None if wanted is None else tuple(wanted)))
        if self.tool is not None:
            looking = self.tool.looking(wanted)
        async with self.runtime.database.begin(self.principal) as session:
            return await answer_from_documents(session, self.runtime, question, looking)


async def with_tool(asking: Asking) -> Asking:
    """The same with the tool that documents are asked by, if there is one. UnknownTool, WrongToolKind."""
    if Route.DOCUMENTS not in asking.routes:
        return asking
    async with asking.runtime.database.begin(asking.principal) as session:
        return replace(asking, tool=await tool_for_asking(session, asking.request.tool))
