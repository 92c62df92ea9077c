"""The server's secret is one, private, and long enough."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from answerable.identity.secret import load_secret
from answerable.kit.settings import Settings


def _settings(folder: Path, secret: str | None = None) -> Settings:
    return Settings.model_validate({"data_dir": folder, "auth": {"secret": secret}})


def test_processes_that_start_at_once_share_one_secret(tmp_path: Path) -> None:
    settings = _settings(tmp_path / "fresh")
    with ThreadPoolExecutor(16) as threads:
        roots = list(threads.map(lambda _: load_secret(settings).root, range(64)))
    assert len(set(roots)) == 1
    assert [path.name for path in (tmp_path / "fresh").iterdir()] == ["secret.key"]


def test_the_file_is_the_owners_alone_and_stays(tmp_path: Path) -> None:
    first = load_secret(_settings(tmp_path))
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert load_secret(_settings(tmp_path)) == first


def test_each_purpose_has_a_key_of_its_own_and_none_is_printed(tmp_path: Path) -> None:
    secret = load_secret(_settings(tmp_path, "s" * 32))
    assert secret.key("access tokens") != secret.key("refresh tokens")
    assert "ssss" not in repr(secret)
    assert not (tmp_path / "secret.key").exists()


def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ANSWERABLE_AUTH__SECRET"):
        load_secret(_settings(tmp_path, "s" * 31))
    (tmp_path / "secret.key").write_text("")
    with pytest.raises(ValueError, match=r"secret\.key"):
        load_secret(_settings(tmp_path))
