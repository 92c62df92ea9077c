"""A dataset, insights over it, and dashboards of them, made as an app makes them."""

from __future__ import annotations

from typing import Any

from tests.data.datasets.uploads import ingested
from tests.factories.callers import Caller

SALES = b"""sale_id,sold_on,country,amount (EUR)
S1,2024-01-13,Germany,10.00
S2,2024-02-20,France,20.00
S3,2024-03-05,Germany,30.00
S4,2024-03-06,=cmd|' /C calc'!A0,40.00
"""


async def sales(caller: Caller) -> dict[str, Any]:
    """A dataset of four sales."""
    return await ingested(caller, SALES, "sales.csv")


def total(dataset: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """The query of the total amount."""
    return {
        "dataset": dataset["name"],
        "measures": [{"aggregation": "sum", "field": "amount", "alias": "amount"}],
        **parts,
    }


def by_country(dataset: dict[str, Any]) -> dict[str, Any]:
    """The query of the amount by country."""
    return total(dataset, group_by=[{"field": "country"}])


async def pinned(caller: Caller, query: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A new insight."""
    body = {"name": "Amount", "question": "total amount", "query": query, **parts}
    answer = await caller.post("/api/v1/insights", json=body)
    assert answer.status_code == 201, answer.text
    insight: dict[str, Any] = answer.json()
    return insight


def tile(insight: dict[str, Any], number: int = 0, **parts: Any) -> dict[str, Any]:
    """An insight's place on the grid."""
    place = {"id": f"t{number}", "insight_id": insight["id"], "x": 0, "y": number, "width": 4, "height": 1}
    return {**place, **parts}


async def dashboard(caller: Caller, *tiles: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A new dashboard."""
    answer = await caller.post("/api/v1/dashboards", json={"name": "Board", "tiles": list(tiles), **parts})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def shown(caller: Caller, board: dict[str, Any], **body: Any) -> list[dict[str, Any]]:
    """What its tiles show."""
    answer = await caller.post(f"/api/v1/dashboards/{board['id']}/results", json=body)
    assert answer.status_code == 200, answer.text
    tiles: list[dict[str, Any]] = answer.json()["tiles"]
    return tiles
