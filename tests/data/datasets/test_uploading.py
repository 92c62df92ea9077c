"""Tables through the public API: uploaded, read, replaced, deleted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from answerable.kit.runtime import Runtime
from tests.data.datasets.uploads import ORDERS, finished, ingested, upload
from tests.factories.callers import Caller
from tests.factories.files import files_below
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")


async def test_a_csv_becomes_a_dataset_with_types_roles_and_units(owner: Caller) -> None:
    dataset = await ingested(owner)
    assert (dataset["status"], dataset["version"], dataset["row_count"]) == ("ready", 1, 3)
    assert dataset["name"] == "orders"
    assert dataset["row_noun"] == "order"
    fields = {f["name"]: f for f in dataset["fields"]}
    assert {name: (f["type"], f["role"]) for name, f in fields.items()} == {
        "order_id": ("integer", "key"),
        "order_date": ("date", "time"),
        "customer_email": ("string", "dimension"),
        "amount": ("decimal", "measure"),
        "quantity": ("integer", "measure"),
        "paid": ("boolean", "dimension"),
    }
    assert fields["amount"]["unit"] == {"kind": "currency", "symbol": "EUR", "scale": 1.0}
    assert fields["amount"]["label"] == "amount (EUR)"


async def test_personal_data_is_marked_and_its_values_are_kept_nowhere(owner: Caller) -> None:
    dataset = await ingested(owner)
    email = next(f for f in dataset["fields"] if f["name"] == "customer_email")
    assert email["personal"] is True
    assert email["values"] is None
    assert email["minimum"] is None
    model = await owner.get(f"/api/v1/semantic-models/{dataset['id']}")
    assert "ada@example.com" not in model.text


async def test_rows_come_back_as_they_were_written(owner: Caller) -> None:
    dataset = await ingested(owner)
    answer = await owner.get(f"/api/v1/datasets/{dataset['id']}/rows", params={"limit": 2})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert [c["name"] for c in body["columns"]][:2] == ["order_id", "order_date"]
    assert body["rows"][0] == [1001, "2024-01-13", "ada@example.com", 19.9, 2, True]
    assert len(body["rows"]) == 2
    assert body["row_count"] == 3


async def test_an_export_cannot_start_a_formula(owner: Caller) -> None:
    content = b"name,amount\n=cmd|' /C calc'!A0,1\n@SUM(1),2\nplain,-3\n"
    dataset = await ingested(owner, content, "evil.csv")
    answer = await owner.get(f"/api/v1/datasets/{dataset['id']}/rows", params={"format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    lines = answer.text.splitlines()
    assert lines[1:] == ["'=cmd|' /C calc'!A0,1", "'@SUM(1),2", "plain,-3"]


async def test_a_second_upload_becomes_a_new_version_and_the_old_one_stays(owner: Caller) -> None:
    first = await ingested(owner)
    second = await ingested(
        owner, ORDERS + b"1004,2024-04-01,eve@example.com,1.00,1,no\n", dataset_id=first["id"]
    )
    assert second["id"] == first["id"]
    assert (second["version"], second["row_count"]) == (2, 4)
    assert [v["version"] for v in second["versions"]] == [2, 1]
    old = await owner.get(f"/api/v1/datasets/{first['id']}/rows", params={"version": 1})
    assert old.json()["row_count"] == 3


async def test_a_failed_new_version_leaves_the_data_as_it_was(owner: Caller) -> None:
    first = await ingested(owner)
    answer = await upload(owner, b"%PDF-1.7 nothing here", dataset_id=first["id"])
    job = await finished(owner, answer.json()["job"]["id"])
    assert job["error"]["code"] == "unsupported_type"
    now = (await owner.get(f"/api/v1/datasets/{first['id']}")).json()
    assert (now["status"], now["version"], now["row_count"]) == ("ready", 1, 3)
    assert now["versions"][0]["error"]["code"] == "unsupported_type"


async def test_two_datasets_of_one_name_are_told_apart(owner: Caller) -> None:
    more = ORDERS + b"1004,2024-04-01,eve@example.com,1.00,1,no\n"
    names = [(await ingested(owner))["name"], (await ingested(owner, more))["name"]]
    assert names == ["orders", "orders_2"]


async def test_each_table_of_a_file_becomes_a_dataset(owner: Caller) -> None:
    content = (
        b"Sales\n\nregion,revenue\nNorth,10\nSouth,20\n\n\nStaff\n\nname,age,city\nX,31,Rome\nY,42,Oslo\n"
    )
    first = await ingested(owner, content, "report.csv")
    items = (await owner.get("/api/v1/datasets")).json()["items"]
    assert {i["name"] for i in items} == {"sales", "staff"}
    assert {i["status"] for i in items} == {"ready"}
    again = await ingested(owner, content.replace(b"South", b"East"), "report.csv", dataset_id=first["id"])
    assert again["version"] == 2
    items = (await owner.get("/api/v1/datasets")).json()["items"]
    assert {(i["name"], i["version"]) for i in items} == {("sales", 2), ("staff", 2)}


async def test_deleting_a_dataset_removes_its_files_and_its_part_of_the_model(
    owner: Caller, runtime: Runtime
) -> None:
    kept = await ingested(owner, file_name="kept.csv")
    gone = await ingested(owner, file_name="gone.csv")
    before = _files(runtime, owner)
    assert (await owner.delete(f"/api/v1/datasets/{gone['id']}")).status_code == 204
    assert (await owner.get(f"/api/v1/datasets/{gone['id']}")).status_code == 404
    model = (await owner.get(f"/api/v1/semantic-models/{kept['id']}")).json()
    assert [d["name"] for d in model["datasets"]] == ["kept"]
    assert {m["dataset"] for m in model["metrics"]} == {"kept"}
    assert len(before) == 4
    await _until_files(runtime, owner, 2)


async def test_a_file_of_two_tables_stays_until_both_datasets_are_deleted(
    owner: Caller, runtime: Runtime
) -> None:
    await ingested(owner, b"a,b\n1,2\n2,3\n\n\nc,d,e\nx,y,1\nz,w,2\n", "two.csv")
    first, second = [i["id"] for i in (await owner.get("/api/v1/datasets")).json()["items"]]
    await owner.delete(f"/api/v1/datasets/{first}")
    await _until_files(runtime, owner, 2)
    assert sorted(p.suffix for p in _files(runtime, owner)) == ["", ".parquet"]
    await owner.delete(f"/api/v1/datasets/{second}")
    await _until_files(runtime, owner, 0)


async def _until_files(runtime: Runtime, caller: Caller, count: int) -> None:
    async def reached() -> bool:
        return len(_files(runtime, caller)) == count

    await eventually(reached)


def _files(runtime: Runtime, caller: Caller) -> list[Path]:
    roots = [runtime.settings.data_dir / "files" / caller.workspace_id]
    roots.append(runtime.settings.data_dir / "datasets" / caller.workspace_id)
    return [path for root in roots for path in files_below(root)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b" \n\n  \n", "empty_file"),
        (b"PK\x03\x04 broken zip", "damaged_file"),
    ],
)
async def test_a_file_without_tables_fails_with_its_reason(owner: Caller, content: bytes, code: str) -> None:
    answer = await upload(owner, content)
    assert answer.status_code == 202
    job = await finished(owner, answer.json()["job"]["id"])
    assert (job["status"], job["error"]["code"]) == ("failed", code)
    dataset = (await owner.get(f"/api/v1/datasets/{answer.json()['datasets'][0]['id']}")).json()
    assert (dataset["status"], dataset["error"]["code"]) == ("failed", code)


async def test_an_empty_file_is_refused_at_once(owner: Caller) -> None:
    answer = await upload(owner, b"")
    assert answer.status_code == 422
    assert (await owner.get("/api/v1/datasets")).json()["items"] == []


async def test_an_upload_that_is_cut_off_leaves_nothing(
    owner: Caller, runtime: Runtime, base_url: str
) -> None:
    where = urlsplit(base_url)
    head = (
        "POST /api/v1/datasets HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
        f"Authorization: Bearer {owner.token}\r\nContent-Type: multipart/form-data; boundary=cut\r\n\r\n"
        '--cut\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nid,name\n1,a\n'
    )
    _, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(head.encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await ingested(owner)  # the server goes on
    assert len((await owner.get("/api/v1/datasets")).json()["items"]) == 1
    assert len(_files(runtime, owner)) == 2


@pytest.mark.parametrize("name", ["../../etc/passwd\x00.csv", "x" * 300 + "📈.csv"])
async def test_no_file_name_reaches_the_file_system(owner: Caller, runtime: Runtime, name: str) -> None:
    dataset = await ingested(owner, file_name=name)
    assert dataset["status"] == "ready"
    assert len(dataset["versions"][0]["file_name"]) <= 200
    assert not any("passwd" in str(p) or "📈" in str(p) for p in _files(runtime, owner))


async def test_a_viewer_reads_and_cannot_change(owner: Caller, viewer: Caller) -> None:
    dataset = await ingested(owner)
    assert (await viewer.get(f"/api/v1/datasets/{dataset['id']}")).status_code == 200
    assert (await upload(viewer, ORDERS)).status_code == 403
    assert (await viewer.delete(f"/api/v1/datasets/{dataset['id']}")).status_code == 403
    assert (await viewer.put(f"/api/v1/semantic-models/{dataset['id']}", json={})).status_code == 403


async def test_another_tenant_gets_what_nobody_gets(owner: Caller, stranger: Caller) -> None:
    dataset = await ingested(owner)
    missing = dataset["id"][:-6] + "000000"
    for method, path in (("GET", ""), ("GET", "/rows"), ("DELETE", "")):
        theirs = await stranger.request(method, f"/api/v1/datasets/{dataset['id']}{path}")
        nobodys = await stranger.request(method, f"/api/v1/datasets/{missing}{path}")
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.text.replace(dataset["id"], missing) == nobodys.text
    answer = await upload(stranger, ORDERS, dataset_id=dataset["id"])
    assert answer.status_code == 404
    assert (await owner.get(f"/api/v1/datasets/{dataset['id']}")).json()["version"] == 1


@pytest.mark.parametrize("version", [0, 2**31, 10**40])
async def test_a_version_that_no_dataset_can_have_is_refused(owner: Caller, version: int) -> None:
    dataset = await ingested(owner)
    answer = await owner.get(f"/api/v1/datasets/{dataset['id']}/rows", params={"version": version})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "version")
