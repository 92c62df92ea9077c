"""Times that came with a zone: days, hours and bounds are those of the calendar's time zone."""

from __future__ import annotations

from typing import Any

import pytest
from tests.data.datasets.uploads import finished, ingested, upload
from tests.factories.callers import Caller

pytestmark = pytest.mark.usefixtures("worker")

CALLS = b"""call_id,started_at,minutes
C1,2024-06-01T20:30:00Z,4
C2,2024-06-01T21:30:00Z,7
C3,2024-06-02T00:30:00+02:00,9
C4,2024-06-02T12:00:00+03:00,1
"""
COUNT = {"aggregation": "count", "alias": "calls"}
# In Riga: 23:30 on the 1st, then 00:30, 01:30 and 12:00 on the 2nd.


async def in_riga(owner: Caller, dataset: dict[str, Any]) -> None:
    (model,) = (await owner.get("/api/v1/semantic-models")).json()["items"]
    path = f"/api/v1/semantic-models/{model['id']}"
    model = (await owner.get(path)).json()
    model["calendar"]["time_zone"] = "Europe/Riga"
    answer = await owner.put(path, json=model)
    assert answer.status_code == 200, answer.text
    assert any(each["id"] == dataset["id"] for each in answer.json()["datasets"])


async def rows(owner: Caller, **query: Any) -> list[list[Any]]:
    answer = await owner.post("/api/v1/query", json={"dataset": "calls", **query})
    assert answer.status_code == 200, answer.text
    found: list[list[Any]] = answer.json()["rows"]
    return found


def by(grain: str, **period: Any) -> dict[str, Any]:
    return {"field": "started_at", "grain": grain, **({"period": period} if period else {})}


async def test_days_hours_and_bounds_are_those_of_the_calendar(owner: Caller) -> None:
    dataset = await ingested(owner, CALLS, "calls.csv")
    assert await rows(owner, measures=[COUNT], time=by("day")) == [["2024-06-01", 3], ["2024-06-02", 1]]
    await in_riga(owner, dataset)
    assert await rows(owner, measures=[COUNT], time=by("day")) == [["2024-06-01", 1], ["2024-06-02", 3]]
    june_2nd = by("hour", start="2024-06-02", end="2024-06-03")
    hours = await rows(owner, measures=[COUNT], time=june_2nd)
    assert len(hours) == 24
    assert [[hour, n] for hour, n in hours if n] == [
        ["2024-06-02T00:00:00", 1],
        ["2024-06-02T01:00:00", 1],
        ["2024-06-02T12:00:00", 1],
    ]
    later = {"field": "started_at", "operator": "ge", "values": ["2024-06-01T21:00:00Z"]}
    assert await rows(owner, measures=[COUNT], where=later) == [[3]]
    asked = await owner.post("/api/v1/ask", json={"question": "number of calls on 2 June 2024"})
    (evidence,) = asked.json()["evidence"]
    assert evidence["rows"] == [[3]]
    assert "Europe/Riga" in evidence["sql"]


async def test_times_with_and_without_a_zone_are_not_put_beside_each_other(owner: Caller) -> None:
    dataset = await ingested(owner, CALLS, "calls.csv")
    bare = b"call_id,started_at,minutes\nC5,2024-06-03T10:00:00,2\n"
    answer = await upload(owner, bare, "more.csv", dataset_id=dataset["id"], mode="append")
    job = await finished(owner, answer.json()["job"]["id"])
    assert job["error"]["code"] == "schema_changed"
    assert "without one in the file" in job["error"]["detail"]
    zoned = b"call_id,started_at,minutes\nC5,2024-06-03T10:00:00+03:00,2\n"
    again = await ingested(owner, zoned, "again.csv", dataset_id=dataset["id"], mode="append")
    await in_riga(owner, again)
    assert (await rows(owner, measures=[COUNT], time=by("day")))[-1] == ["2024-06-03", 1]
