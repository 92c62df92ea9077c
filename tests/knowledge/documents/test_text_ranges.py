"""`/documents/{id}/text` gives a part of a text, to whoever may read it."""

from __future__ import annotations

import httpx
import pytest

from tests.factories.callers import Caller
from tests.factories.uploads import RETURNS_POLICY, upload_document

pytestmark = pytest.mark.usefixtures("worker")
URL = "/api/v1/documents"


async def test_a_short_text_comes_whole_unless_a_part_is_asked_for(editor: Caller, viewer: Caller) -> None:
    document = await upload_document(editor, "returns.md", RETURNS_POLICY)
    url = f"{URL}/{document['id']}/text"
    whole = (await viewer.get(url)).json()
    total = len(whole["text"])
    assert (whole["start"], whole["end"], whole["total"], whole["next"]) == (0, total, total, None)
    second = whole["headings"][1]
    part = (await viewer.get(url, params={"offset": second["start"], "limit": 20})).json()
    assert part["text"] == whole["text"][second["start"] : second["start"] + 20]
    assert (part["start"], part["end"], part["next"]) == (second["start"], part["next"], second["start"] + 20)
    assert part["headings"] == [second]
    pieces, offset = [], 0
    while offset is not None:
        piece = (await viewer.get(url, params={"offset": offset, "limit": 37})).json()
        pieces.append(piece["text"])
        offset = piece["next"]
    assert "".join(pieces) == whole["text"]
    behind = (await viewer.get(url, params={"offset": total + 5})).json()
    assert (behind["text"], behind["start"], behind["next"]) == ("", total, None)


async def test_a_range_that_cannot_be_is_refused_by_its_name(editor: Caller) -> None:
    document = await upload_document(editor, "returns.md", RETURNS_POLICY)
    for name, value in (("offset", -1), ("limit", 0), ("limit", 1_000_001), ("offset", "first")):
        answer = await editor.get(f"{URL}/{document['id']}/text", params={name: str(value)})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, name), (name, value)


async def test_a_range_is_nobody_elses(editor: Caller, stranger: Caller, client: httpx.AsyncClient) -> None:
    document = await upload_document(editor, "returns.md", RETURNS_POLICY)
    url = f"{URL}/{document['id']}/text?offset=3&limit=5"
    assert (await stranger.get(url)).status_code == 404
    assert (await client.get(url)).status_code == 401
