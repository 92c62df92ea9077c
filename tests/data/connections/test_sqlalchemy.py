"""Databases that are opened by a SQLAlchemy dialect, in place of a driver of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from answerable.data.engines.dialects.tables import DialectName
from answerable.data.engines.external.child import connect
from answerable.data.engines.external.drivers import collations
from answerable.data.engines.external.drivers.families import language_of
from answerable.data.engines.external.place import Place
from answerable.kit.sandbox.limits import Refusal
from tests.data.connections.shop import CANARY, connected, imported, sqlite_shop
from tests.data.connections.test_connections import TOTAL
from tests.data.engines.external.bed import MEMORY, Bed
from tests.data.engines.external.evil import ALONE, EVERYWHERE
from tests.factories.callers import Caller

DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "sqlite": "sqlite"}


@pytest.fixture(params=DRIVERS)
def opened(
    request: pytest.FixtureRequest, postgresql: dict[str, Any], mariadb: dict[str, Any] | None, files: Path
) -> dict[str, Any]:
    """How the shop is connected by SQLAlchemy."""
    if request.param == "mysql" and mariadb is None:
        pytest.skip("MariaDB is not installed")
    config = {"postgresql": postgresql, "mysql": mariadb or {}, "sqlite": {}}[request.param]
    config = config or sqlite_shop(files)
    server = {} if request.param == "sqlite" else {"accept_writing_role": True}
    return {**config, **server, "driver": DRIVERS[request.param]}


@pytest.mark.usefixtures("worker")
async def test_a_database_is_connected_imported_and_asked(owner: Caller, opened: dict[str, Any]) -> None:
    connection = await connected(owner, opened)
    assert "by SQLAlchemy" in connection["facts"]["product"]
    made = await imported(owner, connection, "orders", "customers")
    assert set(made) == {"orders", "customers"}
    answer = (await owner.post("/api/v1/query", json=TOTAL)).json()
    assert answer["rows"] == [["Germany", 30.3, 2], [None, 5.0, 1], ["France", 0.3, 1]], answer
    asked = await owner.post("/api/v1/ask", json={"question": "total amount by country in February 2024"})
    assert asked.json()["evidence"][0]["rows"] == [["Germany", 20.2], ["France", 0.3]], asked.text


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("driver", [None, "postgresql+psycopg"])
async def test_a_database_in_another_encoding_than_utf8_is_asked(
    owner: Caller, postgresql: dict[str, Any], admin_url: str, unique: str, driver: str | None
) -> None:
    name = f"latin_{unique}"
    with psycopg.connect(admin_url, autocommit=True) as admin:
        how = "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0 LOCALE_PROVIDER libc"
        admin.execute(f"CREATE DATABASE {name} {how}".encode())
    try:
        with psycopg.connect(admin_url, dbname=name, autocommit=True) as there:
            there.execute("CREATE TABLE towns (id integer PRIMARY KEY, town text)")
            there.execute("INSERT INTO towns VALUES (1, 'über'), (2, 'Oslo'), (3, 'OSLO')")
            there.execute("GRANT SELECT ON towns TO PUBLIC")
        config = {**postgresql, "name": "Shop", "database": name, "accept_writing_role": True}
        connection = await connected(owner, {**config, "driver": driver})
        await imported(owner, connection, "towns")
        for town, number in (("oslo", 2), ("über", 1)):
            query = {
                "dataset": "towns",
                "measures": [{"aggregation": "count", "alias": "n"}],
                "where": {"field": "town", "operator": "eq", "values": [town]},
            }
            found = (await owner.post("/api/v1/query", json=query)).json()
            assert found.get("rows") == [[number]], found
    finally:
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.mark.parametrize(
    ("known", "encoding", "found"),
    [
        (("C", "pg_c_utf8", "und-x-icu"), "UTF8", ("pg_c_utf8", "pg_c_utf8")),
        (("C", "pg_c_utf8", "und-x-icu"), "LATIN1", ("C", "und-x-icu")),
        (("C", "und-x-icu"), "UTF8", ("C", "und-x-icu")),  # before PostgreSQL 17
        (("C",), "UTF8", ("C", "default")),  # without ICU
        ((), "UTF8", (None, None)),
    ],
)
def test_text_is_folded_by_a_collation_that_knows_more_than_ascii(
    known: tuple[str, ...], encoding: str, found: tuple[str | None, str | None]
) -> None:
    told = collations.of_postgresql([(name, encoding) for name in known])
    assert (told["text_collation"], told["lower_collation"]) == found


async def test_what_its_role_could_do_is_not_known_and_has_to_be_accepted(
    owner: Caller, postgresql: dict[str, Any]
) -> None:
    config = {**postgresql, "driver": "postgresql+psycopg"}
    refused = await owner.post("/api/v1/connections", json=config)
    assert (refused.status_code, refused.json()["code"]) == (422, "connection_role_writes"), refused.text


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"driver": "oracle"}, "connection_no_compiler", "No statement can be written for oracle"),
        ({"driver": "mssql+pyodbc"}, "connection_no_compiler", "mssql"),
        ({"driver": "nonsense"}, "connection_no_dialect", "nonsense"),
        ({"driver": "postgresql+psycopg2"}, "connection_no_dialect", "psycopg2"),
        ({"driver": "mysql+pymysql"}, "connection_no_compiler", "speaks mysql"),
        ({"driver": "postgresql+asyncpg", "tls": "verify"}, "connection_tls", "asyncpg"),
        ({"driver": "postgresql+psycopg", "port": 1}, "connection_unreachable", "host and port"),
    ],
)
async def test_what_cannot_be_opened_says_why(
    owner: Caller, postgresql: dict[str, Any], change: dict[str, Any], code: str, words: str
) -> None:
    config = {**postgresql, "accept_writing_role": True, **change}
    answer = await owner.post("/api/v1/connections", json=config)
    assert answer.json()["code"] == code, answer.text
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("driver", ["sqlite://x", "postgresql+psycopg?host=/tmp", "SQLITE", "a+b+c", "../x"])
async def test_a_dialect_is_named_and_nothing_else(
    owner: Caller, postgresql: dict[str, Any], driver: str
) -> None:
    answer = await owner.post("/api/v1/connections", json={**postgresql, "driver": driver})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "driver"


def test_a_dialect_made_from_a_known_one_speaks_its_language() -> None:
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg  # noqa: PLC0415

    class RoachDialect(PGDialect_psycopg):
        name = "roach"

    assert language_of(RoachDialect, "roach") is DialectName.POSTGRESQL
    with pytest.raises(Refusal):
        language_of(object, "sheets")


def test_an_unchecked_statement_reads_writes_and_leaves_nothing(ground: Bed) -> None:
    if ground.dialect is DialectName.DUCKDB:
        pytest.skip("no SQLAlchemy dialect of DuckDB is installed")
    ground.close()
    own = ground.place
    ground.place = own.model_copy(update={"driver": DRIVERS[ground.dialect]})
    files, stored, total = ground.files(), ground.stored(), ground.total()
    for statement in [*EVERYWHERE, *ALONE[ground.dialect]]:
        assert CANARY not in ground.alone(ground.fill(statement)), statement
        if ground.session is not None:
            assert ground.total() == total, statement
    assert (ground.stored(), ground.files(), ground.total()) == (stored, files, total)
    ground.close()
    ground.place = own


def test_a_place_with_a_dialect_that_is_not_there_is_refused() -> None:
    place = Place(dialect=DialectName.SQLITE, driver="nonsense", database="/tmp/x")
    with pytest.raises(Refusal):
        connect(place, MEMORY)
