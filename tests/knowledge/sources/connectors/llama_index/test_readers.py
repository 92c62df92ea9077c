"""Readers of LlamaIndex: one that comes with it, and one of the test's own. Nothing runs unapproved."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from answerable.kit.runtime import Runtime
from answerable.knowledge.sources.connectors.llama_index.connector import LlamaIndexConnector
from answerable.plugins.connectors import ConnectorContext, ConnectorFailure, ReaderBounds
from tests.factories.callers import Caller
from tests.factories.web_server import WebServer
from tests.knowledge.sources.connectors.listing import fetched, listed
from tests.knowledge.sources.syncing import add_source, documents, items, sync, text_of

pytestmark = pytest.mark.timeout(400)  # a process that imports LlamaIndex takes its time to start

CONNECTOR = LlamaIndexConnector()
FOLDER_READER = "llama_index.core.SimpleDirectoryReader"
TICKETS = "ticket_reader.TicketReader"
_CODE = """
import os
import urllib.request
from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document

class TicketReader(BaseReader):
    def __init__(self, url, token):
        self.url, self.token = url, token
        if token == "broken":
            raise ValueError(f"the token {token} is broken")

    def lazy_load_data(self, project="a", peek=None):
        if peek:
            open(peek).read()
        request = urllib.request.Request(f"{self.url}/{project}", headers={"x-token": self.token})
        with urllib.request.urlopen(request) as answer:
            lines = answer.read().decode().splitlines()
        for line in lines:
            number, text = line.split(" ", 1)
            if text == "boom":
                raise RuntimeError(f"no answer for {self.token}")
            yield Document(text=text, metadata={"ticket": number, "title": f"Ticket {number}", "tags": ["x"]})
        yield Document(text=f"secrets: {sorted(name for name in os.environ if 'ANSWERABLE' in name)}")


class NotAReader:
    pass
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """A small package of a reader on the path; says whether its code has ever run."""
    folder = tmp_path / "installed"
    folder.mkdir()
    (folder / "ticket_reader.py").write_text(_CODE)
    monkeypatch.syspath_prepend(str(folder))
    started = _count_children(monkeypatch)
    return lambda: bool(started) or "ticket_reader" in sys.modules


