"""Insights through the public API: pinned, shown from what is kept, taken away."""

from __future__ import annotations

import io
import re
from typing import Any

import httpx
import pytest
from PIL import Image

from answerable.kit.runtime import Runtime
from tests.api.test_list_queries import counted
from tests.data.dashboards.boards import SALES, by_country, pinned, sales, total
from tests.data.datasets.uploads import ingested
from tests.factories.callers import Caller
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")
MORE = SALES + b"S5,2024-04-01,Spain,50.00\n"


async def test_an_insight_shows_the_newest_data_and_is_kept_until_it_changes(owner: Caller) -> None:
    dataset = await sales(owner)
    insight = await pinned(owner, total(dataset))
    url = f"/api/v1/insights/{insight['id']}/result"
    first, second = (await owner.get(url)).json(), (await owner.get(url)).json()
    assert (first["cached"], second["cached"]) == (False, True)
    assert first["result"]["rows"] == second["result"]["rows"] == [[100]]
    await ingested(owner, MORE, "more.csv", dataset_id=dataset["id"])

    async def computed_by_the_job() -> bool:
        shown = (await owner.get(url)).json()
        return bool(shown["cached"]) and shown["result"]["rows"] == [[150]]

    await eventually(computed_by_the_job)


async def test_a_pinned_insight_stays_with_its_version_which_never_expires(owner: Caller) -> None:
    dataset = await sales(owner)
    insight = await pinned(owner, total(dataset), version_policy="pinned")
    assert insight["versions"] == {dataset["id"]: 1}
    await owner.patch(f"/api/v1/datasets/{dataset['id']}", json={"keep_versions": 1, "keep_days": 0})
    await ingested(owner, MORE, "more.csv", dataset_id=dataset["id"])
    await ingested(owner, b"sale_id,price\nS1,1\n", "other.csv", dataset_id=dataset["id"])
    states = (await owner.get(f"/api/v1/datasets/{dataset['id']}/versions")).json()["items"]
    assert [(v["version"], v["status"]) for v in states] == [(3, "ready"), (2, "expired"), (1, "ready")]
    shown = (await owner.get(f"/api/v1/insights/{insight['id']}/result")).json()
    assert shown["result"]["rows"] == [[100]]
    assert (await owner.delete(f"/api/v1/insights/{insight['id']}")).status_code == 204
    await owner.patch(f"/api/v1/datasets/{dataset['id']}", json={"keep_versions": 1})
    states = (await owner.get(f"/api/v1/datasets/{dataset['id']}/versions")).json()["items"]
    assert states[-1]["status"] == "expired"


async def test_an_insight_that_its_data_no_longer_fits_says_so(owner: Caller) -> None:
    dataset = await sales(owner)
    insight = await pinned(owner, by_country(dataset))
    await ingested(owner, b"sale_id,price\nS1,1\n", "other.csv", dataset_id=dataset["id"])
    shown = await owner.get(f"/api/v1/insights/{insight['id']}/result")
    assert (shown.status_code, shown.json()["code"]) == (422, "invalid_query")


async def test_a_query_that_fits_nothing_is_not_pinned(owner: Caller) -> None:
    dataset = await sales(owner)
    body = {"name": "x", "query": total(dataset, group_by=[{"field": "nowhere"}])}
    assert (await owner.post("/api/v1/insights", json=body)).status_code == 422
    latest = {"name": "x", "query": total(dataset), "versions": {dataset["id"]: 1}}
    answer = await owner.post("/api/v1/insights", json=latest)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "version_policy")


async def test_a_result_is_taken_away_as_csv_that_runs_nothing(owner: Caller) -> None:
    dataset = await sales(owner)
    insight = await pinned(owner, by_country(dataset))
    answer = await owner.get(f"/api/v1/insights/{insight['id']}/export")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "\n'=cmd|' /C calc'!A0,40" in answer.text.replace("\r", "")


async def picture(caller: Caller, insight: dict[str, Any], kind: str = "svg") -> httpx.Response:
    return await caller.get(f"/api/v1/insights/{insight['id']}/export", params={"format": kind})


