"""The chunks of a document, cut as its source wants them, and cut anew when that changes."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.documents import tasks
from tests.factories.callers import Caller
from tests.factories.uploads import upload_document

pytestmark = pytest.mark.usefixtures("worker")
URL = "/api/v1/documents"


def _rows(unique: str) -> str:
    return "Land,Days,Fee\n" + "\n".join(f"Country {n} {unique},{n},{n} EUR" for n in range(120))


async def _chunks(caller: Caller, document: dict[str, object]) -> list[dict[str, object]]:
    items: list[dict[str, object]] = []
    first: int | None = 0
    while first is not None:
        wanted = {"first": first, "limit": 3}
        page = (await caller.get(f"{URL}/{document['id']}/chunks", params=wanted)).json()
        items += page["items"]
        first = page["next"]
    return items


async def test_chunks_come_in_order_with_their_headings_table_and_section(
    editor: Caller, unique: str
) -> None:
    document = await upload_document(editor, "fees.csv", _rows(unique))
    text = (await editor.get(f"{URL}/{document['id']}/text")).json()["text"]
    chunks = await _chunks(editor, document)
    assert [item["ordinal"] for item in chunks] == list(range(int(str(document["chunk_count"]))))
    assert [item["table_header"] for item in chunks] == [None] + ["Land | Days | Fee"] * (len(chunks) - 1)
    for item in chunks:
        assert text[item["start"] : item["end"]] == item["text"]
        assert item["section"] == {"start": 0, "end": len(text)}
    query = {"query": f"Fee of Country 117 {unique}"}
    found = (await editor.post("/api/v1/search", json=query)).json()["results"][0]
    assert "Country 117" in found["text"]
    assert found["table_header"] == "Land | Days | Fee"
    assert chunks[found["ordinal"]]["id"] == found["chunk_id"]


async def test_a_source_says_how_its_documents_are_cut_and_a_change_cuts_them_anew(
    owner: Caller, runtime: Runtime, unique: str
) -> None:
    text = " ".join(f"Sentence {n} of {unique} is about parcels and refunds." for n in range(80))
    document = await upload_document(owner, "a.txt", text)
    before = await _chunks(owner, document)
    source = f"/api/v1/sources/{document['source_id']}"
    assert (await owner.get(source)).json()["chunking"] == {"target_tokens": 200, "overlap_tokens": 0}
    changed = await owner.patch(source, json={"chunking": {"target_tokens": 60, "overlap_tokens": 20}})
    assert changed.json()["chunking"] == {"target_tokens": 60, "overlap_tokens": 20}
    await tasks.cut_anew(runtime, datetime.now(UTC))
    after = await _chunks(owner, document)
    assert len(after) > 2 * len(before)
    assert all(item["start"] < earlier["end"] for earlier, item in pairwise(after))  # type: ignore[operator]
    shown = (await owner.get(f"{URL}/{document['id']}")).json()
    assert (shown["status"], shown["chunk_count"]) == ("ready", len(after))
    answered = await owner.post("/api/v1/search", json={"query": f"Sentence 79 {unique}"})
    assert answered.json()["results"][0]["chunk_id"] in {item["id"] for item in after}
    await tasks.cut_anew(runtime, datetime.now(UTC))
    assert await _chunks(owner, document) == after
    new = await upload_document(owner, "b.txt", text + " One more.")
    assert len(await _chunks(owner, new)) >= len(after)
    cleared = await owner.patch(source, json={"chunking": None})
    assert cleared.json()["chunking"] == {"target_tokens": 200, "overlap_tokens": 0}
    await tasks.cut_anew(runtime, datetime.now(UTC))
    assert [item["text"] for item in await _chunks(owner, document)] == [item["text"] for item in before]


async def test_wrong_settings_name_the_field(owner: Caller, unique: str) -> None:
    document = await upload_document(owner, "a.txt", f"Text {unique}")
    source = f"/api/v1/sources/{document['source_id']}"
    answer = await owner.patch(source, json={"chunking": {"target_tokens": 60, "overlap_tokens": 40}})
    assert answer.status_code == 422
    assert "at most half the target" in answer.text
    answer = await owner.patch(source, json={"chunking": {"target_tokens": 1}})
    assert answer.json()["errors"][0]["field"] == "chunking.target_tokens"


async def test_chunks_of_another_tenant_are_not_there(editor: Caller, stranger: Caller, unique: str) -> None:
    document = await upload_document(editor, "a.txt", f"Text {unique}")
    foreign = await stranger.get(f"{URL}/{document['id']}/chunks")
    missing = await stranger.get(f"{URL}/{ids.new_id('doc')}/chunks")
    assert foreign.status_code == missing.status_code == 404


async def test_a_document_that_is_replaced_is_asked_about_all_the_while(
    editor: Caller, runtime: Runtime, unique: str
) -> None:
    """Chunks give way to others in one transaction: every question meanwhile finds the old or the new."""
    text = " ".join(f"Sentence {n} of {unique} is about parcels." for n in range(60))
    document = await upload_document(editor, "a.txt", text)
    source_id = str(document["source_id"])
    principal = Principal.system(editor.workspace_id)
    for target in (60, 200, 80):
        chunking = json.dumps({"target_tokens": target})
        async with runtime.database.begin(principal) as session:
            statement = "UPDATE sources SET chunking = %(c)s::jsonb WHERE id = %(id)s RETURNING 1"
            await session.fetch(statement, {"c": chunking, "id": ids.decode("src", source_id)})
        cutting = asyncio.create_task(tasks.cut_anew(runtime, datetime.now(UTC)))
        asked = 0
        while not cutting.done() or not asked:
            query = {"query": f"Sentence 31 of {unique}", "limit": 1}
            (found,) = (await editor.post("/api/v1/search", json=query)).json()["results"]
            assert text[found["start"] : found["end"]] == found["text"]
            asked += 1
        await cutting
