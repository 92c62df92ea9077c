"""The databases that all dialect tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.data.engines.dialects.servers import Database, databases


@pytest.fixture(scope="session")
def four(tmp_path_factory: pytest.TempPathFactory, admin_url: str) -> Iterator[list[Database]]:
    """DuckDB first: it is what the others are held against."""
    with databases(tmp_path_factory.mktemp("dialects"), admin_url) as found:
        yield found
