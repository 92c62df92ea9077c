"""Insights and dashboards as PDF over HTTP: read back with PDFium, as a reader of the paper would."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pypdfium2
import pytest

from tests.data.dashboards.boards import dashboard, pinned, tile, total
from tests.data.datasets.uploads import ingested
from tests.data.semantics.test_reach import guarded, seller
from tests.factories.callers import Caller, Workspace

pytestmark = pytest.mark.usefixtures("worker")

UMSATZ = """sale_id,sold_on,Land,amount (EUR)
S1,2024-01-13,Österreich,10.50
S2,2024-02-20,Россия,20.00
S3,2024-03-05,Österreich,30.00
S4,2024-03-06,Ελλάδα,40.00
"""


def read(answer: httpx.Response) -> list[str]:
    """The text of each page."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    with pypdfium2.PdfDocument(answer.content) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


async def umsatz(caller: Caller) -> dict[str, Any]:
    return await ingested(caller, UMSATZ.encode(), "umsatz.csv")


async def test_an_insight_has_its_chart_its_rows_and_where_they_come_from(owner: Caller) -> None:
    dataset = await umsatz(owner)
    query = total(dataset, group_by=[{"field": "land"}])
    insight = await pinned(owner, query, name="Umsätze nach Land", question="Umsatz nach Land?")
    before = datetime.now(UTC)
    (text,) = read(await owner.get(f"/api/v1/insights/{insight['id']}/export", params={"format": "pdf"}))
    for words in ("Umsätze nach Land", "Österreich", "Россия", "Ελλάδα", "40.50 EUR", "1 / 1"):
        assert words in text, words
    assert f"{dataset['label']} version 1" in text
    assert any(f"Printed {day:%Y-%m-%d}" in text for day in (before, datetime.now(UTC)))  # over midnight too


async def test_a_dashboard_is_printed_in_reading_order_with_its_filters(owner: Caller) -> None:
    dataset = await umsatz(owner)
    one = await pinned(owner, total(dataset), name="Summe")
    months = total(dataset, time={"field": "sold_on", "grain": "month"})
    series = await pinned(owner, months, name="Verlauf")
    country = {"dataset": dataset["name"], "field": "land", "operator": "eq", "values": ["Österreich"]}
    board = await dashboard(
        owner, tile(series, 0, x=0, y=3), tile(one, 1, x=4, y=0), name="Übersicht", filters=[country]
    )
    url = f"/api/v1/dashboards/{board['id']}/export"
    text = "\n".join(read(await owner.post(url, json={})))
    assert text.index("Übersicht") < text.index("Summe") < text.index("Verlauf")
    assert "is Österreich" in text
    assert "40.50 EUR" in text
    text = "\n".join(read(await owner.post(url, json={"filters": []})))
    assert "100.50 EUR" in text
    assert "No filters" in text


async def test_a_tile_that_fails_says_so_on_paper_too(owner: Caller) -> None:
    dataset = await umsatz(owner)
    insight = await pinned(owner, total(dataset))
    board = await dashboard(owner, tile(insight, title="Gone"))
    await owner.delete(f"/api/v1/insights/{insight['id']}")
    (text,) = read(await owner.post(f"/api/v1/dashboards/{board['id']}/export", json={}))
    assert "The insight of this tile is gone." in text.replace("\r\n", " ")


async def test_everybody_prints_what_they_see(workspace: Workspace) -> None:
    owner = workspace.owner
    dataset = await guarded(owner)
    board = await dashboard(owner, tile(await pinned(owner, total(dataset))))
    germany = await seller(workspace, "Germany")
    url = f"/api/v1/dashboards/{board['id']}/export"
    (whole,), (part,) = read(await owner.post(url, json={})), read(await germany.post(url, json={}))
    assert ("210" in whole, "210" in part, "90" in part) == (True, False, True)
    assert "count that you may see" in part.replace("\r\n", " ")


async def test_nobody_else_prints_it(owner: Caller, stranger: Caller) -> None:
    board = await dashboard(owner)
    url = f"/api/v1/dashboards/{board['id']}/export"
    assert (await stranger.post(url, json={})).status_code == 404
    assert (await owner.client.post(url, json={})).status_code == 401
    refused = await owner.post(url, params={"format": "exe"}, json={})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "format")
