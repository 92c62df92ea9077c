"""A shop in each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.data.engines.external.bed import Bed, bed
from tests.factories.mariadb import mariadb_is_installed

from answerable.data.engines.dialects.tables import DialectName


@pytest.fixture(scope="module", params=DialectName)
def ground(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, admin_url: str
) -> Iterator[Bed]:
    """The shop, in each of the four kinds."""
    if request.param is DialectName.MYSQL and not mariadb_is_installed():
        pytest.skip("MariaDB is not installed")
    folder = tmp_path_factory.mktemp("ground")
    with bed(request.param, folder, admin_url, folder.name.replace("-", "_")) as found:
        yield found
        found.close()
