"""Charts as the browser draws them: every kind has a picture, fits its room, and says what its places are."""

from __future__ import annotations

from itertools import product
from typing import Any

import httpx
import pytest
from playwright.async_api import Locator, expect

from tests.console.conftest import OpenVisit, Visit
from tests.data.dashboards.boards import dashboard, pinned, tile
from tests.factories.callers import Workspace, register
from tests.factories.uploads import upload_dataset

HEAD = "sale_id,sold_at,shop,amount (EUR),pieces"
WEIGHTS = (3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8)


def sale(week: int, day: int, hour: int) -> str:
    shop = WEIGHTS[(day * hour) % 12] + hour
    amount = WEIGHTS[hour % 12] * 10 + day + week * WEIGHTS[day]
    when = f"2025-0{week + 1}-0{day} {hour:02}:30:00"
    return f"S{week}-{day}-{hour},{when},Shop {shop:02},{amount}.00,{WEIGHTS[day] + hour}"


TIMES = product(range(6), range(1, 8), range(8, 20))
SALES = "\n".join([HEAD, *(sale(*time) for time in TIMES)])
REVENUE = {"aggregation": "sum", "field": "amount"}
PIECES = {"aggregation": "sum", "field": "pieces"}
AVERAGE = {"aggregation": "avg", "field": "pieces"}
SHOP = {"field": "shop"}
TOP = {"n": 5, "by": "sum_amount"}


def queries(dataset: str) -> dict[str, dict[str, Any]]:
    """A query for each kind of picture."""
    parts = [{"field": "sold_at", "part": part} for part in ("weekday", "hour")]
    june = {"start": "2025-06-01", "end": "2025-07-01"}
    may = {"kind": "previous_period", "period": {"start": "2025-05-01", "end": "2025-06-01"}}
    over = {"field": "sold_at", "grain": "month"}
    shapes: dict[str, dict[str, Any]] = {
        "Rhythm": {"measures": [REVENUE], "group_by": parts},
        "Points": {"measures": [REVENUE, AVERAGE], "group_by": [SHOP]},
        "Panels": {"measures": [REVENUE, PIECES], "time": over},
        "Panels of bars": {"measures": [REVENUE, PIECES], "group_by": [{**SHOP, "top": TOP}]},
        "Together": {"measures": [PIECES, {"aggregation": "count"}], "time": over},
        "June": {"measures": [REVENUE], "time": {"field": "sold_at", "period": june, "comparison": may}},
    }
    return {name: {"dataset": dataset, **shape} for name, shape in shapes.items()}


@pytest.fixture(scope="module")
async def board(client: httpx.AsyncClient, worker: None) -> tuple[Workspace, str]:
    """A workspace with a dashboard of all of them."""
    del worker
    made = await register(client)
    dataset = await upload_dataset(made.owner, "sales.csv", SALES)
    insights = [
        await pinned(made.owner, query, name=name, question=name)
        for name, query in queries(str(dataset["name"])).items()
    ]
    tiles = [
        tile(one, place, x=place % 2 * 6, y=place // 2 * 5, width=6, height=5)
        for place, one in enumerate(insights)
    ]
    return made, (await dashboard(made.owner, *tiles, name="Kinds"))["id"]


async def hover(window: Visit, canvas: Locator) -> str:
    """What the chart says, from the first of some places over its width that says something."""
    box = await canvas.bounding_box()
    assert box is not None
    said = window.page.locator("body > dl")
    for up in range(2, 30):
        for step in range(8, 40):
            x, y = box["x"] + box["width"] * step / 40, box["y"] + box["height"] * up / 30
            await window.page.mouse.move(x, y)
            if await said.count():
                return await said.inner_text()
    raise AssertionError("no place of the chart says anything")


KINDS = {
    "Rhythm": ("Hour of sold_at", "amount (EUR)"),
    "Points": ("shop", "amount (EUR)"),
    "Panels": ("Month", "amount (EUR)"),
    "Panels of bars": ("shop", "amount (EUR)"),
    "Together": ("Month", "pieces"),
}


async def test_every_kind_of_chart_is_drawn_in_its_room_and_says_what_its_places_are(
    visit: OpenVisit, board: tuple[Workspace, str]
) -> None:
    window = await visit()
    made, id_ = board
    await window.sign_in(made.owner)
    await window.open(f"/dashboards/{id_}")
    for name, words in KINDS.items():
        region = window.page.get_by_role("region", name=name, exact=True)
        await region.scroll_into_view_if_needed()
        canvas = region.locator("canvas")
        await expect(canvas).to_be_visible()
        room = await region.bounding_box()
        drawn = await canvas.bounding_box()
        assert room is not None
        assert drawn is not None
        assert drawn["x"] + drawn["width"] <= room["x"] + room["width"] + 1
        assert drawn["y"] + drawn["height"] <= room["y"] + room["height"] + 1
        said = (await hover(window, canvas)).lower()
        assert all(word.lower() in said for word in words), (name, said)
        await window.page.mouse.move(0, 0)
    number = window.page.get_by_role("region", name="June", exact=True)
    await expect(number).to_contain_text("before")
    await expect(number).to_contain_text("%")
    assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await window.accessible() == []
