"""Natural questions over the sample company's documents: how many first quotes are right, and how many of the
questions that the documents cannot answer are abstained from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, TypeAdapter

from answerable.cli.samples.generate import write_samples
from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.answering.service import DocumentAnswer, answer_from_documents
from answerable.knowledge.chunking import chunk
from answerable.knowledge.embedding import has_encoder
from answerable.knowledge.indexing import IndexedDocument, Passage
from answerable.knowledge.parsing.document import ParsedDocument
from answerable.knowledge.parsing.reading import read_file
from tests.factories.callers import Workspace
from tests.knowledge.library import passages, put_passages

QUESTIONS = Path(__file__).with_name("sample_questions.yaml")
FRESH = Path(__file__).with_name("fresh_questions.yaml")
AS_OF = date(2026, 11, 20)


class Answerable(BaseModel):
    ask: str
    quote: str


class Half(BaseModel):
    answerable: list[Answerable]
    unanswerable: list[str]


async def ask(runtime: Runtime, workspace_id: str, question: str) -> DocumentAnswer:
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        return await answer_from_documents(session, runtime, question)


async def index_company(runtime: Runtime, workspace_id: str, folder: Path) -> None:
    """Index the sample documents; our own files need no sandbox."""
    for path in write_samples(folder, AS_OF).documents:
        parsed = ParsedDocument.from_json(
            read_file({"path": str(path), "name": path.name}, lambda _progress: None)
        )
        found = [
            Passage(
                item.ordinal,
                item.start,
                item.end,
                parsed.text[item.start : item.end],
                item.page,
                item.heading_path,
            )
            for item in chunk(parsed)
        ]
        document = IndexedDocument(ids.new_id("doc"), parsed.title or path.name)
        await put_passages(runtime, workspace_id, document, found)


async def test_questions_about_the_sample_company(
    runtime: Runtime, workspace: Workspace, tmp_path: Path
) -> None:
    if not has_encoder(runtime):
        pytest.skip("the embedding model is not here")
    await index_company(runtime, workspace.id, tmp_path)
    halves = TypeAdapter(dict[str, Half]).validate_python(yaml.safe_load(QUESTIONS.read_text("utf-8")))
    right = {
        item.ask: any(item.quote in " ".join(quote.text.split()) for quote in answer.quotes[:1])
        for half in halves.values()
        for item in half.answerable
        for answer in [await ask(runtime, workspace.id, item.ask)]
    }
    silent = {
        question: (await ask(runtime, workspace.id, question)).abstained
        for half in halves.values()
        for question in half.unanswerable
    }
    assert len(right) == 60
    assert len(silent) == 25
    assert sum(right.values()) >= 54, [question for question, found in right.items() if not found]
    assert sum(silent.values()) >= 18, [question for question, found in silent.items() if not found]
    # What has nothing to do with the company is never answered.
    assert silent["What is the capital of Mongolia?"]
    assert silent["Who painted the Mona Lisa?"]
    # A colour, a price or a number that the passage about the thing lacks.
    assert silent["Which colour is the Aoyama A64?"]
    assert silent["How much does the Aoyama Handmill cost?"]
    assert silent["What is the phone number of Officine Bravanti?"]
    # A window is a time within which something can be done.
    assert right["What is the return window?"]
    # A date in the question does not hide the report about that day.
    assert right["What was the cause of the web shop outage in November 2025?"]
    assert right["How often should the Bravanti Duo be descaled?"]


class Fresh(BaseModel):
    documents: dict[str, str]
    answerable: list[Answerable]
    unanswerable: list[str]


async def test_questions_about_other_topics(runtime: Runtime, workspace: Workspace) -> None:
    """What was reached on topics that nothing was chosen on."""
    if not has_encoder(runtime):
        pytest.skip("the embedding model is not here")
    fresh = Fresh.model_validate(yaml.safe_load(FRESH.read_text("utf-8")))
    for title, text in fresh.documents.items():
        paragraphs = text.strip().split("\n\n")
        document = IndexedDocument(ids.new_id("doc"), title)
        await put_passages(runtime, workspace.id, document, passages(*paragraphs))
    right = {
        item.ask: any(item.quote in quote.text for quote in answer.quotes[:1])
        for item in fresh.answerable
        for answer in [await ask(runtime, workspace.id, item.ask)]
    }
    silent = {
        question: (await ask(runtime, workspace.id, question)).abstained for question in fresh.unanswerable
    }
    assert (len(right), len(silent)) == (17, 18)
    assert sum(right.values()) >= 16, [question for question, found in right.items() if not found]
    assert sum(silent.values()) >= 11, [question for question, found in silent.items() if not found]
