"""A shop's database in four kinds of servers and files, and what it takes to connect to each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from tests.data.datasets.uploads import finished
from tests.factories.callers import Caller
from tests.factories.mariadb import mariadb_server
from tests.factories.tcp_to_socket import tcp_port_to

ROLE, PASSWORD = "shop_reader", "needle in a haystack"
CANARY = "canary-5d1e"
"""What the role may not read."""
_TABLES = """
CREATE TABLE {s}customers ("Customer ID" integer PRIMARY KEY, "Full Name" varchar(80), country varchar(40));
CREATE TABLE {s}orders (order_id integer PRIMARY KEY,
    customer integer REFERENCES {s}customers ("Customer ID"), ordered_on date, amount decimal(10,2),
    paid boolean, notes varchar(200));
INSERT INTO {s}customers VALUES (1, 'Ada Lovelace', 'Germany'), (2, 'Grace Hopper', 'France'),
    (3, 'Alan Turing', 'Germany');
INSERT INTO {s}orders VALUES (1, 1, '2024-01-05', 10.10, true, 'first'),
    (2, 1, '2024-02-10', 20.20, false, NULL),
    (3, 2, '2024-02-28', 0.30, true, 'x'), (4, NULL, '2024-03-31', 5.00, NULL, 'y');
"""


def statements(schema: str = "") -> list[str]:
    """What makes the tables and fills them."""
    return [part for part in _TABLES.format(s=schema).split(";\n") if part.strip()]


@contextmanager
def postgresql_shop(admin_url: str, schema: str) -> Iterator[dict[str, Any]]:
    """A schema with the shop, and a role that reads it alone."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for statement in (f'CREATE SCHEMA "{schema}"', *statements(f'"{schema}".')):
            connection.execute(statement.encode())
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone():
            connection.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'".encode())
        connection.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO {ROLE}'.encode())
        connection.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA "{schema}" TO {ROLE}'.encode())
        info = connection.info
        with tcp_port_to(f"{info.host}/.s.PGSQL.{info.port}") as port:
            yield {
                "name": f"Shop {schema}", "dialect": "postgresql", "host": "127.0.0.1", "port": port,
                "database": info.dbname, "username": ROLE, "password": PASSWORD, "tls": "off",
                "fresh_seconds": 0,
            }  # fmt: skip


@contextmanager
def mariadb_shop(folder: Path) -> Iterator[dict[str, Any]]:
    """A MariaDB with the shop, and a role that reads it alone."""
    made = ";\n".join(statements("shop.")).replace('"', "`")
    start = (
        f"CREATE DATABASE shop;\n{made};\nCREATE USER {ROLE}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n"
        f"GRANT SELECT, SHOW VIEW ON shop.* TO {ROLE}@'127.0.0.1';\n"
        f"CREATE USER writer@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n"
        "GRANT ALL ON shop.* TO writer@'127.0.0.1';\n"
        "CREATE DATABASE hidden;\nCREATE TABLE hidden.words (word varchar(40));\n"
        f"INSERT INTO hidden.words VALUES ('{CANARY}');\nCREATE SEQUENCE shop.numbers;\n"
    )
    # An init file is read line by line.
    lines = "\n".join(" ".join(part.split()) + ";" for part in start.split(";\n") if part.strip())
    with mariadb_server(folder, lines, ROLE, PASSWORD, "shop") as port:
        yield {
            "name": "Shop", "dialect": "mysql", "host": "127.0.0.1", "port": port, "database": "shop",
            "username": ROLE, "password": PASSWORD, "tls": "off", "fresh_seconds": 0,
        }  # fmt: skip


def sqlite_shop(folder: Path) -> dict[str, Any]:
    """A SQLite file with the shop."""
    path = folder / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        for statement in statements():
            connection.execute(statement)
    connection.close()
    return {"name": "Shop", "dialect": "sqlite", "database": str(path), "fresh_seconds": 0}


def duckdb_shop(folder: Path) -> dict[str, Any]:
    """A DuckDB file with the shop."""
    path = folder / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in statements():
            connection.execute(statement)
    return {"name": "Shop", "dialect": "duckdb", "database": str(path), "fresh_seconds": 0}


async def connected(caller: Caller, config: dict[str, Any]) -> dict[str, Any]:
    """A new connection."""
    answer = await caller.post("/api/v1/connections", json=config)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def imported(caller: Caller, connection: dict[str, Any], *wanted: str) -> dict[str, str]:
    """The datasets made of the tables of those names, without their schemas: id by name."""
    path = f"/api/v1/connections/{connection['id']}/tables"
    schema = connection["name"].removeprefix("Shop").strip()
    listed = [t["name"] for t in (await caller.get(path)).json()["items"] if t["name"].startswith(schema)]
    names = [name for name in listed if not wanted or name.rpartition(".")[2] in wanted]
    answer = await caller.post(path, json={"tables": names})
    assert answer.status_code == 202, answer.text
    job = await finished(caller, answer.json()["job"]["id"])
    assert job["status"] == "succeeded", job
    tables = (await caller.get(path)).json()["items"]
    return {t["name"].rpartition(".")[2]: t["dataset_id"] for t in tables if t["dataset_id"] is not None}
