"""The turns before a question, newest first, as they were understood and answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from answerable.chat.asking.answer import AskBack, AskBackOption, CarriedOver, Status
from answerable.chat.asking.repository import RunRepository
from answerable.data.semantics.query import SemanticQuery
from answerable.kit.db import Session

_MOST_TURNS = 40


@dataclass(frozen=True, slots=True)
class PastTurn:
    """One turn. `question` is whole, with what it took over from turns before; `query` is set where the
    tables answered it, `options` where there were several readings."""

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
    queries: list[SemanticQuery]


async def past_turns(session: Session, run_id: str | None) -> Sequence[PastTurn]:
    """The run and those that it followed in turn, newest first; at most forty."""
    if run_id is None:
        return []
    kept = await RunRepository(session).answers_before(run_id, _MOST_TURNS)
    return [_past(_Kept.model_validate(answer)) for answer in kept]


def _past(kept: _Kept) -> PastTurn:
    carried = kept.carried_over
    return PastTurn(
        answer_id=kept.id,
        question=carried.question if carried is not None and carried.kind == "question" else kept.question,
        text=kept.text,
        answered=kept.status in (Status.ANSWERED, Status.PARTIAL),
        query=kept.queries[-1] if kept.queries else None,
        options=tuple(kept.ask_back.options) if kept.ask_back is not None else (),
    )
