"""Addresses of the warehouse: what is taken, what is refused with its setting, what is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.data.warehouse.address import READ_URL, URL, reading_address, writing_address
from answerable.data.warehouse.errors import WarehouseUnfit
from answerable.kit.settings import WarehouseSettings

WORD = "s3cret-word"


def settings(url: str | None, read_url: str | None = None) -> WarehouseSettings:
    return WarehouseSettings.model_validate({"url": url, "read_url": read_url})


def test_without_an_address_there_is_no_warehouse() -> None:
    assert writing_address(settings(None)) is None
    assert reading_address(settings(None)) is None


async def test_an_address_says_who_where_and_how() -> None:
    given = settings(f"postgresql://ada:{WORD}@127.0.0.1:6432/shop?sslmode=require&channel_binding=require")
    address = writing_address(given)
    assert address is not None
    assert (address.role, address.host, address.port, address.database) == ("ada", "127.0.0.1", 6432, "shop")
    parameters = address.parameters()
    assert (parameters["sslmode"], parameters["channel_binding"]) == ("require", "require")
    place = await address.place()
    assert (place.tls, place.address, place.password) == ("require", "127.0.0.1", WORD)
    assert WORD not in f"{address} {address!r} {place} {given!r} {given.model_dump_json()}"


async def test_encryption_is_verified_unless_the_address_says_otherwise(tmp_path: Path) -> None:
    plain = writing_address(settings(f"postgresql://ada:{WORD}@127.0.0.1/shop"))
    assert plain is not None
    assert (plain.parameters()["sslmode"], plain.parameters()["sslrootcert"]) == ("verify-full", "system")
    assert ((await plain.place()).tls, (await plain.place()).ca) == ("verify", None)
    authority = tmp_path / "ca.pem"
    authority.write_text("-----BEGIN", encoding="ascii")
    own = writing_address(settings(f"postgresql://ada:{WORD}@127.0.0.1/shop?sslrootcert={authority}"))
    assert own is not None
    assert (await own.place()).ca == "-----BEGIN"


def test_the_role_that_reads_is_its_own_and_the_same_in_every_process() -> None:
    url = f"postgresql://ada:{WORD}@db.example.com/shop"
    first, again = reading_address(settings(url)), reading_address(settings(url))
    other = reading_address(settings(url.replace(WORD, "another")))
    assert first is not None
    assert other is not None
    assert first == again
    assert first.own_role
    assert first.role.startswith("answerable_reader_")
    assert first.role != other.role
    assert WORD not in (first.password, first.role)
    named = reading_address(settings(url, "postgresql://bob:pw@replica.example.com/shop"))
    assert named is not None
    assert (named.role, named.host, named.own_role) == ("bob", "replica.example.com", False)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        f"mysql://ada:{WORD}@db/shop",
        f"postgresql://ada:{WORD}@/shop",
        "postgresql://ada@db/shop",
        f"postgresql://ada:{WORD}@db",
        f"postgresql://ada:{WORD}@db:port/shop",
        f"postgresql://ada:{WORD}@db/shop?sslmode=prefer",
        f"postgresql://ada:{WORD}@db/shop?colour=red",
    ],
)
def test_what_is_no_address_is_refused_by_the_name_of_its_setting(url: str) -> None:
    with pytest.raises(WarehouseUnfit) as refused:
        writing_address(settings(url))
    assert refused.value.detail.startswith(URL)
    assert WORD not in refused.value.detail
    with pytest.raises(WarehouseUnfit) as refused:
        reading_address(settings(f"postgresql://ada:{WORD}@db/shop", url))
    assert refused.value.detail.startswith(READ_URL)


async def test_a_socket_can_be_written_to_and_not_read_from() -> None:
    address = writing_address(settings(f"postgresql://ada:{WORD}@/shop?host=/run/postgresql"))
    assert address is not None
    assert address.parameters()["host"] == "/run/postgresql"
    with pytest.raises(WarehouseUnfit, match="names a socket"):
        await address.place()
