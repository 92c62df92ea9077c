"""Workers that die, come late or are told to stop: one ready dataset, a failed one, or nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from answerable.data.datasets import publishing, repository
from answerable.data.datasets import reading as reading_parts
from answerable.data.datasets.tables import DatasetStatus
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from tests.data.datasets.uploads import ORDERS, finished, upload
from tests.factories.callers import Caller
from tests.factories.files import files_below
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")


class Reading:
    """Holds the job at the moment when it reads the file."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Reading:
    """Jobs stop where they read, until told to go on."""
    held = Reading()
    read_parts = publishing.read_parts

    async def waits(*arguments: Any) -> Any:
        held.reached.set()
        await held.go_on.wait()
        return await read_parts(*arguments)

    monkeypatch.setattr(publishing, "read_parts", waits)
    return held


def _files(runtime: Runtime, caller: Caller) -> list[Path]:
    roots = [runtime.settings.data_dir / kind / caller.workspace_id for kind in ("files", "datasets")]
    return [path for root in roots for path in files_below(root)]


async def _until_nothing_is_left(runtime: Runtime, caller: Caller) -> None:
    async def empty() -> bool:
        return not _files(runtime, caller)

    await eventually(empty)


async def test_a_cancelled_upload_leaves_nothing(owner: Caller, runtime: Runtime, reading: Reading) -> None:
    answer = (await upload(owner, ORDERS)).json()
    await asyncio.wait_for(reading.reached.wait(), 60)
    await owner.post(f"/api/v1/jobs/{answer['job']['id']}/cancel")
    assert (await finished(owner, answer["job"]["id"]))["status"] == "cancelled"
    assert (await owner.get("/api/v1/datasets")).json()["items"] == []
    await _until_nothing_is_left(runtime, owner)


async def test_a_dataset_deleted_while_it_is_read_never_appears(
    owner: Caller, runtime: Runtime, reading: Reading
) -> None:
    answer = (await upload(owner, ORDERS)).json()
    await asyncio.wait_for(reading.reached.wait(), 60)
    assert (await owner.delete(f"/api/v1/datasets/{answer['datasets'][0]['id']}")).status_code == 204
    assert (await finished(owner, answer["job"]["id"]))["status"] == "cancelled"
    assert (await owner.get("/api/v1/datasets")).json()["items"] == []
    await _until_nothing_is_left(runtime, owner)


async def test_a_late_attempt_changes_no_row(owner: Caller, runtime: Runtime, reading: Reading) -> None:
    answer = (await upload(owner, ORDERS)).json()
    await asyncio.wait_for(reading.reached.wait(), 60)
    dataset_id = answer["datasets"][0]["id"]
    async with runtime.database.begin(Principal.system(owner.workspace_id)) as session:
        (version,) = await repository.versions(session, dataset_id)
        assert await repository.claim(session, version.id, 7) is not None
        assert await repository.claim(session, version.id, 6) is None
    reading.go_on.set()
    await finished(owner, answer["job"]["id"])
    dataset = (await owner.get(f"/api/v1/datasets/{dataset_id}")).json()
    assert (dataset["status"], dataset["version"], dataset["fields"]) == ("processing", None, [])


async def test_a_worker_that_dies_after_reading_leaves_one_ready_dataset(
    owner: Caller, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first attempt is cut off at its last step, as kill -9 would; the second one publishes."""
    publish = publishing._publish
    attempts = 0

    async def dies_once(*arguments: object, **options: object) -> None:
        nonlocal attempts
        attempts += 1
        await publish(*arguments, **options)  # type: ignore[arg-type]
        if attempts == 1:
            raise ConnectionError("cut off")

    monkeypatch.setattr(publishing, "_publish", dies_once)
    answer = (await upload(owner, ORDERS)).json()
    job = await finished(owner, answer["job"]["id"])
    assert (job["status"], attempts) == ("succeeded", 2)
    items = (await owner.get("/api/v1/datasets")).json()["items"]
    assert [(i["status"], i["version"], i["row_count"]) for i in items] == [("ready", 1, 3)]
    assert {p.parent.name for p in _files(runtime, owner) if p.suffix == ".parquet"} == {"attempt-2"}


async def test_a_job_that_never_succeeds_leaves_its_reason(
    owner: Caller, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*arguments: object, **options: object) -> None:
        raise RuntimeError("always")

    monkeypatch.setattr(publishing, "_publish", dies)
    answer = (await upload(owner, ORDERS)).json()
    assert (await finished(owner, answer["job"]["id"]))["status"] == "failed"
    dataset = (await owner.get(f"/api/v1/datasets/{answer['datasets'][0]['id']}")).json()
    assert dataset["status"] == DatasetStatus.FAILED
    assert dataset["error"]["code"] == "unexpected"
    assert [p for p in _files(runtime, owner) if p.suffix] == []


async def test_what_was_read_when_a_worker_died_is_not_read_again(
    owner: Caller, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first attempt dies between reading and publishing, as by kill -9: nothing is cleaned up."""
    publish, read = publishing._publish, reading_parts._read
    readings = attempts = 0

    async def counted(*arguments: Any) -> Any:
        nonlocal readings
        readings += 1
        return await read(*arguments)

    async def dies_once(*arguments: object, **options: object) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise ConnectionError("cut off")
        await publish(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(reading_parts, "_read", counted)
    monkeypatch.setattr(publishing, "_publish", dies_once)
    monkeypatch.setattr(publishing.shutil, "rmtree", lambda *_, **__: None)
    answer = (await upload(owner, ORDERS)).json()
    assert (await finished(owner, answer["job"]["id"]))["status"] == "succeeded"
    assert (attempts, readings) == (2, 1)
    rows = await owner.get(f"/api/v1/datasets/{answer['datasets'][0]['id']}/rows")
    assert rows.json()["row_count"] == 3
    left = {p.parent.name for p in _files(runtime, owner) if p.suffix in (".parquet", ".json")}
    assert left == {"attempt-2"}
    assert [p.name for p in _files(runtime, owner) if p.name == "outcome.json"] == []