def _count_children(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The processes that are started from here on."""
    started: list[object] = []
    start = asyncio.create_subprocess_exec

    async def counted(*arguments: object, **options: object) -> object:
        started.append(arguments)
        return await start(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", counted)
    return started


@pytest.fixture
def approving(context: ConnectorContext, tmp_path: Path) -> ConnectorContext:
    """A context whose operator approved both readers."""
    bounds = ReaderBounds((FOLDER_READER, TICKETS), seconds=300)
    return replace(context, readers=bounds, run_folder=tmp_path / "run")


@pytest.fixture
def approved(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The operator approved both, and a folder in which the server's own data does not lie."""
    monkeypatch.setattr(runtime.settings.sources, "readers", [FOLDER_READER, TICKETS])
    monkeypatch.setattr(runtime.settings.sources, "roots", [tmp_path])


@pytest.mark.usefixtures("worker", "approved")
async def test_a_reader_that_comes_with_llama_index_is_kept_in_step(owner: Caller, tmp_path: Path) -> None:
    shelf = tmp_path / "notes"
    shelf.mkdir()
    for name in ("tea", "coffee"):
        (shelf / f"{name}.txt").write_text(f"How {name} is brewed.")
    source = await add_source(
        owner, "llama_index", reader=FOLDER_READER, arguments={"input_dir": str(shelf)}, id_field="file_path"
    )
    assert (await sync(owner, source))["counts"]["added"] == 2
    found = await documents(owner, source)
    assert await text_of(owner, found["tea.txt.txt"]) == "How tea is brewed."
    assert found["tea.txt.txt"]["title"] == "tea.txt"
    (shelf / "tea.txt").write_text("Tea is brewed at 70 degrees.")
    (shelf / "coffee.txt").unlink()
    counts = (await sync(owner, source))["counts"]
    assert (counts["changed"], counts["deleted"], counts["added"]) == (1, 1, 0)
    assert set(await items(owner, source)) == {str(shelf / "tea.txt")}


@pytest.mark.usefixtures("worker", "approved", "package")
async def test_a_reader_asks_its_place_with_a_secret_that_is_never_shown(
    owner: Caller, web: WebServer
) -> None:
    lines = "\n".join(f"{number} Text of ticket {number}." for number in range(20))
    web.put("/a", lines)
    secret = json.dumps({"token": "needle-token"})
    source = await add_source(
        owner, "llama_index", reader=TICKETS, arguments={"url": web.url}, secrets=secret, id_field="ticket"
    )
    assert source["secrets"] == ["secrets"]
    assert "needle" not in json.dumps(source)
    run = await sync(owner, source)
    assert run["counts"]["added"] == 21
    assert [request.headers["x-token"] for request in web.asked("/a")] == [
        "needle-token"
    ]  # not once a portion
    (nameless,) = [name for name in await _ids(owner, source) if not name.isdigit()]
    assert nameless.startswith("content ")
    web.put("/a", lines.replace("ticket 7.", "ticket seven.") + "\n7 A second text of it.")
    counts = (await sync(owner, source))["counts"]
    assert (counts["added"], counts["changed"], counts["deleted"]) == (1, 1, 0)
    web.put("/a", "1 boom")
    failed = await sync(owner, source, status="failed")
    assert failed["error"]["code"] == "reader_failed"
    assert "needle" not in failed["error"]["detail"]
    assert len(await _ids(owner, source)) == 22


async def _ids(owner: Caller, source: dict[str, object]) -> set[str]:
    found: set[str] = set()
    cursor: str | None = None
    while True:
        answer = await owner.get(
            f"/api/v1/sources/{source['id']}/items",
            params={"limit": 200, **({"cursor": cursor} if cursor else {})},
        )
        body = answer.json()
        found |= {item["item_id"] for item in body["items"]}
        cursor = body["next_cursor"]
        if cursor is None:
            return found


async def test_nothing_of_a_reader_runs_before_the_operator_approves_it(
    owner: Caller, package: Callable[[], bool], context: ConnectorContext
) -> None:
    config = {"reader": TICKETS, "arguments": {"url": "http://x", "token": "t"}}
    answer = await owner.post("/api/v1/sources/check", json={"kind": "llama_index", "config": config})
    assert (answer.status_code, answer.json()["code"]) == (422, "reader_not_approved")
    for reader in (TICKETS, "os.system", "subprocess.Popen", f"{TICKETS}.x"):
        with pytest.raises(ConnectorFailure, match="not approved"):
            await listed(CONNECTOR, context, reader=reader)
    for text in ("os", "os.system('x')", "../x.y", "a b.c"):
        answer = await owner.post(
            "/api/v1/sources/check", json={"kind": "llama_index", "config": {"reader": text}}
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), text
    assert not package()


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    ("reader", "config", "code"),
    [
        (TICKETS, {"arguments": {"url": "x"}}, "reader_arguments"),
        (TICKETS, {"arguments": {"url": "x"}, "secrets": '{"token": "broken"}'}, "reader_arguments"),
        ("ticket_reader.NotAReader", {}, "no_reader"),
        ("ticket_reader.Nothing", {}, "reader_missing"),
        ("no_such_package_here.Reader", {}, "reader_missing"),
    ],
)
async def test_what_is_wrong_with_a_reader_is_told_without_its_secrets(
    context: ConnectorContext, reader: str, config: dict[str, object], code: str
) -> None:
    approving = replace(context, readers=ReaderBounds((reader,), seconds=300))
    model = CONNECTOR.config.model_validate({"reader": reader, **config})
    with pytest.raises(ConnectorFailure) as caught:
        await CONNECTOR.check(model, approving)
    assert (caught.value.code, caught.value.retryable) == (code, False)
    assert "token broken" not in caught.value.detail


@pytest.mark.usefixtures("package")
async def test_a_reader_sees_no_files_but_those_of_the_operators_folders(
    approving: ConnectorContext, web: WebServer, tmp_path: Path
) -> None:
    web.put("/a", "1 Fine.")
    (tmp_path / "open.txt").write_text("x")
    base = {"reader": TICKETS, "arguments": {"url": web.url, "token": "t"}}
    found = await listed(CONNECTOR, approving, **base, load={"peek": str(tmp_path / "open.txt")})
    assert [await fetched(item) for item in found] == [b"Fine.", b"secrets: []"]
    inside = replace(approving, closed=(tmp_path / "data",))
    for context, path in ((approving, "/etc/passwd"), (inside, str(tmp_path / "open.txt"))):
        anew = replace(context, run_folder=tmp_path / "another run")
        with pytest.raises(ConnectorFailure) as caught:
            await listed(CONNECTOR, anew, **base, load={"peek": path})
        assert caught.value.code == "reader_failed"
        assert "PermissionError" in caught.value.detail


@pytest.mark.usefixtures("package")
async def test_a_reader_that_never_ends_is_ended(approving: ConnectorContext) -> None:
    held: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    context = replace(approving, readers=ReaderBounds((TICKETS,), seconds=5))
    with pytest.raises(ConnectorFailure) as caught:
        await listed(
            CONNECTOR, context, reader=TICKETS, arguments={"url": f"http://127.0.0.1:{port}", "token": "t"}
        )
    server.close()
    for writer in held:
        writer.close()
    assert (caught.value.code, caught.value.retryable) == ("reader_timeout", True)
