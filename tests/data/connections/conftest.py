"""The shop's database of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from answerable.kit.settings import Settings
from tests.data.connections.shop import duckdb_shop, mariadb_shop, postgresql_shop, sqlite_shop
from tests.data.engines.external.conftest import ground
from tests.factories.mariadb import mariadb_is_installed

__all__ = ["ground"]


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any] | None]:
    """How the shop's MariaDB is connected; None where none is installed."""
    if not mariadb_is_installed():
        yield None
        return
    with mariadb_shop(tmp_path_factory.mktemp("shop")) as config:
        yield config


@pytest.fixture
def postgresql(admin_url: str, unique: str) -> Iterator[dict[str, Any]]:
    """How the shop's PostgreSQL is connected."""
    with postgresql_shop(admin_url, f"shop_{unique}") as config:
        yield config


@pytest.fixture
def files(settings: Settings, unique: str) -> Path:
    """A folder that connections may read files of."""
    folder = settings.data_dir.parent / f"connected-{unique}"
    folder.mkdir()
    return folder


@pytest.fixture(params=["postgresql", "mysql", "sqlite", "duckdb"])
def shop(
    request: pytest.FixtureRequest, postgresql: dict[str, Any], mariadb: dict[str, Any] | None, files: Path
) -> dict[str, Any]:
    """How the shop is connected, in each of the four kinds."""
    if request.param == "postgresql":
        return postgresql
    if request.param == "mysql":
        if mariadb is None:
            pytest.skip("MariaDB is not installed")
        return mariadb
    return sqlite_shop(files) if request.param == "sqlite" else duckdb_shop(files)
