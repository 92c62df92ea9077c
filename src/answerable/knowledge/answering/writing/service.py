"""Has a model write an answer, and keeps of it what the passages say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

import structlog
from sqlalchemy.exc import SQLAlchemyError

from answerable.inference.cache.tags import document_tag
from answerable.inference.cascade.verdict import CITATIONS, SCHEMA
from answerable.inference.chat import ChatAnswer, ChatEvent, TokenCount
from answerable.inference.failures import UpstreamFailure
from answerable.inference.gateway import Gateway
from answerable.inference.gateway.own_call import Answered, OwnCall, Spent
from answerable.inference.models.catalog import Catalog
from answerable.inference.models.errors import UnknownModel
from answerable.inference.operation import Caller
from answerable.kit.errors import AnswerableError
from answerable.kit.runtime import Runtime
from answerable.knowledge.answering.writing.checking import (
    Checked,
    LiveCheck,
    Show,
    SupportedSentence,
    check_reply,
)
from answerable.knowledge.answering.writing.passages import SourcePassage
from answerable.knowledge.answering.writing.prompt import writing_request
from answerable.knowledge.embedding import TextEncoder

log = structlog.get_logger(__name__)

ALIAS = "answers"
"""The alias that makes models write answers: a workspace has it, or its operator, or no model writes."""

WRITING_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: a model or alias, and what its owner wishes of it beside the rules of citing; `rules` take
    the place of those for an answer, where something else is written."""

    model: str = ALIAS
    wishes: str | None = None
    rules: str | None = None


@dataclass(frozen=True, slots=True)
class Writing:
    """What is to be written: an answer to the question out of the passages, on the caller's books.
    `deadline` is a moment of `time.monotonic`. `tags` name what a kept reply goes with; None: the passages'
    documents."""

    caller: Caller
    question: str
    passages: Sequence[SourcePassage]
    parent_id: str | None = None
    deadline: float = field(default_factory=lambda: time.monotonic() + WRITING_SECONDS)
    tags: tuple[str, ...] | None = None

    def call(self, by: Writer) -> OwnCall:
        """The call to a model."""
        # A kept reply goes when one of the documents changes.
        documents = tuple(dict.fromkeys(document_tag(passage.document_id) for passage in self.passages))
        return OwnCall(
            self.caller,
            writing_request(by.model, self.question, self.passages, by.wishes, by.rules),
            deadline=self.deadline,
            parent_id=self.parent_id,
            tags=documents if self.tags is None else self.tags,
        )


class Ending(StrEnum):
    """What came of asking a model."""

    WRITTEN = "written"
    CANNOT_ANSWER = "cannot_answer"
    UNSUPPORTED = "unsupported"  # nothing of what it wrote is in the passages
    AWAY = "away"  # no model gave an answer


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """What came of it, which stage wrote, and what all stages together used and cost; `cached`: it is an
    earlier answer. Of one that was `broken_off` there is what had been shown."""

    ending: Ending
    checked: Checked = field(default_factory=Checked)
    stage: str = ""
    tokens: TokenCount = field(default_factory=TokenCount)
    cost_usd: Decimal = Decimal(0)
    why_away: str = ""
    broken_off: bool = False
    cached: bool = False


NO_MODEL_ANSWERED = WrittenAnswer(Ending.AWAY, why_away="no model answered")


async def can_write(runtime: Runtime, workspace_id: str, alias: str = ALIAS) -> bool:
    """Whether the workspace has the alias; does not suspend when its names are known."""
    try:
        return alias in await runtime.get(Catalog).names(workspace_id)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        log.warning("answers_alias_unknown", alias=alias, error_type=type(error).__name__)
        return False


async def write_answer(
    runtime: Runtime,
    writing: Writing,
    writer: Writer | None = None,
    show: Show | None = None,
) -> WrittenAnswer:
    """An answer to the question out of the passages, by the writer; without one by the models behind the
    alias. With `show` each sentence is shown as soon as it has held; what was shown is in the answer.

    Never raises for what a model or provider does: a model that is away, or writes nothing that can be
    used, is an ending. What `show` raises ends the writing, and is raised.
    """
    spent: list[Spent] = []
    answer = await _ended(runtime, writing, writer or Writer(), show, spent)
    for broken in spent:
        answer = replace(
            answer, tokens=answer.tokens.plus(broken.tokens), cost_usd=answer.cost_usd + broken.cost_usd
        )
    return answer


