"""Has a model write an answer, and keeps of it what the passages say."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

import structlog
from sqlalchemy.exc import SQLAlchemyError

from answerable.inference.cascade.verdict import CITATIONS, SCHEMA
from answerable.inference.chat import ChatAnswer, TokenCount
from answerable.inference.failures import UpstreamFailure
from answerable.inference.gateway import Gateway
from answerable.inference.gateway.own_call import OwnCall
from answerable.inference.models.catalog import Catalog
from answerable.inference.models.errors import UnknownModel
from answerable.inference.operation import Caller
from answerable.kit.errors import AnswerableError
from answerable.kit.runtime import Runtime
from answerable.knowledge.answering.writing.passages import SourcePassage
from answerable.knowledge.answering.writing.prompt import writing_request
from answerable.knowledge.answering.writing.reply import Reply, WrittenSentence, read_reply
from answerable.knowledge.answering.writing.support import Doubt, Span, Support, find_support
from answerable.knowledge.embedding import TextEncoder

log = structlog.get_logger(__name__)

ALIAS = "answers"
"""The alias that makes models write answers: a workspace has it, or its operator, or no model writes."""

WRITING_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: a model or alias, and what its owner wishes of it beside the rules of citing."""

    model: str = ALIAS
    wishes: str | None = None


_SURE = 0.95


class Ending(StrEnum):
    """What came of asking a model."""

    WRITTEN = "written"
    CANNOT_ANSWER = "cannot_answer"
    UNSUPPORTED = "unsupported"  # nothing of what it wrote is in the passages
    AWAY = "away"  # no model gave an answer


@dataclass(frozen=True, slots=True)
class SupportedSentence:
    """A sentence that the spans say; `score`, 0 to 1, is how near it is to them."""

    text: str
    spans: tuple[Span, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Removed:
    """A sentence that was taken out, and why."""

    text: str
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class Checked:
    """A reply after the check. `malformed` sentences could not even be read."""

    kept: tuple[SupportedSentence, ...] = ()
    removed: tuple[Removed, ...] = ()
    malformed: int = 0
    cannot_answer: bool = False
    is_reply: bool = True


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """What came of it, which stage wrote, and what all stages together used and cost."""

    ending: Ending
    checked: Checked = field(default_factory=Checked)
    stage: str = ""
    tokens: TokenCount = field(default_factory=TokenCount)
    cost_usd: Decimal = Decimal(0)
    why_away: str = ""


NO_MODEL_ANSWERED = WrittenAnswer(Ending.AWAY, why_away="no model answered")


async def can_write(runtime: Runtime, workspace_id: str) -> bool:
    """Whether the workspace has the alias; does not suspend when its names are known."""
    try:
        return ALIAS in await runtime.get(Catalog).names(workspace_id)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        log.warning("answers_alias_unknown", error_type=type(error).__name__)
        return False


async def write_answer(
    runtime: Runtime,
    caller: Caller,
    question: str,
    passages: Sequence[SourcePassage],
    writer: Writer | None = None,
    *,
    parent_id: str | None = None,
    seconds: float = WRITING_SECONDS,
) -> WrittenAnswer:
    """An answer to the question out of the passages, by the writer within so many seconds; without one by the
    models behind the alias.

    Never raises for what a model or provider does: a model that is away, or writes nothing that can be
    used, is an ending.
    """
    by = writer or Writer()
    encoder = runtime.get(TextEncoder)
    seen: dict[str, Checked] = {}

    async def check(answer: ChatAnswer) -> str | None:
        checked = seen[answer.text] = await check_reply(encoder, answer.text, passages)
        if not checked.is_reply:
            return SCHEMA
        return CITATIONS if checked.removed or checked.malformed else None

    asked = OwnCall(
        caller,
        writing_request(by.model, question, passages, by.wishes),
        deadline=time.monotonic() + seconds,
        parent_id=parent_id,
        # A kept reply goes when one of the documents changes.
        tags=tuple(dict.fromkeys(f"document:{passage.document_id}" for passage in passages)),
    )
    try:
        answered = await runtime.get(Gateway).ask(asked, check)
    except UnknownModel:
        return WrittenAnswer(Ending.AWAY, why_away=f"nothing is called '{by.model}' here")
    except UpstreamFailure as failure:
        log.warning("answer_not_written", kind=failure.kind.value)
        return NO_MODEL_ANSWERED
    except AnswerableError as error:
        log.warning("answer_not_written", code=error.code)
        return WrittenAnswer(Ending.AWAY, why_away=f"no model could be asked ({error.code})")
    text = answered.answer.text
    checked = seen.get(text) or await check_reply(encoder, text, passages)
    return WrittenAnswer(
        _ending(checked),
        checked,
        answered.stage,
        answered.tokens,
        answered.cost_usd,
    )


async def check_reply(encoder: TextEncoder, text: str, passages: Sequence[SourcePassage]) -> Checked:
    """A model's reply, each sentence held against what it cites."""
    reply = read_reply(text, len(passages))
    if reply is None:
        return Checked(is_reply=False, malformed=1)
    found = [_support(sentence, passages) for sentence in reply.sentences]
    cosines = await _cosines(encoder, reply, found)
    kept: list[SupportedSentence] = []
    removed: list[Removed] = []
    for sentence, support, cosine in zip(reply.sentences, found, cosines, strict=True):
        if support.doubt is not None:
            removed.append(Removed(sentence.text, support.doubt))
        elif support.is_sure:
            kept.append(SupportedSentence(sentence.text, support.spans, min(_SURE, support.words)))
        elif cosine is not None and cosine >= support.least_cosine:
            kept.append(SupportedSentence(sentence.text, support.spans, min(_SURE, cosine)))
        else:
            removed.append(Removed(sentence.text, Doubt.WORDS))
    return Checked(tuple(kept), tuple(removed), reply.dropped, reply.cannot_answer)


def _support(sentence: WrittenSentence, passages: Sequence[SourcePassage]) -> Support:
    cited = [(passages[number - 1], quote) for number, quote in sentence.citations]
    return find_support(sentence.text, cited)


async def _cosines(encoder: TextEncoder, reply: Reply, found: Sequence[Support]) -> list[float | None]:
    """The cosine of each sentence with its spans where the words leave it open; None elsewhere, and without
    an encoder."""
    doubtful = [n for n, support in enumerate(found) if support.doubt is None and not support.is_sure]
    cosines: list[float | None] = [None] * len(found)
    if not doubtful:
        return cosines
    texts = [reply.sentences[n].text for n in doubtful]
    texts += [" ".join(span.text for span in found[n].spans) for n in doubtful]
    vectors = await encoder.encode(texts)
    if vectors is None:
        return cosines
    for place, n in enumerate(doubtful):
        cosines[n] = float(vectors[place] @ vectors[place + len(doubtful)])
    return cosines


def _ending(checked: Checked) -> Ending:
    if checked.kept and not checked.cannot_answer:
        return Ending.WRITTEN
    if checked.cannot_answer:
        return Ending.CANNOT_ANSWER
    return Ending.UNSUPPORTED
