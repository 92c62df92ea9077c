"""`answerable search` against a scripted server; the real one is in the end-to-end test."""

from __future__ import annotations

import json

from tests.cli.command import run
from tests.cli.scripted_server import Reply, ScriptedServer

HIT = {
    "chunk_id": "chk_1", "document_id": "doc_1", "title": "Handbook", "text": "word " * 200, "page": 2,
    "heading_path": ["Handbook", "Leave"], "start": 0, "end": 1000, "score": 0.75,
}  # fmt: skip


def test_passages_come_with_place_and_score(scripted: ScriptedServer) -> None:
    scripted.on("POST /api/v1/search", Reply({"results": [HIT], "latency_ms": 3.2}))
    finished = run("search", "leave", "--mode", "dense", "--limit", "3", "--url", scripted.url, "--key", "x")
    assert finished.status == 0
    assert "1. Handbook › Leave, page 2  0.750" in finished.output
    assert "word …" in finished.output
    assert "1 passage · 3 ms" in finished.output
    assert json.loads(scripted.seen[0].body) == {"query": "leave", "limit": 3, "mode": "dense"}


def test_nothing_found_is_said(scripted: ScriptedServer) -> None:
    scripted.on("POST /api/v1/search", Reply({"results": [], "latency_ms": 1}))
    assert "No passage found" in run("search", "x", "--url", scripted.url, "--key", "x").output
