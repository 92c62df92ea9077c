"""Has a model fill the form for a question that the rules could not read, and believes what holds of it."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import structlog
from sqlalchemy.exc import SQLAlchemyError

from answerable.data.drafting.offered import offer
from answerable.data.drafting.prompt import drafting_request
from answerable.data.drafting.reply import Asked, Fault, Reply, read_reply
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import SemanticQuery
from answerable.inference.cascade.verdict import ABSTAINED, SCHEMA
from answerable.inference.chat import ChatAnswer, TokenCount
from answerable.inference.failures import UpstreamFailure
from answerable.inference.gateway import Gateway
from answerable.inference.gateway.own_call import OwnCall
from answerable.inference.models.catalog import Catalog
from answerable.inference.models.errors import UnknownModel
from answerable.inference.operation import Caller
from answerable.kit.errors import AnswerableError
from answerable.kit.runtime import Runtime

log = structlog.get_logger(__name__)

ALIAS = "queries"
"""The alias that makes models fill queries: a workspace has it, or its operator, or no model does."""

DRAFTING_SECONDS = 45.0
AGREEMENT = "agreement"
"""What a cascade's first stages fail while no two of them have filled the form alike."""


@dataclass(frozen=True, slots=True)
class Drafting:
    """A question to draft a query for, on the caller's books."""

    caller: Caller
    question: str
    model: SemanticModel
    as_of: datetime
    scope: Collection[str] | None = None
    parent_id: str | None = None
    deadline: float = field(default_factory=lambda: time.monotonic() + DRAFTING_SECONDS)


@dataclass(frozen=True, slots=True)
class Drafted:
    """One query, or two or more that stages filled and did not agree on, or why there is none."""

    queries: tuple[SemanticQuery, ...] = ()
    agreed: bool = False
    fault: str = ""
    stage: str = ""
    tokens: TokenCount = field(default_factory=TokenCount)
    cost_usd: Decimal = Decimal(0)


async def can_draft(runtime: Runtime, workspace_id: str) -> bool:
    """Whether the workspace has the alias."""
    try:
        return ALIAS in await runtime.get(Catalog).names(workspace_id)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        log.warning("queries_alias_unknown", error_type=type(error).__name__)
        return False


async def draft_query(runtime: Runtime, drafting: Drafting) -> Drafted:
    """What the models behind the alias make of the question. In a cascade two stages must fill the form
    alike; while they do not, the next is asked. Never raises for what a model or provider does."""
    offered = offer(drafting.question, drafting.model, drafting.scope)
    if not offered:
        return Drafted(fault="no_data")
    asked = Asked(drafting.question, drafting.model, offered, drafting.as_of)
    check = _Check(asked)
    call = OwnCall(
        drafting.caller,
        drafting_request(ALIAS, drafting.question, offered),
        deadline=drafting.deadline,
        parent_id=drafting.parent_id,
        tags=tuple(f"dataset:{one.dataset.id}" for one in offered),
    )
    try:
        answered = await runtime.get(Gateway).ask(call, check)
    except UnknownModel:
        return Drafted(fault="no_model")
    except UpstreamFailure as failure:
        log.warning("query_not_drafted", kind=failure.kind.value)
        return Drafted(fault="no_model")
    except AnswerableError as error:
        log.warning("query_not_drafted", code=error.code)
        return Drafted(fault=error.code)
    last = check.of(answered.answer)
    queries, agreed = check.settled(last, counted=AGREEMENT in answered.failed)
    return Drafted(
        queries=queries,
        agreed=agreed,
        fault="" if queries else (last.fault.value if last.fault is not None else AGREEMENT),
        stage=answered.stage,
        tokens=answered.tokens,
        cost_usd=answered.cost_usd,
    )


class _Check:
    """Reads each stage's reply, and holds it against those of the stages before."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._votes: dict[str, int] = {}
        self._queries: dict[str, SemanticQuery] = {}
        self._abstained = False

    async def __call__(self, answer: ChatAnswer) -> str | None:
        """What does not hold of a stage's reply: its form, or that no stage before it said the same."""
        reply = self.of(answer)
        if reply.query is None:
            said = reply.fault in (Fault.CANNOT_ANSWER, Fault.ASK_BACK)
            self._abstained |= said
            return ABSTAINED if said else SCHEMA
        return None if self._voted(reply.query) > 1 else AGREEMENT

    def of(self, answer: ChatAnswer) -> Reply:
        """A reply as it is read."""
        return read_reply(answer.text, self._asked)

    def settled(self, last: Reply, *, counted: bool) -> tuple[tuple[SemanticQuery, ...], bool]:
        """The query that two stages filled alike, or the only one that there is; all where they differ. The
        last stage's reply is not judged, so that it votes here, unless it was `counted`."""
        if last.query is None:
            return (), False
        votes = self._votes.get(last.query.canonical_hash, 0)
        if votes < 2 and not counted:
            votes = self._voted(last.query)
        if votes > 1:
            return (last.query,), True
        if self._abstained and len(self._queries) == 1:
            return (), False  # one stage could not, the other did: they disagree
        return tuple(self._queries.values()), False

    def _voted(self, query: SemanticQuery) -> int:
        key = query.canonical_hash
        self._queries.setdefault(key, query)
        self._votes[key] = self._votes.get(key, 0) + 1
        return self._votes[key]
