"""A workspace whose questions a scripted model may write answers to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import httpx
import psycopg
import pytest

from answerable.kit import ids
from tests.factories.callers import Caller, register
from tests.factories.uploads import upload_document
from tests.factories.upstream import Reply, Tokens, Upstream
from tests.factories.waiting import eventually

HANDBOOK = """# Handbook

## Approvals

Expenses above 500 euros need the approval of the department head. Receipts must be submitted before the
fifth working day of the following month.

## Company

Northwind Traders was founded in 1987 by Ingrid Solberg in Bergen. In 2004 it was bought by Contoso.
"""


@pytest.fixture(scope="session")
def asked_upstream() -> Iterator[Upstream]:
    """One scripted provider for all tests here."""
    with Upstream() as upstream:
        yield upstream


@pytest.fixture
def upstream(asked_upstream: Upstream) -> Upstream:
    """The provider without memory of other tests."""
    asked_upstream.reset()
    return asked_upstream


@dataclass(frozen=True)
class Desk:
    """A workspace with documents and models."""

    owner: Caller
    upstream: Upstream
    admin_url: str

    async def ask(self, question: str, **more: object) -> dict[str, object]:
        """The answer; its quotes are verbatim."""
        answer = await self.owner.post("/api/v1/ask", json={"question": question, **more})
        assert answer.status_code == 200, answer.text
        body: dict[str, object] = answer.json()
        await self.check_quotes(body)
        return body

    async def check_quotes(self, answer: dict[str, object]) -> None:
        """`document_text[start:end] == quote`, for every quote."""
        for item in answer["evidence"]:  # type: ignore[attr-defined]
            if item["kind"] == "quote":
                found = await self.owner.get(f"/api/v1/documents/{item['document_id']}/text")
                assert found.json()["text"][item["start"] : item["end"]] == item["quote"]

    async def alias(self, *stages: str) -> None:
        """The alias that makes models write answers: one target, or the stages of a cascade."""
        body: dict[str, object] = {"name": "answers", "targets": [{"model": stages[0]}]}
        if len(stages) > 1:
            body = {"name": "answers", "cascade": [{"model": stage} for stage in stages]}
        answer = await self.owner.post("/api/v1/model-aliases", json=body)
        assert answer.status_code == 201, answer.text

    def rows(self) -> list[tuple[object, ...]]:
        """The usage rows: requested model, stage, outcome, route, tokens, cost, and whether it is a leg."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            return connection.execute(
                "SELECT requested_model, stage, outcome, route, input_tokens + output_tokens, cost_usd,"
                " parent_id IS NOT NULL FROM usage_records WHERE workspace_id = %s ORDER BY started_at",
                [ids.decode("ws", self.owner.workspace_id)],
            ).fetchall()

    async def billed(self) -> float:
        """What the usage rows cost together, once each call that reached the provider has one."""

        async def found() -> list[tuple[object, ...]] | None:
            rows = self.rows()
            return rows if len(rows) >= len(self.upstream.seen) else None

        return float(sum(Decimal(str(row[5])) for row in await eventually(found)))


@pytest.fixture
async def desk(client: httpx.AsyncClient, upstream: Upstream, admin_url: str) -> Desk:
    """A desk of the test's own."""
    return await new_desk(client, upstream, admin_url)


async def new_desk(client: httpx.AsyncClient, upstream: Upstream, admin_url: str) -> Desk:
    """A fresh workspace with a handbook, and a provider with the models `cheap` and `dear`."""
    owner = (await register(client)).owner
    assert (await upload_document(owner, "handbook.md", HANDBOOK))["status"] == "ready"
    prices = {"input_per_mtok": 1, "output_per_mtok": 1}
    answer = await owner.post(
        "/api/v1/providers",
        json={
            "name": "main",
            "kind": "openai",
            "base_url": upstream.openai_url,
            "api_key": "sk-test",
            "models": [{"name": name, "price": prices} for name in ("cheap", "dear")],
        },
    )
    assert answer.status_code == 201, answer.text
    return Desk(owner, upstream, admin_url)


def writes(
    *sentences: tuple[str, Sequence[int]], cannot_answer: bool = False, tokens: Tokens | None = None
) -> Reply:
    """What a model writes: sentences with the passages that they cite."""
    document = {
        "cannot_answer": cannot_answer,
        "sentences": [
            {"text": text, "citations": [{"passage": number, "quote": ""} for number in cited]}
            for text, cited in sentences
        ],
    }
    return Reply(text=json.dumps(document), tokens=tokens or Tokens(1_000, 100))
