"""Bad uploads: a clear error, nothing lost, nothing half done."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from answerable.kit import storage
from answerable.kit.runtime import Runtime
from tests.factories.callers import Caller
from tests.factories.files import files_below
from tests.factories.uploads import send_file, upload_document
from tests.factories.waiting import eventually
from tests.knowledge.parsing import files

pytestmark = pytest.mark.usefixtures("worker")
URL = "/api/v1/documents"


def stored(runtime: Runtime, caller: Caller) -> list[Path]:
    """Every file that the workspace's documents and unfinished uploads have."""
    folders = (runtime.files.root / caller.workspace_id, runtime.files.root / "incoming")
    return [path for folder in folders for path in files_below(folder)]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        pytest.param("a.pdf", files.pdf([[(11, "x")]])[:60], "damaged", id="truncated pdf"),
        pytest.param("a.pdf", files.pdf([[(11, "x")]], encrypted=True), "encrypted", id="encrypted pdf"),
        pytest.param("a.pdf", files.pdf([[]]), "no_text", id="scanned pdf"),
        pytest.param("a.docx", files.docx("", extra={"x": b"\0" * 80_000_000}), "too_large", id="zip bomb"),
        pytest.param(
            "a.docx",
            files.docx(files.paragraph("x"), prologue='<!DOCTYPE x [<!ENTITY a "b">]>'),
            "damaged",
            id="xml entities",
        ),
        pytest.param("a.bin", b"\x7fELF" + bytes(range(256)) * 9, "unsupported_type", id="unknown type"),
    ],
)
async def test_a_file_that_cannot_be_read_fails_with_its_reason_and_a_remedy(
    editor: Caller, name: str, content: bytes | str, code: str
) -> None:
    document = await upload_document(editor, name, content)
    assert document["status"] == "failed"
    error = document["error"]
    assert isinstance(error, dict)
    assert error["code"] == code
    assert error["detail"].count(".") >= 2
    job = (await editor.get(f"/api/v1/jobs/{document['job_id']}")).json()
    assert (job["status"], job["error"]["code"]) == ("failed", code)
    found = await editor.post("/api/v1/search", json={"query": "x"})
    assert found.json()["results"] == []


async def test_an_empty_file_is_refused_at_once(editor: Caller, runtime: Runtime) -> None:
    answer = await send_file(editor, URL, "a.txt", b"")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "file")
    assert stored(runtime, editor) == []


async def test_a_file_beyond_the_limit_is_refused(
    editor: Caller, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime.settings.uploads, "max_bytes", 1000)
    answer = await send_file(editor, URL, "a.txt", b"x" * 1001)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert stored(runtime, editor) == []
    assert (await send_file(editor, URL, "a.txt", b"x" * 1000)).status_code == 202


async def test_a_full_disk_is_said_and_nothing_is_kept(
    editor: Caller, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "_copy", full)
        answer = await send_file(editor, URL, "a.txt", b"some text")
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert stored(runtime, editor) == []
    assert (await editor.get(URL)).json()["items"] == []


async def test_an_upload_that_is_cut_off_leaves_nothing(editor: Caller, runtime: Runtime) -> None:
    address = urlsplit(str(editor.client.base_url))
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = (
        f"POST {URL} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {editor.token}\r\n"
        f"X-Workspace: {editor.workspace_id}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        'Content-Length: 5000000\r\n\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"'
        "\r\n\r\n"
    )
    writer.write(head.encode() + b"x" * 2_000_000)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await reader.read()

    async def nothing_stays() -> bool:
        listed = (await editor.get(URL)).json()["items"]
        return listed == [] and stored(runtime, editor) == []

    await eventually(nothing_stays)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\notes.txt", "notes.txt"),
        ("a\x00b\x1b[31m\u202e.txt", "ab[31m.txt"),
        ("n" * 300 + ".txt", "n" * 196 + ".txt"),
        ("🙂 naïve 漢字.txt", "🙂 naïve 漢字.txt"),
        ("..", ".."),
        ("/", "document"),
    ],
)
async def test_a_name_is_shown_and_never_used_as_a_path(
    editor: Caller, runtime: Runtime, unique: str, name: str, shown: str
) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="'
        + name.replace("\\", "\\\\").encode()
        + f'"\r\n\r\nSome text {unique}\r\n--b--\r\n'.encode()
    )
    answer = await editor.post(URL, content=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status_code == 202, answer.text
    assert answer.json()["document"]["file_name"] == shown
    (path,) = stored(runtime, editor)
    assert path.relative_to(runtime.files.root).parts[:2] == (editor.workspace_id, "documents")
    assert path.name == answer.json()["document"]["sha256"]


@pytest.mark.parametrize(
    "metadata",
    [
        "[1]",
        "{",
        '"text"',
        '{"a": NaN}',
        '{"a": "\\u0000"}',
        '{"a": "\\ud800"}',
        '{"a": "' + "x" * 17_000 + '"}',
    ],
)
async def test_metadata_that_is_no_plain_object_is_refused(editor: Caller, metadata: str) -> None:
    answer = await editor.post(URL, files={"file": ("a.txt", b"text")}, data={"metadata": metadata})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "metadata")
    assert (await editor.get(URL)).json()["items"] == []


async def test_a_request_without_a_file_is_refused(editor: Caller) -> None:
    answer: httpx.Response = await editor.post(URL, files={"title": (None, "Title")})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
