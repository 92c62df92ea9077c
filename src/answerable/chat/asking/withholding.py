"""Answers of before, held against what their reader may see today.

A number stays in a conversation as it was told. When the rows that it was computed from are no longer those
that the person sees, or a field of its query is hidden from them, it is kept back: a question asked again is
answered from what they see now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from answerable.chat.asking.answer import Answer, QueryEvidence
from answerable.chat.asking.tables import RunRow
from answerable.data.engines.seeing import may_see
from answerable.data.engines.service import take_snapshot
from answerable.data.semantics.service import reach_into
from answerable.kit.db import Session
from answerable.kit.errors import Forbidden

DETAIL = "The answer is kept back: what you may see of the data has changed since. Ask again."


class AnswerKeptBack(Forbidden):
    code, title = "answer_kept_back", "What the answer says may not be seen any more"


async def withheld(session: Session, session_id: str | None, runs: Iterable[RunRow | None]) -> frozenset[str]:
    """Those of a conversation's runs, by their ids, whose answers the session's principal, who asked, may not
    see any more."""
    queries = [(run.id, each) for run in runs if run is not None for each in _queries(run)]
    if not queries:
        return frozenset()
    outside = session.principal.conversation_id
    await session.enter(session_id)
    try:
        if (await reach_into(session)).key is None:
            return frozenset()
        data = await take_snapshot(session)
        return frozenset(run_id for run_id, each in queries if not may_see(data, each.query, each.sight))
    finally:
        await session.enter(outside)


def _queries(run: RunRow) -> Iterator[QueryEvidence]:
    if run.status == "finished" and run.answer is not None:
        answer = Answer.model_validate(run.answer)
        yield from (each for each in answer.evidence if isinstance(each, QueryEvidence))
