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
from answerable.data.questions.outcome import Unparsed
from answerable.data.questions.service import read_question
from answerable.data.questions.tokens import tokenise
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

    def suggested(self, answer: Answer, question: str) -> list[str]:
        """The questions near the one that was asked that can still be read: others may name what is hidden
        now. The asker's own words say nothing new."""
        if self._seen is None:
            return answer.suggestions
        model, own = self._seen[1].model, _words(question)
        return [
            text
            for text in answer.suggestions
            if _words(text) <= own or not isinstance(read_question(text, model, answer.as_of), Unparsed)
        ]

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


def _words(text: str) -> set[str]:
    return {token.norm for token in tokenise(text)}


async def as_seen(
    session: Session, session_id: str | None, runs: Iterable[RunRow | None]
) -> dict[str, Answer | None]:
    """The answers of a conversation's runs that are finished, by the runs' ids, as the session's principal,
    who asked, may see them today; None: not any more."""
    answers = {
        run.id: (run.question, Answer.model_validate(run.answer))
        for run in runs
        if run is not None and run.status == "finished" and run.answer is not None
    }
    told = {id: Told.by(answer.evidence, answer.ask_back) for id, (_, answer) in answers.items()}
    if not any(told[id] or answer.suggestions for id, (_, answer) in answers.items()):
        return {id: answer for id, (_, answer) in answers.items()}
    outside = session.principal.conversation_id
    await session.enter(session_id)
    try:
        view = await view_of(session)
        return {
            id: answer.model_copy(update={"suggestions": view.suggested(answer, question)})
            if view.shows(told[id])
            else None
            for id, (question, answer) in answers.items()
        }
    finally:
        await session.enter(outside)


async def withheld(session: Session, session_id: str | None, runs: Iterable[RunRow | None]) -> frozenset[str]:
    """Those of a conversation's runs, by their ids, whose answers the session's principal, who asked, may not
    see any more."""
    seen = await as_seen(session, session_id, runs)
    return frozenset(run_id for run_id, answer in seen.items() if answer is None)
