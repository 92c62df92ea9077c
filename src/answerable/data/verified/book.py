"""A workspace's verified questions at hand while questions are answered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from answerable.data.engines.compiler import compile_query
from answerable.data.engines.errors import InvalidQuery
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import SemanticQuery, read_fields
from answerable.data.semantics.segments import expanded
from answerable.data.verified import repository
from answerable.data.verified.moved import query_at
from answerable.data.verified.readings import reading_key
from answerable.data.verified.tables import VerifiedQuestionRow
from answerable.data.verified.wording import content_of, nearness, words_of
from answerable.kit.db import Session

_MOST_KEPT = 256
_NEAR = 0.5
_MOST_NEAR = 2
_books: OrderedDict[str, Book] = OrderedDict()  # by workspace, the newest use last


@dataclass(frozen=True, slots=True)
class VerifiedQuestion:
    """A question that an editor accepted a query for. `reading` is the key of what the grammar makes of it
    under the model `checked_revision`."""

    id: str
    question: str
    words: str
    query: SemanticQuery
    as_of: datetime
    accepted_at: datetime | None
    reading: str | None
    checked_revision: str | None
    content: frozenset[str]

    @classmethod
    def of(cls, row: VerifiedQuestionRow) -> VerifiedQuestion:
        """The verified question of a row."""
        return cls(
            row.id,
            row.question,
            row.words,
            SemanticQuery.model_validate(row.query),
            row.as_of,
            row.decided_at,
            row.reading,
            row.checked_revision,
            content_of(row.question),
        )

    def fits(self, model: SemanticModel, scope: Collection[str]) -> bool:
        """Whether its query compiles under the model and reads nothing outside of the scope."""
        try:
            compiled = compile_query(self.query, model)
        except InvalidQuery:
            return False
        read = {dataset for dataset, _ in read_fields(expanded(self.query, model), model)} | set(
            compiled.datasets
        )
        return read <= set(scope)


@dataclass(frozen=True, slots=True)
class Known:
    """A verified question that a question is, and its query as it is meant at that time."""

    verified: VerifiedQuestion
    query: SemanticQuery


@dataclass(frozen=True, slots=True)
class Book:
    """The accepted verified questions of a workspace; `fingerprint` tells when they have changed."""

    fingerprint: tuple[int, int] = (0, 0)
    questions: Sequence[VerifiedQuestion] = ()
    _by_words: dict[str, VerifiedQuestion] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_words.update({each.words: each for each in self.questions})

    def by_words(
        self, question: str, model: SemanticModel, as_of: datetime, scope: Collection[str]
    ) -> Known | None:
        """The verified question of the same words."""
        verified = self._by_words.get(words_of(question)) if self._by_words else None
        return _known(verified, model, as_of, scope)

    def by_reading(
        self, question: str, model: SemanticModel, as_of: datetime, scope: Collection[str]
    ) -> Known | None:
        """The verified question that the grammar reads as it reads this one, on any day; None where several
        were given different queries."""
        keyed = [v for v in self.questions if v.reading and v.checked_revision == model.revision]
        key = reading_key(question, model) if keyed else None
        alike = [each for each in keyed if each.reading == key]
        found = [known for each in alike if (known := _known(each, model, as_of, scope)) is not None]
        agree = len({known.query.canonical_hash for known in found}) == 1 and len(found) == len(alike)
        return found[0] if agree else None

    def near(self, question: str, model: SemanticModel, scope: Collection[str]) -> list[str]:
        """The verified questions that are nearest to a question and can be answered, the nearest first."""
        content = content_of(question)
        scored = [(nearness(content, each.content), each) for each in self.questions]
        scored = [(score, each) for score, each in scored if score >= _NEAR]
        scored.sort(key=lambda pair: (-pair[0], pair[1].question))
        fitting = (each.question for _, each in scored if each.fits(model, scope))
        return [text for _, text in zip(range(_MOST_NEAR), fitting, strict=False)]


def _known(
    verified: VerifiedQuestion | None, model: SemanticModel, as_of: datetime, scope: Collection[str]
) -> Known | None:
    if verified is None or not verified.fits(model, scope):
        return None
    query = query_at(verified.query, verified.question, model, verified.as_of, as_of)
    return None if query is None else Known(verified, query)


async def current_book(session: Session) -> Book:
    """The workspace's accepted verified questions whose queries compiled when the model last changed."""
    fingerprint = await repository.fingerprint(session)
    known = _books.get(session.workspace_id)
    if known is None or known.fingerprint != fingerprint:
        rows = await repository.usable(session) if fingerprint[0] else []
        known = Book(fingerprint, [VerifiedQuestion.of(row) for row in rows])
        _books[session.workspace_id] = known
    _books.move_to_end(session.workspace_id)
    while len(_books) > _MOST_KEPT:
        _books.popitem(last=False)
    return known
