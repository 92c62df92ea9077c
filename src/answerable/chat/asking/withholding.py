"""Answers of before, held against what their reader may see today.

A number stays in a conversation as it was told. When the rows that it was computed from are no longer those
that the person sees, or a field that the answer is of or names is hidden from them, it is kept back: a
question asked again is answered from what they see now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from answerable.chat.asking.answer import Answer, AskBack, CatalogueEvidence, Evidence, QueryEvidence
from answerable.chat.asking.tables import RunRow
from answerable.data.engines.seeing import knows_fields, may_read, may_see
from answerable.data.engines.snapshot import DataSnapshot, take_snapshot
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.reach import Reach
from answerable.data.semantics.service import reach_into
from answerable.kit.db import Session
from answerable.kit.errors import Forbidden

DETAIL = "The answer is kept back: what you may see of the data has changed since. Ask again."


class AnswerKeptBack(Forbidden):
    code, title = "answer_kept_back", "What the answer says may not be seen any more"


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer says of the tables: its queries, each with the word for what bound its rows; what it
    names of the model; the readings that it offers."""

    queries: tuple[tuple[SemanticQuery, str | None], ...] = ()
    catalogues: tuple[CatalogueEvidence, ...] = ()
    readings: tuple[SemanticQuery, ...] = ()

    @classmethod
    def by(cls, evidence: Sequence[Evidence], ask_back: AskBack | None) -> Told:
        """What an answer with these says."""
        return cls(
            tuple((each.query, each.sight) for each in evidence if isinstance(each, QueryEvidence)),
            tuple(each for each in evidence if isinstance(each, CatalogueEvidence)),
            tuple(option.query for option in ask_back.options) if ask_back is not None else (),
        )

    def __bool__(self) -> bool:
        return bool(self.queries or self.catalogues or self.readings)


class View:
    """What the session's principal may see today of what was told them before; None of the tables: all."""

    def __init__(self, seen: tuple[Reach, DataSnapshot] | None) -> None:
        self._seen = seen

    def shows(self, told: Told) -> bool:
        """Whether all of it may be seen still."""
        if self._seen is None:
            return True
        reach, data = self._seen
        return (
            all(may_see(data, query, sight) for query, sight in told.queries)
            and all(_shows_names(reach, data, each) for each in told.catalogues)
            and all(may_read(data, query) for query in told.readings)
        )

    def reads(self, query: SemanticQuery) -> bool:
        """Whether all fields of a query are seen, of whichever rows."""
        return self._seen is None or may_read(self._seen[1], query)


def _shows_names(reach: Reach, data: DataSnapshot, named: CatalogueEvidence) -> bool:
    if named.fields is None:  # from before it was noted which they are
        return not {dataset for dataset, _ in reach.hidden} & set(named.datasets)
    return knows_fields(data, named.fields)


async def view_of(session: Session) -> View:
    """What the session's principal sees of the workspace's tables, and of the conversation's."""
    reach = await reach_into(session)
    return View(None if reach.key is None else (reach, await take_snapshot(session)))


async def withheld(session: Session, session_id: str | None, runs: Iterable[RunRow | None]) -> frozenset[str]:
    """Those of a conversation's runs, by their ids, whose answers the session's principal, who asked, may not
    see any more."""
    said = {run.id: told for run in runs if run is not None and (told := _told(run))}
    if not said:
        return frozenset()
    outside = session.principal.conversation_id
    await session.enter(session_id)
    try:
        view = await view_of(session)
        return frozenset(run_id for run_id, told in said.items() if not view.shows(told))
    finally:
        await session.enter(outside)


def _told(run: RunRow) -> Told:
    if run.status != "finished" or run.answer is None:
        return Told()
    answer = Answer.model_validate(run.answer)
    return Told.by(answer.evidence, answer.ask_back)
