"""A warehouse that the running system knows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from answerable.kit.settings import Settings
from tests.data.warehouse.house import House, point, warehouse_beside


@pytest.fixture(scope="module")
def house(admin_url: str) -> Iterator[House]:
    """The warehouse's database."""
    with warehouse_beside(admin_url) as found:
        yield found


@pytest.fixture
def warehouse(house: House, settings: Settings) -> Iterator[House]:
    """The same, named in the settings of server and worker, with the reading role that the system makes."""
    point(settings.warehouse, house.url())
    yield house
    point(settings.warehouse, None)
