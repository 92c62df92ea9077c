"""The main job, end to end: upload a small company's documents and tables, ask in plain words, get
the right answers with their evidence. The expected numbers were counted by plain Python."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import pytest

from answerable.cli.samples.generate import make_company, write_samples
from answerable.cli.samples.questions import Expectation, Question, make_questions
from tests.factories.callers import Caller, register
from tests.factories.uploads import send_file, settled

pytestmark = pytest.mark.usefixtures("worker")

AS_OF = date(2026, 11, 20)
COMPANY = make_company(AS_OF)
QUESTIONS = make_questions(COMPANY.orders, COMPANY.customers, COMPANY.books, AS_OF)


@dataclass(frozen=True)
class Office:
    """A workspace that holds the whole company."""

    caller: Caller
    titles: dict[str, str]


@pytest.fixture(scope="module")
async def office(client: httpx.AsyncClient, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Everything uploaded and ready."""
    caller = (await register(client)).owner
    files = write_samples(tmp_path_factory.mktemp("company"), AS_OF)
    urls: dict[str, str] = {}
    for path in files.documents:
        urls.update(await upload(caller, "documents", path.name, path.read_bytes()))
    for path in files.tables:
        urls.update(await upload(caller, "datasets", path.name, path.read_bytes()))
    ended = await asyncio.gather(*(settled(caller, url) for url in urls))
    assert {str(body["status"]) for body in ended} == {"ready"}, ended
    return Office(caller, {url.rpartition("/")[2]: name for url, name in urls.items()})


async def upload(caller: Caller, kind: str, name: str, content: bytes) -> dict[str, str]:
    """Send one file; the addresses of what came of it, with the file's name."""
    answer = await send_file(caller, f"/api/v1/{kind}", name, content)
    assert answer.status_code == 202, answer.text
    body = answer.json()
    found = body["datasets"] if kind == "datasets" else [body["document"]]
    return {f"/api/v1/{kind}/{item['id']}": name for item in found}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.text)
async def test_a_sample_question_is_answered_right(office: Office, question: Question) -> None:
    answer = await office.caller.post(
        "/api/v1/ask", json={"question": question.text, "as_of": f"{AS_OF}T12:00:00Z"}
    )
    assert answer.status_code == 200, answer.text
    body = answer.json()
    match question.expects:
        case Expectation.ABSTAINED:
            assert body["status"] == "abstained", body["text"]
            assert body["evidence"] == []
        case Expectation.QUOTE:
            assert body["status"] == "answered", body["text"]
            quotes = [(office.titles[e["document_id"]], flat(e["quote"])) for e in body["evidence"]]
            assert any(question.document == n and flat(question.phrase or "") in q for n, q in quotes), quotes
        case Expectation.VALUE:
            assert numbers(body)[0][-1] == pytest.approx(question.value)
        case Expectation.ROWS:
            found = [(label(row[0]), row[-1]) for row in numbers(body)]
            expected = [(row.label, pytest.approx(row.value)) for row in question.rows]
            if not question.ordered:
                found, expected = sorted(found), sorted(expected, key=lambda row: row[0])
            assert found == expected


def numbers(body: dict[str, Any]) -> list[list[Any]]:
    """The rows of the answer's query."""
    assert body["status"] == "answered", body["text"]
    rows: list[list[Any]] = body["evidence"][0]["rows"]
    return rows


def label(cell: object) -> str:
    """A group's name; a month by its year and number."""
    return re.sub(r"^(\d{4}-\d{2})-01$", r"\1", str(cell))


def flat(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())
