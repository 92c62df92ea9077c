"""Versions through the public API: rows added or replaced, what changed, run again, kept by policy."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.kit.runtime import Runtime
from tests.data.datasets.uploads import finished, ingested, upload
from tests.factories.callers import Caller
from tests.factories.files import files_below
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

STOCK = b"sku,name,price (EUR)\n00501,Cup,2.50\n00502,Pot,7.00\n00503,Pan,9.00\n"
MORE = b"sku,name,price (EUR)\n10504,Lid,3\n10505,Jar,4\n"
NEWS = b"sku,name,price (EUR)\n00502,Pot,8.00\n00504,Lid,3.00\n"


async def failed(caller: Caller, content: bytes, **fields: Any) -> dict[str, Any]:
    """Upload what is refused; the error."""
    answer = await upload(caller, content, "next.csv", **fields)
    assert answer.status_code == 202, answer.text
    job = await finished(caller, answer.json()["job"]["id"])
    assert job["status"] == "failed", job
    error: dict[str, Any] = job["error"]
    return error


async def rows_of(caller: Caller, dataset: dict[str, Any], **parameters: Any) -> list[list[Any]]:
    answer = await caller.get(f"/api/v1/datasets/{dataset['id']}/rows", params=parameters)
    assert answer.status_code == 200, answer.text
    rows: list[list[Any]] = answer.json()["rows"]
    return rows


async def versions_of(caller: Caller, dataset: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await caller.get(f"/api/v1/datasets/{dataset['id']}/versions")).json()[
        "items"
    ]
    return items


async def test_rows_are_added_in_the_types_of_those_that_are_there(owner: Caller) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    more = await ingested(owner, MORE, "more.csv", dataset_id=dataset["id"], mode="append")
    assert (more["version"], more["row_count"]) == (2, 5)
    rows = await rows_of(owner, dataset)
    assert rows[0] == ["00501", "Cup", 2.5]
    assert rows[3] == ["10504", "Lid", 3]
    newest, first = await versions_of(owner, dataset)
    assert (newest["mode"], newest["base"], newest["changes"]["rows"]) == (
        "append", 1, {"key": ["sku"], "added": 2, "changed": 0, "removed": 0, "unchanged": 3},
    )  # fmt: skip
    assert (first["mode"], first["changes"]) == ("replace", None)


async def test_a_column_that_an_added_file_lacks_is_missing_in_its_rows_alone(owner: Caller) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    await ingested(owner, b"sku,name\n10504,Lid\n", "more.csv", dataset_id=dataset["id"], mode="append")
    assert (await rows_of(owner, dataset))[2:] == [["00503", "Pan", 9], ["10504", "Lid", None]]
    changes = (await versions_of(owner, dataset))[0]["changes"]["columns"]
    assert (changes["dropped"], changes["missing"]) == ([], ["price"])
    review = (await owner.get(f"/api/v1/datasets/{dataset['id']}/review")).json()
    found = next(f for f in review["findings"] if f["kind"] == "columns_missing")
    assert found["sentence"] == (
        "The file lacks 'price (EUR)', which the rows of before have: 1 row of it has nothing there."
    )


async def test_rows_of_the_same_key_are_replaced_the_others_stay(owner: Caller) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    await ingested(owner, NEWS, "news.csv", dataset_id=dataset["id"], mode="upsert", key="SKU")
    assert await rows_of(owner, dataset) == [
        ["00501", "Cup", 2.5],
        ["00503", "Pan", 9],
        ["00502", "Pot", 8],
        ["00504", "Lid", 3],
    ]
    newest = (await versions_of(owner, dataset))[0]
    assert newest["key"] == ["sku"]
    assert newest["changes"]["rows"] == {
        "key": ["sku"], "added": 1, "changed": 1, "removed": 0, "unchanged": 2,
    }  # fmt: skip


async def test_a_replaced_row_keeps_what_the_file_lacks(owner: Caller) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    counted = b"sku,stock\n10504,4\n00502,77\n"
    await ingested(owner, counted, "counted.csv", dataset_id=dataset["id"], mode="upsert", key="sku")
    assert await rows_of(owner, dataset) == [
        ["00501", "Cup", 2.5, None],
        ["00503", "Pan", 9, None],
        ["10504", None, None, 4],
        ["00502", "Pot", 7, 77],
    ]
    changes = (await versions_of(owner, dataset))[0]["changes"]["columns"]
    assert (changes["added"], changes["missing"]) == (["stock"], ["name", "price"])
    review = (await owner.get(f"/api/v1/datasets/{dataset['id']}/review")).json()
    found = next(f for f in review["findings"] if f["kind"] == "columns_missing")
    assert "1 row of it has nothing there" in found["sentence"]


async def test_whole_numbers_among_decimal_ones_change_no_type(owner: Caller) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    more = b"sku,name,price (EUR)\n10504,Lid,3\n"
    await ingested(owner, more, "more.csv", dataset_id=dataset["id"], mode="append")
    assert (await versions_of(owner, dataset))[0]["changes"]["columns"]["type_changed"] == []


async def test_a_replacing_file_says_which_rows_and_columns_it_changed(owner: Caller) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    content = b"sku,title,price (USD)\n00501,Cup,2.50\n00509,Fork,one\n"
    await ingested(owner, content, "new.csv", dataset_id=dataset["id"])
    changes = (await versions_of(owner, dataset))[0]["changes"]
    assert changes["columns"]["added"] == ["title"]
    assert changes["columns"]["dropped"] == ["name"]
    assert changes["columns"]["unit_changed"] == [{"column": "price", "before": "EUR", "after": "USD"}]
    assert changes["columns"]["type_changed"] == [{"column": "price", "before": "decimal", "after": "string"}]
    assert (changes["rows"]["added"], changes["rows"]["removed"]) == (1, 2)


@pytest.mark.parametrize(
    ("content", "fields", "code"),
    [
        (b"sku,name,price (USD)\n1,x,1.00\n", {"mode": "append"}, "unit_changed"),
        (b"sku,name,price (EUR)\n1,x,cheap\n2,y,dear\n", {"mode": "append"}, "schema_changed"),
        (b"sku,name\n00501,x\n00501,y\n", {"mode": "upsert", "key": "sku"}, "key_not_unique"),
        (b"sku,name\n501,x\n900,y\n", {"mode": "upsert", "key": "sku"}, "key_zeros"),
        (b"sku,name\n00501,x\n,y\n", {"mode": "upsert", "key": "sku"}, "key_missing"),
        (b"sku,name\n00501,x\n", {"mode": "upsert", "key": "ean"}, "key_missing"),
    ],
)
async def test_what_would_make_numbers_wrong_is_refused_and_the_data_stays(
    owner: Caller, content: bytes, fields: dict[str, str], code: str
) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    error = await failed(owner, content, dataset_id=dataset["id"], **fields)
    assert error["code"] == code, error
    detail = (await owner.get(f"/api/v1/datasets/{dataset['id']}")).json()
    assert (detail["status"], detail["version"], detail["row_count"]) == ("ready", 1, 3)


async def test_percentages_are_not_added_to_numbers_without_a_unit(owner: Caller) -> None:
    dataset = await ingested(owner, b"sku,tax\nA1,0.07\nA2,0.19\n", "tax.csv")
    error = await failed(owner, b"sku,tax\nA3,7%\n", dataset_id=dataset["id"], mode="append")
    assert error["code"] == "unit_changed"
    assert "tax is in percent in the file and without a unit in the rows that are there" in error["detail"]


async def test_a_dataset_can_refuse_files_with_other_columns(owner: Caller) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    wider = b"sku,name,price (EUR),colour\n1,x,1.50,red\n"
    changed = await owner.patch(f"/api/v1/datasets/{dataset['id']}", json={"schema_changes": "refuse"})
    assert changed.status_code == 200, changed.text
    error = await failed(owner, wider, dataset_id=dataset["id"])
    assert error["code"] == "schema_changed"
    assert "new: colour" in error["detail"]
    await owner.patch(f"/api/v1/datasets/{dataset['id']}", json={"schema_changes": "accept"})
    detail = await ingested(owner, wider, "wide.csv", dataset_id=dataset["id"], mode="append")
    assert (detail["row_count"], len(detail["fields"])) == (4, 4)
    assert (await rows_of(owner, dataset))[0][3] is None


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"mode": "append"}, "dataset_id"), ({"mode": "upsert", "dataset_id": "own"}, "key")],
)
async def test_an_upload_that_lacks_what_its_mode_needs_is_refused(
    owner: Caller, fields: dict[str, str], field: str
) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    given = {name: dataset["id"] if value == "own" else value for name, value in fields.items()}
    answer = await upload(owner, MORE, "more.csv", **given)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_the_same_file_is_not_added_twice(owner: Caller) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    await ingested(owner, MORE, "more.csv", dataset_id=dataset["id"], mode="append")
    again = await upload(owner, MORE, "more.csv", dataset_id=dataset["id"], mode="append")
    assert again.status_code == 200
    assert len(await rows_of(owner, dataset)) == 5


async def test_a_review_reads_all_files_that_a_version_is_made_of(owner: Caller) -> None:
    first, second = (
        b"day,amount\n03/04/2024,1\n05/06/2024,2\n",
        b"day,amount\n07/08/2024,3\n09/10/2024,4\n",
    )
    dataset = await ingested(owner, first, "first.csv")
    await ingested(owner, second, "second.csv", dataset_id=dataset["id"], mode="append")
    answer = await owner.post(
        f"/api/v1/datasets/{dataset['id']}/review",
        json={"choices": [{"setting": "date_order", "column": "day", "value": "mdy"}]},
    )
    assert (await finished(owner, answer.json()["job"]["id"]))["status"] == "succeeded"
    assert [row[0] for row in await rows_of(owner, dataset)] == [
        "2024-03-04", "2024-05-06", "2024-07-08", "2024-09-10",
    ]  # fmt: skip
    more = await ingested(
        owner, b"day,amount\n11/12/2024,5\n", "third.csv", dataset_id=dataset["id"], mode="append"
    )
    assert more["row_count"] == 5


async def test_an_answer_is_run_again_on_its_own_version_and_model(owner: Caller) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    query = {"dataset": dataset["name"], "measures": [{"metric": "average_price", "alias": "price"}]}
    then = (await owner.post("/api/v1/query", json=query)).json()
    other = b"sku,title,weight (kg)\n00501,Cup,2\n"
    await ingested(owner, other, "other.csv", dataset_id=dataset["id"])
    gone = await owner.post("/api/v1/query", json=query)
    assert gone.status_code == 422
    pinned = {"versions": then["data_versions"], "model_revision": then["model_revision"]}
    again = (await owner.post("/api/v1/query", json={**query, **pinned})).json()
    assert again["rows"] == then["rows"]
    assert (again["data_versions"], again["model_revision"]) == (
        then["data_versions"], then["model_revision"],
    )  # fmt: skip


async def test_a_field_that_an_old_version_lacks_is_named(owner: Caller) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    wider = STOCK.replace(b"name,", b"name,stock,").replace(b"Cup,", b"Cup,4,")
    await ingested(
        owner,
        wider.replace(b"Pot,", b"Pot,5,").replace(b"Pan,", b"Pan,6,"),
        "w.csv",
        dataset_id=dataset["id"],
    )
    query = {"dataset": dataset["name"], "measures": [{"aggregation": "sum", "field": "stock"}]}
    assert (await owner.post("/api/v1/query", json=query)).json()["rows"] == [[15]]
    old = await owner.post("/api/v1/query", json={**query, "versions": {dataset["id"]: 1}})
    assert old.status_code == 422
    assert "stock" in old.text


async def test_versions_of_nobody_and_of_others_are_not_found(owner: Caller, stranger: Caller) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    query = {"dataset": dataset["name"], "measures": [{"aggregation": "count"}]}
    for caller, version in ((owner, 7), (stranger, 1)):
        answer = await caller.post("/api/v1/query", json={**query, "versions": {dataset["id"]: version}})
        assert answer.status_code == 404
    unknown = await owner.post("/api/v1/query", json={**query, "model_revision": "0" * 16})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "revision_unknown")


async def test_old_versions_go_by_policy_and_their_files_with_them(owner: Caller, runtime: Runtime) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    for number in range(3):
        await ingested(owner, STOCK + b"1%d,New,1.00\n" % number, "next.csv", dataset_id=dataset["id"])
    policy = {"keep_versions": 2, "keep_days": 0}
    assert (await owner.patch(f"/api/v1/datasets/{dataset['id']}", json=policy)).status_code == 200
    states = [(v["version"], v["status"]) for v in await versions_of(owner, dataset)]
    assert states == [(4, "ready"), (3, "ready"), (2, "expired"), (1, "expired")]
    expired = await owner.get(f"/api/v1/datasets/{dataset['id']}/rows", params={"version": 1})
    assert (expired.status_code, expired.json()["code"]) == (410, "version_expired")

    async def two_of_each() -> bool:
        tables = files_below(runtime.settings.data_dir / "datasets" / owner.workspace_id)
        uploads = files_below(runtime.files.root / owner.workspace_id)
        return len(tables) == len(uploads) == 2

    await eventually(two_of_each)


async def test_the_files_that_a_kept_version_is_made_of_stay(owner: Caller, runtime: Runtime) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    await owner.patch(f"/api/v1/datasets/{dataset['id']}", json={"keep_versions": 1, "keep_days": 0})
    await ingested(owner, MORE, "more.csv", dataset_id=dataset["id"], mode="append")
    assert (await versions_of(owner, dataset))[1]["status"] == "expired"
    answer = await owner.post(
        f"/api/v1/datasets/{dataset['id']}/review",
        json={"choices": [{"setting": "type", "column": "price", "value": "text"}]},
    )
    assert (await finished(owner, answer.json()["job"]["id"]))["status"] == "succeeded"
    assert len(await rows_of(owner, dataset)) == 5
    assert (await owner.delete(f"/api/v1/datasets/{dataset['id']}")).status_code == 204

    async def nothing() -> bool:
        roots = (runtime.settings.data_dir / "datasets", runtime.files.root)
        return not [path for root in roots for path in files_below(root / owner.workspace_id)]

    await eventually(nothing)


async def test_a_viewer_changes_no_policy(viewer: Caller, owner: Caller) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    answer = await viewer.patch(f"/api/v1/datasets/{dataset['id']}", json={"keep_versions": 1})
    assert answer.status_code == 403
    assert (await viewer.get(f"/api/v1/datasets/{dataset['id']}/versions")).status_code == 200
