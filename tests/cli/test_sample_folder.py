"""What the demo remembers between its starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.cli.credentials import Credentials, read_credentials, write_credentials
from answerable.cli.demo.loading import EMAIL, SampleFolder, ensure_account
from answerable.cli.failure import CommandFailed


def test_files_are_made_once_and_only_the_missing_ones_are_uploaded(tmp_path: Path) -> None:
    samples = SampleFolder(tmp_path)
    samples.ensure()
    everything = samples.missing()
    assert len(everything) >= 18
    made = {file.path: file.path.stat().st_mtime_ns for file in everything}
    samples.note_uploaded(everything[0].path.name)
    again = SampleFolder(tmp_path)
    again.ensure()
    assert again.missing() == everything[1:]
    assert {path: path.stat().st_mtime_ns for path in made} == made
    assert len(again.demo_questions()) == 3


def test_a_demo_on_another_port_keeps_its_key(tmp_path: Path) -> None:
    write_credentials(tmp_path, Credentials("http://127.0.0.1:1", "ansk_x", EMAIL, "ws_1", "secret"))
    moved = ensure_account(tmp_path, "http://127.0.0.1:2")
    assert (moved.url, moved.key) == ("http://127.0.0.1:2", "ansk_x")
    assert read_credentials(tmp_path) == moved


def test_a_data_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    kept = Credentials("https://server.example", "ansk_x", "ada@example.com", "ws_1")
    write_credentials(tmp_path, kept)
    with pytest.raises(CommandFailed, match=r"ada@example\.com"):
        ensure_account(tmp_path, "http://127.0.0.1:2")
    assert read_credentials(tmp_path) == kept
