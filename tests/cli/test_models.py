"""The embedding model of this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.factories.servers import free_port
from tests.knowledge.embedding.tiny_model import make_model


def test_the_list_says_where_the_weights_are(tmp_path: Path) -> None:
    row = json.loads(run("models", "list", "--data-dir", tmp_path, "--json").output)[0]
    assert row["name"] == "all-MiniLM-L6-v2"
    assert row["state"] == "ready" or "answerable models pull" in row["state"]


def test_the_list_shows_the_encoder_and_the_reranker_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_model(tmp_path / "tiny")
    monkeypatch.setenv("ANSWERABLE_SEARCH__ENCODER__FOLDER", str(tmp_path / "tiny"))
    monkeypatch.setenv("ANSWERABLE_SEARCH__RERANKER__URL", "http://tei:8080/rerank")
    finished = run("models", "list", "--data-dir", tmp_path, "--json")
    encoder, reranker = json.loads(finished.output)[:2]
    assert (encoder["name"], encoder["kind"], encoder["state"]) == ("tiny", "embedding", "ready")
    assert encoder["place"] == str(tmp_path / "tiny")
    assert (reranker["name"], reranker["kind"]) == ("http://tei:8080/rerank", "reranking")
    assert "tiny" in run("models", "list", "--data-dir", tmp_path).output
    (tmp_path / "tiny" / "tokenizer.json").unlink()
    broken = json.loads(run("models", "list", "--data-dir", tmp_path, "--json").output)[0]
    assert "lacks tokenizer.json" in broken["state"]


def test_a_hub_that_cannot_be_reached_is_one_line(tmp_path: Path) -> None:
    hub = f"http://127.0.0.1:{free_port()}"
    finished = run("models", "pull", "--endpoint", hub, "--data-dir", tmp_path)
    assert finished.status == 1
    assert finished.errors.strip().count("\n") == 0
    assert "HF_ENDPOINT" in finished.errors