async def _ended(
    runtime: Runtime, writing: Writing, by: Writer, show: Show | None, spent: list[Spent]
) -> WrittenAnswer:
    """What came of asking; `spent` gets what replies without an end came to, which is not in it."""
    try:
        if show is not None:
            return await _heard(runtime, writing, by, show, spent)
        return await _whole(runtime, writing, by)
    except _NotShown as error:
        raise error.why from None
    except UnknownModel:
        return WrittenAnswer(Ending.AWAY, why_away=f"nothing is called '{by.model}' here")
    except UpstreamFailure as failure:
        log.warning("answer_not_written", kind=failure.kind.value)
        return NO_MODEL_ANSWERED
    except AnswerableError as error:
        log.warning("answer_not_written", code=error.code)
        return WrittenAnswer(Ending.AWAY, why_away=f"no model could be asked ({error.code})")


async def _whole(runtime: Runtime, writing: Writing, by: Writer) -> WrittenAnswer:
    """The answer once all of it is there. UnknownModel, UpstreamFailure, AnswerableError."""
    check = _Check(runtime.get(TextEncoder), writing.passages)
    answered = await runtime.get(Gateway).ask(writing.call(by), check)
    return _written(await check.of(answered.answer.text), answered)


async def _heard(
    runtime: Runtime, writing: Writing, by: Writer, show: Show, spent: list[Spent]
) -> WrittenAnswer:
    """The answer as it comes. UnknownModel, UpstreamFailure, AnswerableError."""
    encoder = runtime.get(TextEncoder)
    check = _Check(encoder, writing.passages)
    live = LiveCheck(encoder, writing.passages, _unless_refused(show))
    begun = False

    async def hear(event: ChatEvent) -> None:
        nonlocal begun
        begun = True
        await live.hear(event)

    try:
        async with asyncio.timeout(max(0.0, writing.deadline - time.monotonic())):
            answered = await runtime.get(Gateway).hear(writing.call(by), hear, check, spent.append)
    except (UpstreamFailure, AnswerableError, TimeoutError) as failure:
        if live.has_shown:
            log.warning("answer_broken_off", error=type(failure).__name__)
            stage = spent[-1].stage if spent else by.model
            return WrittenAnswer(Ending.WRITTEN, live.broken_off(), stage, broken_off=True)
        if isinstance(failure, TimeoutError):
            return NO_MODEL_ANSWERED
        if not begun:
            raise
        # Nobody has seen anything yet: another model may still answer.
        return await _whole(runtime, writing, by)
    return _written(await live.end(answered.answer.text), answered)


class _NotShown(Exception):
    """The reader's side has failed, not the model's."""

    def __init__(self, why: Exception) -> None:
        super().__init__(str(why))
        self.why = why


def _unless_refused(show: Show) -> Show:
    async def shown(sentence: SupportedSentence) -> None:
        try:
            await show(sentence)
        except Exception as error:
            raise _NotShown(error) from error

    return shown


class _Check:
    """The check of whole replies, each once."""

    def __init__(self, encoder: TextEncoder, passages: Sequence[SourcePassage]) -> None:
        self._encoder = encoder
        self._passages = passages
        self._seen: dict[str, Checked] = {}

    async def __call__(self, answer: ChatAnswer) -> str | None:
        """What does not hold of a stage's answer."""
        checked = await self.of(answer.text)
        if not checked.is_reply:
            return SCHEMA
        return CITATIONS if checked.removed or checked.malformed else None

    async def of(self, text: str) -> Checked:
        """A reply after the check."""
        if text not in self._seen:
            self._seen[text] = await check_reply(self._encoder, text, self._passages)
        return self._seen[text]


def _written(checked: Checked, answered: Answered) -> WrittenAnswer:
    return WrittenAnswer(
        _ending(checked),
        checked,
        answered.stage,
        answered.tokens,
        answered.cost_usd,
        cached=answered.cached,
    )


def _ending(checked: Checked) -> Ending:
    if checked.kept and not checked.cannot_answer:
        return Ending.WRITTEN
    if checked.cannot_answer:
        return Ending.CANNOT_ANSWER
    return Ending.UNSUPPORTED
