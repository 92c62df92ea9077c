"""How an ingestion follows each file to its end, against a server whose answers are written down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from answerable.cli.ingest import run as ingestion
from tests.cli.command import Finished, run
from tests.cli.scripted_server import Reply, ScriptedServer

ACCEPTED = {"document": {"id": "doc_1", "title": "Notes", "status": "queued"}, "job": {"id": "job_1"}}
READY = {"id": "doc_1", "title": "Notes", "status": "ready"}


@pytest.fixture(autouse=True)
def _poll_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingestion, "_POLL_SECONDS", 0.001)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.md"
    path.write_text("# Notes\n\nAll of them.")
    return path


def job(status: str, **more: object) -> Reply:
    return Reply({"id": "job_1", "status": status, "progress": None, "error": None, **more})


def ingest(server: ScriptedServer, *words: object) -> Finished:
    return run("ingest", *words, "--url", server.url, "--key", "x")


def test_a_document_is_followed_until_it_is_ready(scripted: ScriptedServer, notes: Path) -> None:
    scripted.on("POST /api/v1/documents", Reply(ACCEPTED, 202))
    progress = {"done": 1, "total": 2, "unit": "chunks"}
    scripted.on("GET /api/v1/jobs/job_1", job("queued"), job("running", progress=progress), job("succeeded"))
    scripted.on("GET /api/v1/documents/doc_1", Reply(READY))
    finished = ingest(scripted, notes)
    assert finished.status == 0
    assert "1 ready" in finished.output
    assert notes.read_bytes() in scripted.seen[0].body
    assert b'filename="notes.md"' in scripted.seen[0].body


def dataset(number: int, label: str, file_name: str, **more: object) -> dict[str, object]:
    return {
        "id": f"ds_{number}",
        "name": label.lower(),
        "label": label,
        "status": "ready",
        "created_at": f"2026-11-21T12:00:0{number}Z",
        "row_count": 40 + number,
        "versions": [{"file_name": file_name}],
        **more,
    }


def test_a_workbook_reports_each_table_with_its_rows(scripted: ScriptedServer, tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(b"PK")
    older, first = dataset(1, "Older", "book.xlsx"), dataset(2, "Plan", "book.xlsx", status="queued")
    other, second = dataset(3, "Other", "else.csv"), dataset(4, "Stock", "book.xlsx")
    scripted.on("POST /api/v1/datasets", Reply({"datasets": [first], "job": {"id": "job_1"}}, 202))
    scripted.on("GET /api/v1/jobs/job_1", job("succeeded"))
    scripted.on("GET /api/v1/datasets", Reply({"items": [second, other, first, older]}))
    for one in (first, other, second):
        scripted.on(f"GET /api/v1/datasets/{one['id']}", Reply({**one, "status": "ready"}))
    page = ingest(scripted, tmp_path).output
    assert "Plan (42 rows), Stock (44 rows)" in page
    assert "Other" not in page
    assert "Older" not in page


def test_a_table_can_be_a_new_version_of_a_dataset(scripted: ScriptedServer, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("a,b\n1,2\n")
    scripted.on(
        "POST /api/v1/datasets", Reply({"datasets": [dataset(1, "o", "orders.csv")], "job": {"id": "job_1"}})
    )
    finished = ingest(scripted, tmp_path / "orders.csv", "--dataset", "ds_7", "--no-wait")
    assert finished.status == 0, finished.errors
    assert b'name="dataset_id"\r\n\r\nds_7\r\n' in scripted.seen[0].body
    (tmp_path / "notes.md").write_text("x")
    assert "exactly one table" in ingest(scripted, tmp_path, "--dataset", "ds_7").errors


def test_the_same_bytes_again_are_unchanged(scripted: ScriptedServer, notes: Path) -> None:
    scripted.on("POST /api/v1/documents", Reply({"document": READY, "job": None}))
    assert "1 unchanged" in ingest(scripted, notes).output


def test_a_bad_file_stops_no_other_and_makes_the_status_1(scripted: ScriptedServer, tmp_path: Path) -> None:
    for name in ("a.md", "b.md", "c.md"):
        (tmp_path / name).write_text(name)
    refused = Reply({"title": "Unsupported", "detail": "Nothing can be read from this."}, 415)
    scripted.on(
        "POST /api/v1/documents", refused, Reply(ACCEPTED, 202), Reply({"document": READY, "job": None})
    )
    failure = {"code": "parse", "detail": "The file is encrypted."}
    scripted.on("GET /api/v1/jobs/job_1", job("failed", error=failure))
    finished = ingest(scripted, tmp_path, "--json")
    assert finished.status == 1
    rows = json.loads(finished.output)
    assert [row["outcome"] for row in rows] == ["failed", "failed", "unchanged"]
    assert [row["detail"] for row in rows[:2]] == ["Nothing can be read from this.", "The file is encrypted."]
    assert finished.errors == "answerable: 2 of 3 files failed\n"


def test_a_job_that_succeeds_over_a_failed_document_is_a_failure(
    scripted: ScriptedServer, notes: Path
) -> None:
    scripted.on("POST /api/v1/documents", Reply(ACCEPTED, 202))
    scripted.on("GET /api/v1/jobs/job_1", job("succeeded"))
    failed = {**READY, "status": "failed", "error": {"code": "empty", "detail": "The file has no text."}}
    scripted.on("GET /api/v1/documents/doc_1", Reply(failed))
    finished = ingest(scripted, notes)
    assert finished.status == 1
    assert "The file has no text." in finished.output


def test_without_waiting_the_job_is_named(scripted: ScriptedServer, notes: Path) -> None:
    scripted.on("POST /api/v1/documents", Reply(ACCEPTED, 202))
    rows = json.loads(ingest(scripted, notes, "--no-wait", "--json").output)
    assert (rows[0]["outcome"], rows[0]["job_id"]) == ("accepted", "job_1")


def test_a_refused_key_ends_it_at_the_first_file(scripted: ScriptedServer, tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text(name)
    scripted.on("POST /api/v1/documents", Reply({"title": "Unauthorized", "detail": "Unknown key."}, 401))
    finished = ingest(scripted, tmp_path)
    assert finished.status == 1
    assert len(scripted.seen) == 1
    assert "Unknown key." in finished.errors
