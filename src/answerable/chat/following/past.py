"""The turns before a question, newest first, as they were understood and answered; of an answer that is kept
back from who asks, what they asked themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from answerable.chat.asking.answer import (
    AskBack,
    AskBackOption,
    CarriedOver,
    CatalogueEvidence,
    QueryEvidence,
    Status,
)
from answerable.chat.asking.repository import RunRepository
from answerable.chat.asking.withholding import Told, View, view_of
from answerable.chat.messages import repository as messages
from answerable.chat.messages.parts import PARTS, AskBackPart, EvidencePart, Part, TextPart
from answerable.chat.messages.tables import MessageRow
from answerable.data.semantics.query import SemanticQuery
from answerable.kit.db import Session

_MOST_TURNS = 40
_RULES = "rules"


@dataclass(frozen=True, slots=True)
class PastTurn:
    """One turn; `answer_id` is its message's where it was put in. `question` is whole, with what it took over
    from turns before; `query` is set where the tables answered it, `options` where there were several
    readings. `text` is empty where it is kept back."""

    answer_id: str
    question: str
    text: str
    answered: bool
    query: SemanticQuery | None = None
    options: tuple[AskBackOption, ...] = ()


class _Kept(BaseModel):
    """What the repository gives of an answer."""

    id: str
    question: str
    text: str
    status: Status
    carried_over: CarriedOver | None = None
    ask_back: AskBack | None = None
    evidence: list[QueryEvidence | CatalogueEvidence]

    def told(self) -> Told:
        """What it says of the tables."""
        return Told.by(self.evidence, self.ask_back)


@dataclass(frozen=True, slots=True)
class Before:
    """Where a question goes on from: a run, or none, and in a conversation the message that shows it."""

    run_id: str | None
    session_id: str | None = None
    message_id: str | None = None


async def past_turns(session: Session, before: Before) -> Sequence[PastTurn]:
    """The run and those that it followed in turn, and before them what came with a conversation that was put
    in, newest first; at most forty."""
    turns = await _answered(session, before.run_id) if before.run_id is not None else []
    room = _MOST_TURNS - len(turns)
    if before.session_id is None or before.message_id is None or room <= 0:
        return turns
    copied = await messages.copied_turns(session, before.session_id, before.message_id)
    view = await view_of(session) if copied else View(None)
    return [*turns, *(_copied(question, reply, view) for question, reply in copied[:room])]


async def _answered(session: Session, run_id: str) -> list[PastTurn]:
    kept = [_Kept.model_validate(a) for a in await RunRepository(session).answers_before(run_id, _MOST_TURNS)]
    view = await view_of(session) if any(each.told() for each in kept) else View(None)
    turns: list[PastTurn] = []
    gone = False
    for each in reversed(kept):  # a model completes a question in words of the answers before it
        shown = view.shows(each.told())
        gone = gone or not shown
        turns.append(_past(each, view, shown=shown, gone=gone))
    return turns[::-1]


def _copied(question: MessageRow, reply: MessageRow, view: View) -> PastTurn:
    """A turn that was put in: what its parts still tell of it. Its text is whose it is, who put it in."""
    said, parts = PARTS.validate_python(question.parts or []), PARTS.validate_python(reply.parts or [])
    evidence = [part.evidence for part in parts if isinstance(part, EvidencePart)]
    queries = [item.query for item in evidence if isinstance(item, QueryEvidence)]
    offered = [option for part in parts if isinstance(part, AskBackPart) for option in part.options]
    return PastTurn(
        answer_id=reply.id,
        question=_text(said),
        text=_text(parts),
        answered=bool(evidence),
        query=queries[-1] if queries and view.reads(queries[-1]) else None,
        options=tuple(offered),
    )


def _text(parts: Sequence[Part]) -> str:
    return " ".join(part.text for part in parts if isinstance(part, TextPart))


def _past(kept: _Kept, view: View, *, shown: bool, gone: bool) -> PastTurn:
    """One turn; `gone`: its own answer or one before it is kept back."""
    carried = kept.carried_over
    completed = carried is not None and carried.kind == "question" and not (gone and carried.by != _RULES)
    queries = [each.query for each in kept.evidence if isinstance(each, QueryEvidence)]
    return PastTurn(
        answer_id=kept.id,
        question=carried.question if carried is not None and completed else kept.question,
        text=kept.text if shown else "",
        answered=kept.status in (Status.ANSWERED, Status.PARTIAL),
        query=queries[-1] if queries and view.reads(queries[-1]) else None,
        options=tuple(kept.ask_back.options) if shown and kept.ask_back is not None else (),
    )