def written(answer: httpx.Response) -> list[str]:
    """What an SVG says, from its numbers to its title."""
    assert answer.status_code == 200, answer.text
    return re.findall(r"<(?:text|tspan)[^>]*>([^<]+)</", answer.text)


async def test_a_list_of_rows_is_no_picture(owner: Caller) -> None:
    dataset = await sales(owner)
    insight = await pinned(owner, {"dataset": dataset["name"], "columns": ["country", "amount"]})
    answer = await picture(owner, insight)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_chart")


async def test_one_number_is_drawn_large_with_its_unit(owner: Caller) -> None:
    dataset = await sales(owner)
    insight = await pinned(owner, total(dataset))
    words = written(await picture(owner, insight))
    assert words == ["100 EUR", "Total amount (EUR)"]
    png = await picture(owner, insight, "png")
    assert (png.status_code, png.headers["content-type"]) == (200, "image/png")
    with Image.open(io.BytesIO(png.content)) as drawn:
        assert drawn.width > drawn.height > 100
        assert len(set(drawn.convert("L").tobytes())) > 10  # letters, not an empty page


async def test_a_number_is_drawn_with_its_change(owner: Caller) -> None:
    dataset = await sales(owner)
    march = {"start": "2024-03-01", "end": "2024-04-01"}
    february = {"kind": "previous_period", "period": {"start": "2024-02-01", "end": "2024-03-01"}}
    time = {"field": "sold_on", "period": march, "comparison": february}
    words = written(await picture(owner, await pinned(owner, total(dataset, time=time))))
    assert words[:2] == ["70 EUR", "+250%, 20 EUR before"]
    assert "March 2024" in " ".join(words[2:])
    february["period"] = {"start": "2023-02-01", "end": "2023-03-01"}
    words = written(await picture(owner, await pinned(owner, total(dataset, time=time))))
    assert words[:2] == ["70 EUR", "no value before"]


async def test_a_share_of_one_group_is_drawn_as_a_share(owner: Caller) -> None:
    dataset = await sales(owner)
    share = {"aggregation": "sum", "field": "amount", "alias": "amount", "share_of_total": True}
    query = total(dataset, measures=[share], group_by=[{"field": "country", "only": ["Germany"]}])
    words = written(await picture(owner, await pinned(owner, query)))
    assert words[:2] == ["40%", "Total amount (EUR), share of total · Germany"]


async def test_results_go_with_the_data_they_came_from(owner: Caller) -> None:
    dataset = await sales(owner)
    insight = await pinned(owner, total(dataset), version_policy="pinned")
    assert (await owner.get(f"/api/v1/insights/{insight['id']}/result")).status_code == 200
    await owner.delete(f"/api/v1/datasets/{dataset['id']}")
    gone = await owner.get(f"/api/v1/insights/{insight['id']}/result")
    assert gone.status_code == 404


async def test_a_viewer_sees_insights_and_pins_none(owner: Caller, viewer: Caller) -> None:
    dataset = await sales(owner)
    insight = await pinned(owner, total(dataset))
    assert (await viewer.get(f"/api/v1/insights/{insight['id']}/result")).status_code == 200
    assert (
        await viewer.post("/api/v1/insights", json={"name": "x", "query": total(dataset)})
    ).status_code == 403
    assert (await viewer.delete(f"/api/v1/insights/{insight['id']}")).status_code == 403


async def test_a_list_of_insights_costs_the_same_however_long(owner: Caller, runtime: Runtime) -> None:
    dataset = await sales(owner)
    counts = []
    for _ in range(2):
        await pinned(owner, total(dataset))
        with counted(runtime) as statements:
            assert (await owner.get("/api/v1/insights", params={"limit": 1})).status_code == 200
            assert (await owner.get("/api/v1/insights")).status_code == 200
        counts.append(sum("FROM insights" in statement for statement in statements))
    assert counts[0] == counts[1] == 2
    page = (await owner.get("/api/v1/insights", params={"limit": 1})).json()
    rest = (await owner.get("/api/v1/insights", params={"limit": 1, "cursor": page["next_cursor"]})).json()
    assert page["items"][0]["id"] != rest["items"][0]["id"]
    assert rest["next_cursor"] is None
