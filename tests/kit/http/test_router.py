from __future__ import annotations

import errno
import os
import tempfile

import pytest

from tests.factories.callers import Caller
from tests.factories.uploads import send_file


async def test_a_disk_that_fills_while_an_upload_arrives_is_said(
    owner: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk:
        def __init__(self, *arguments: object, **options: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "SpooledTemporaryFile", FullDisk)
        patched.setattr("starlette.formparsers.SpooledTemporaryFile", FullDisk)
        answer = await send_file(owner, "/api/v1/documents", "notes.txt", b"x" * 10)
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert (await owner.get("/api/v1/documents")).json()["items"] == []
