"""Which server a command talks to, with which key, and what it says when that fails."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from answerable.cli.credentials import Credentials, read_credentials, write_credentials
from answerable.cli.failure import CommandFailed
from answerable.cli.options import Server, find_server
from tests.cli.command import run
from tests.cli.scripted_server import Reply, ScriptedServer
from tests.factories.servers import free_port

KEPT = Credentials("http://127.0.0.1:9", "ansk_kept", "a@example.com", "ws_1", "secret")


def test_credentials_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = write_credentials(tmp_path / "new" / "folder", KEPT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_credentials(path.parent) == KEPT


def test_an_older_file_that_others_could_read_is_replaced_by_a_private_one(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    path.write_text("{}")
    path.chmod(0o644)
    write_credentials(tmp_path, KEPT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "[]", "{", '{"url": "x"}'])
def test_a_damaged_credentials_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "credentials.json").write_text(content)
    with pytest.raises(CommandFailed, match=r"credentials\.json cannot be read"):
        read_credentials(tmp_path)


def test_the_kept_key_serves_the_server_that_it_was_made_by(tmp_path: Path) -> None:
    write_credentials(tmp_path, KEPT)
    assert find_server(None, None, tmp_path) == Server(KEPT.url, KEPT.key)
    assert find_server(KEPT.url + "/", None, tmp_path) == Server(KEPT.url, KEPT.key)


def test_the_kept_key_goes_to_no_other_server(tmp_path: Path) -> None:
    write_credentials(tmp_path, KEPT)
    with pytest.raises(CommandFailed, match="no key for https://elsewhere"):
        find_server("https://elsewhere.example", None, tmp_path)


def test_a_given_key_wins_over_the_kept_one(tmp_path: Path) -> None:
    write_credentials(tmp_path, KEPT)
    assert find_server(None, "ansk_given", tmp_path).key == "ansk_given"


def test_without_a_key_the_command_says_how_to_get_one(tmp_path: Path) -> None:
    finished = run("ask", "Anything?", "--data-dir", tmp_path)
    assert finished.status == 1
    assert finished.output == ""
    assert finished.errors.count("\n") == 1
    assert "answerable keys create" in finished.errors


def test_no_server_is_one_line_on_standard_error() -> None:
    finished = run("ask", "Anything?", "--url", f"http://127.0.0.1:{free_port()}", "--key", "x")
    assert finished.status == 1
    assert finished.errors.count("\n") == 1
    assert "answerable serve" in finished.errors


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://[", "http://127.0.0.1:99999"])
def test_an_address_that_is_none_is_named(url: str) -> None:
    finished = run("ask", "Anything?", "--url", url, "--key", "x")
    assert finished.status == 1
    assert finished.errors.count("\n") == 1
    assert url in finished.errors


def test_a_refused_key_is_told_from_a_missing_server(scripted: ScriptedServer) -> None:
    scripted.on("POST /api/v1/ask", Reply({"title": "Unauthorized", "detail": "The key has expired."}, 401))
    finished = run("ask", "Anything?", "--url", scripted.url, "--key", "ansk_old")
    assert finished.status == 1
    assert "refused the key: The key has expired." in finished.errors


def test_the_servers_own_advice_is_passed_on(scripted: ScriptedServer) -> None:
    detail = "The question is empty:\nask something."
    scripted.on("POST /api/v1/ask", Reply({"title": "Invalid", "detail": detail}, 422))
    finished = run("ask", " ", "--url", scripted.url, "--key", "x")
    assert finished.errors == "answerable: The question is empty: ask something.\n"


def test_another_kind_of_server_is_recognised(scripted: ScriptedServer) -> None:
    scripted.on("POST /api/v1/ask", Reply(b"<html>It works!</html>", 200))
    finished = run("ask", "Anything?", "--url", scripted.url, "--key", "x")
    assert finished.status == 1
    assert finished.errors.count("\n") == 1
    scripted.on("POST /api/v1/ask", Reply(b"<html>Bad gateway</html>", 502))
    assert "502" in run("ask", "Anything?", "--url", scripted.url, "--key", "x").errors


def test_the_key_travels_in_the_header_alone(scripted: ScriptedServer) -> None:
    run("search", "x", "--url", scripted.url, "--key", "ansk_secret")
    request = scripted.seen[0]
    assert request.headers["Authorization"] == "Bearer ansk_secret"
    assert b"ansk_secret" not in request.body
    assert "Idempotency-Key" in request.headers
