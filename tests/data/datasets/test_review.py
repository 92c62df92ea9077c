"""The review of a table through the public API: what was found, what people decide, what it makes."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import select

from answerable.data.datasets.tables import DatasetVersionRow
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from tests.data.datasets.uploads import finished, ingested, upload
from tests.factories.callers import Caller

pytestmark = pytest.mark.usefixtures("worker")

SALES = (
    b"day,team,amount\n03/04/2024,Red,1\n05/06/2024,Red,2\n05/06/2024,Red,2\n07/08/2024,Blue,3\nTotal,,8\n"
)
LATER = b"day,team,amount\n09/10/2024,Red,5\n11/12/2024,Blue,7\n"


def query(dataset: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {
        "dataset": dataset["name"],
        "measures": [{"aggregation": "sum", "field": "amount", "alias": "amount"}],
        "time": {"field": "day", "grain": "month", "fill_gaps": False},
        **parts,
    }


async def review_of(caller: Caller, dataset: dict[str, Any]) -> dict[str, Any]:
    answer = await caller.get(f"/api/v1/datasets/{dataset['id']}/review")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def decide(caller: Caller, dataset: dict[str, Any], *choices: dict[str, Any]) -> dict[str, Any]:
    """Choose, and wait for the version; the dataset as it is then."""
    answer = await caller.post(f"/api/v1/datasets/{dataset['id']}/review", json={"choices": list(choices)})
    assert answer.status_code == 202, answer.text
    job = await finished(caller, answer.json()["job"]["id"])
    assert job["status"] == "succeeded", job
    detail: dict[str, Any] = (await caller.get(f"/api/v1/datasets/{dataset['id']}")).json()
    assert detail["version"] == answer.json()["version"]
    return detail


async def test_a_review_asks_what_the_file_leaves_open_and_shows_each_answer(
    owner: Caller,
) -> None:
    dataset = await ingested(owner, SALES, "sales.csv")
    review = await review_of(owner, dataset)
    assert (review["version"], review["open"], review["choices"]) == (1, 1, {"columns": {}})
    asked = next(f for f in review["findings"] if f["open"])
    assert (asked["id"], asked["setting"], asked["choice"], asked["chosen"]) == (
        "date_order:day", "date_order", "dmy", False,
    )  # fmt: skip
    assert asked["arguments"] == {
        "code": "date_order", "column": "day", "first": "day", "text": "05/06/2024", "day": "2024-06-05",
    }  # fmt: skip
    assert asked["sentence"].endswith("read with the day first, so 05/06/2024 is 05 June 2024.")
    assert {(a["value"], a["example"]) for a in asked["alternatives"]} == {
        ("dmy", "2024-06-05"),
        ("mdy", "2024-05-06"),
    }
    totals = next(f for f in review["findings"] if f["kind"] == "totals")
    assert (totals["choice"], totals["count"], totals["examples"]) == (
        "drop", 1, [{"before": "Total | 8", "after": None}],
    )  # fmt: skip
    assert totals["arguments"] == {"code": "totals_equal", "text": "Total | 8"}
    column = next(c for c in review["columns"] if c["name"] == "amount")
    assert (column["choice"], column["chosen"]) == ("number", False)


async def test_a_version_of_before_there_were_arguments_is_told_by_its_sentences(
    owner: Caller, runtime: Runtime
) -> None:
    dataset = await ingested(owner, SALES, "sales.csv")
    now = await review_of(owner, dataset)
    async with runtime.database.begin(Principal.system(owner.workspace_id)) as session:
        for version in await session.scalars(select(DatasetVersionRow)):
            report = deepcopy(version.quality) or {}
            for finding in report["findings"]:
                del finding["arguments"]
            version.quality = report
    before = await review_of(owner, dataset)
    assert [f["sentence"] for f in before["findings"]] == [f["sentence"] for f in now["findings"]]
    assert {f["arguments"] for f in before["findings"]} == {None}
    assert (await owner.get(f"/api/v1/datasets/{dataset['id']}")).status_code == 200


async def test_numbers_that_depend_on_an_open_question_say_so_until_it_is_decided(owner: Caller) -> None:
    dataset = await ingested(owner, SALES, "sales.csv")
    before = (await owner.post("/api/v1/query", json=query(dataset))).json()
    assert before["rows"][0][0] == "2024-04-01"
    assert "day or month" in before["warnings"][0]
    untouched = await owner.post("/api/v1/query", json=query(dataset, time=None))
    assert untouched.json()["warnings"] == []
    await decide(owner, dataset, {"setting": "date_order", "column": "day", "value": "mdy"})
    after = (await owner.post("/api/v1/query", json=query(dataset))).json()
    assert after["rows"][0][0] == "2024-03-01"
    assert after["warnings"] == []
    assert (before["data_versions"], after["data_versions"]) == ({dataset["id"]: 1}, {dataset["id"]: 2})


async def test_an_answer_over_an_open_question_carries_it_as_a_warning(owner: Caller) -> None:
    await ingested(owner, SALES, "sales.csv")
    answer = (await owner.post("/api/v1/ask", json={"question": "total amount by month"})).json()
    assert answer["status"] == "answered", answer
    assert any("day or month" in warning["detail"] for warning in answer["warnings"])


async def test_choices_are_remembered_and_hold_for_the_next_file(owner: Caller) -> None:
    dataset = await ingested(owner, SALES, "sales.csv")
    detail = await decide(
        owner, dataset,
        {"setting": "date_order", "column": "day", "value": "mdy"},
        {"setting": "duplicates", "value": "drop"},
        {"setting": "totals", "value": "keep"},
    )  # fmt: skip
    assert detail["row_count"] == 4
    assert [v["version"] for v in detail["versions"]] == [2, 1]
    await ingested(owner, LATER, "later.csv", dataset_id=dataset["id"])
    review = await review_of(owner, dataset)
    assert (review["version"], review["open"]) == (3, 0)
    assert review["choices"] == {
        "totals": "keep", "duplicates": "drop", "columns": {"day": {"date_order": "mdy"}},
    }  # fmt: skip
    rows = (await owner.get(f"/api/v1/datasets/{dataset['id']}/rows")).json()["rows"]
    assert rows[0] == ["2024-09-10", "Red", 5]


async def test_a_choice_can_be_taken_back_and_the_same_choice_again_changes_nothing(owner: Caller) -> None:
    dataset = await ingested(owner, SALES, "sales.csv")
    first = {"setting": "date_order", "column": "day", "value": "mdy"}
    await decide(owner, dataset, first)
    again = await owner.post(f"/api/v1/datasets/{dataset['id']}/review", json={"choices": [first]})
    assert (again.status_code, again.json()) == (
        200, {"dataset_id": dataset["id"], "version": 2, "job": None},
    )  # fmt: skip
    await decide(owner, dataset, {**first, "value": None})
    assert (await review_of(owner, dataset))["open"] == 1


async def test_the_same_file_again_is_still_the_dataset_after_a_review(owner: Caller) -> None:
    dataset = await ingested(owner, SALES, "sales.csv")
    await decide(owner, dataset, {"setting": "totals", "value": "keep"})
    again = await upload(owner, SALES, "sales.csv")
    assert (again.status_code, [d["id"] for d in again.json()["datasets"]]) == (200, [dataset["id"]])


async def test_a_review_of_one_table_of_a_file_leaves_the_others_alone(owner: Caller) -> None:
    content = b"Sales\n\nregion,revenue\nNorth,10\nNorth,10\n\n\nStaff\n\nname,age\nX,31\nX,31\n"
    dataset = await ingested(owner, content, "two.csv")
    detail = await decide(owner, dataset, {"setting": "duplicates", "value": "drop"})
    assert (detail["row_count"], detail["version"]) == (1, 2)
    others = [d for d in (await owner.get("/api/v1/datasets")).json()["items"] if d["id"] != dataset["id"]]
    assert [(d["row_count"], d["version"]) for d in others] == [(2, 1)]


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"setting": "no_such", "value": "x"}, "no such setting"),
        ({"setting": "date_order", "value": "mdy"}, "name the column"),
        ({"setting": "date_order", "column": "nowhere", "value": "mdy"}, "no column"),
        ({"setting": "date_order", "column": "day", "value": "sideways"}, "date_order cannot be that"),
        ({"setting": "encoding", "value": "klingon"}, "not an encoding"),
        ({"setting": "columns", "value": "x"}, "no such setting"),
    ],
)
async def test_a_choice_that_cannot_be_is_named(owner: Caller, choice: dict[str, Any], words: str) -> None:
    dataset = await ingested(owner, SALES, "sales.csv")
    good = {"setting": "totals", "value": "keep"}
    answer = await owner.post(f"/api/v1/datasets/{dataset['id']}/review", json={"choices": [good, choice]})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == "choices.1"
    assert words in answer.text
    assert (await review_of(owner, dataset))["version"] == 1


async def test_choices_for_a_version_that_is_no_longer_shown_are_refused(owner: Caller) -> None:
    dataset = await ingested(owner, SALES, "sales.csv")
    body = {"choices": [{"setting": "totals", "value": "keep"}], "version": 7}
    answer = await owner.post(f"/api/v1/datasets/{dataset['id']}/review", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "version_outdated")


async def test_a_cancelled_review_leaves_the_file_to_the_version_that_has_it(owner: Caller) -> None:
    dataset = await ingested(owner, SALES, "sales.csv")
    choice = {"setting": "totals", "value": "keep"}
    answer = await owner.post(f"/api/v1/datasets/{dataset['id']}/review", json={"choices": [choice]})
    await owner.post(f"/api/v1/jobs/{answer.json()['job']['id']}/cancel")
    await finished(owner, answer.json()["job"]["id"])
    detail = await decide(owner, dataset, {"setting": "duplicates", "value": "drop"})
    assert detail["status"] == "ready"


async def test_a_viewer_reads_a_review_and_decides_nothing(
    viewer: Caller, owner: Caller, stranger: Caller
) -> None:
    dataset = await ingested(owner, SALES, "sales.csv")
    assert (await viewer.get(f"/api/v1/datasets/{dataset['id']}/review")).status_code == 200
    body = {"choices": [{"setting": "totals", "value": "keep"}]}
    assert (await viewer.post(f"/api/v1/datasets/{dataset['id']}/review", json=body)).status_code == 403
    for path in (f"/api/v1/datasets/{dataset['id']}/review", "/api/v1/datasets/ds_nothing/review"):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.post(path, json=body)).status_code == 404
