"""What the quality gates share: collections of our own, and what search and answers make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel

from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.answering.service import DocumentAnswer, Looking, answer_from_documents
from answerable.knowledge.indexing import IndexedDocument
from answerable.knowledge.retrieval import SearchMode, search
from tests.knowledge.library import passages, put_passages

DEPTH = 5


class Document(BaseModel):
    title: str
    text: str


class Question(BaseModel):
    ask: str
    document: str | None = None
    also: str | None = None
    quote: str = ""

    @property
    def answered_by(self) -> set[str]:
        """The documents that answer it."""
        return {name for name in (self.document, self.also) if name is not None}


class Collection(BaseModel):
    documents: dict[str, Document]
    questions: dict[str, list[Question]]

    @classmethod
    def read(cls, name: str) -> Collection:
        """The collection in a file beside this one."""
        return cls.model_validate(yaml.safe_load(Path(__file__).with_name(name).read_text("utf-8")))

    def check(self) -> None:
        """Its questions differ, and their quotes stand in the documents that they name."""
        questions = [question for kind in self.questions.values() for question in kind]
        assert len({question.ask for question in questions}) == len(questions)
        for question in questions:
            assert question.answered_by <= self.documents.keys()
            if question.document is not None:
                assert question.quote in self.documents[question.document].text, question.ask


@dataclass(frozen=True)
class Measured:
    """What came of one question: the documents found, best first, and the answer, each in our own names."""

    kind: str
    question: Question
    found: Sequence[str]
    answer: DocumentAnswer
    quoted: Sequence[str]

    @property
    def is_found(self) -> bool:
        return self.question.answered_by <= set(self.found[:DEPTH])

    @property
    def is_found_first(self) -> bool:
        return self.question.document in self.found[:1]

    @property
    def first_quote_is_right(self) -> bool:
        return any(self.question.quote in quote.text for quote in self.answer.quotes[:1])

    @property
    def a_quote_is_right(self) -> bool:
        return any(self.question.quote in quote.text for quote in self.answer.quotes)


async def indexed(runtime: Runtime, workspace_id: str, collection: Collection) -> dict[str, str]:
    """Index the documents, the last one as the newest; returns their names by their ids."""
    names: dict[str, str] = {}
    for name, document in collection.documents.items():
        made = IndexedDocument(ids.new_id("doc"), document.title)
        names[made.id] = name
        await put_passages(runtime, workspace_id, made, passages(document.text))
    return names


async def asked(
    runtime: Runtime, workspace_id: str, collection: Collection, names: Mapping[str, str], mode: SearchMode
) -> list[Measured]:
    """Ask every question."""
    measured = []
    for kind, questions in collection.questions.items():
        for question in questions:
            async with runtime.database.begin(Principal.system(workspace_id)) as session:
                found = await search(session, runtime, question.ask, mode=mode)
                looking = Looking(mode=mode)
                answer = await answer_from_documents(session, runtime, question.ask, looking)
            order = [names[passage.candidate.document_id] for passage in found.passages]
            quoted = [names[quote.document_id] for quote in answer.quotes]
            measured.append(Measured(kind, question, order, answer, quoted))
    return measured


def missed(results: Mapping[str, bool]) -> list[str]:
    """The questions that went wrong, for the reader of a failure."""
    return [question for question, right in results.items() if not right]


def share(results: Mapping[str, bool]) -> float:
    """How many are right."""
    return sum(results.values()) / len(results)
