"""Tools from the command line, on a real server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from answerable.kit.runtime import Runtime
from tests.cli.command import Finished, run
from tests.factories.callers import Workspace
from tests.knowledge.library import OIL, OXYGEN, put


@pytest.fixture(autouse=True)
def _server(base_url: str, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWERABLE_URL", base_url)
    monkeypatch.setenv("ANSWERABLE_KEY", workspace.owner.token)
    monkeypatch.setenv("ANSWERABLE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")


async def answerable(*words: object) -> Finished:
    """In a thread, because the server runs in this one."""
    return await asyncio.to_thread(run, *words)


async def test_a_tool_is_made_changed_tried_rolled_back_and_chosen(
    runtime: Runtime, workspace: Workspace
) -> None:
    oil = await put(runtime, workspace.id, OIL, title="Oil")
    await put(runtime, workspace.id, OXYGEN, title="Oxygen")
    made = await answerable(
        "tools", "create", "energy", "--kind", "rag", "--set", "k=2", "--set", f'document_ids=["{oil}"]'
    )
    assert made.status == 0, made.errors
    assert (await answerable("tools", "change", "energy", "--set", "threshold=0.1")).status == 0
    listed = await answerable("tools", "versions", "energy")
    assert "threshold=0.1" in listed.output
    tried = await answerable("tools", "test", "energy", "When did the oil crisis begin?")
    assert tried.status == 0, tried.errors
    assert "Oil" in tried.output
    assert "Oxygen" not in tried.output
    assert "October 1973" in tried.output
    back = await answerable("tools", "rollback", "energy", 1)
    assert "version 3, as version 1 was" in back.errors
    shown = json.loads((await answerable("tools", "show", "energy")).output)
    assert (shown["version"], shown["configuration"]["threshold"]) == (3, 0.0)
    chosen = await answerable("tools", "default", "--ask", "energy")
    assert chosen.output.splitlines() == ["search: none", "ask: energy"]
    found = json.loads((await answerable("search", "oxygen", "--tool", "energy", "--json")).output)
    assert {result["title"] for result in found["results"]} == {"Oil"}
    lost = await answerable("ask", "Who discovered oxygen?", "--tool", "nowhere")
    assert (lost.status, "no tool of that name" in lost.errors) == (1, True)
    assert (await answerable("tools", "delete", "energy")).status == 0
    assert json.loads((await answerable("tools", "list", "--json")).output)["items"] == []


async def test_a_tool_that_is_not_there_is_said_so() -> None:
    missing = await answerable("tools", "show", "nowhere")
    assert (missing.status, "no tool is called 'nowhere'" in missing.errors) == (1, True)
