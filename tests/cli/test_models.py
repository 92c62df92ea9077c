"""The embedding model of this machine."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.command import run
from tests.factories.servers import free_port


def test_the_list_says_where_the_weights_are(tmp_path: Path) -> None:
    row = json.loads(run("models", "list", "--data-dir", tmp_path, "--json").output)[0]
    assert row["name"] == "all-MiniLM-L6-v2"
    assert row["state"] in ("ready", "missing: run 'answerable models pull'")


def test_a_hub_that_cannot_be_reached_is_one_line(tmp_path: Path) -> None:
    hub = f"http://127.0.0.1:{free_port()}"
    finished = run("models", "pull", "--endpoint", hub, "--data-dir", tmp_path)
    assert finished.status == 1
    assert finished.errors.strip().count("\n") == 0
    assert "HF_ENDPOINT" in finished.errors
