"""What the app's role can and cannot do to usage and limits of other tenants, past all of our code."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from decimal import Decimal

import psycopg
import pytest

from answerable.inference.usage.writing import _encode, grouped
from answerable.kit import ids
from tests.inference.limits.replicas import NOW, Books
from tests.inference.usage.records import a_call

MONTH = NOW.replace(day=1, hour=0, minute=0, second=0)
LEASE = "SELECT granted FROM lease_limit(%s, %s, %s, 1, 1, 1, now(), 60)"


@pytest.fixture
def books(admin_url: str) -> Books:
    return Books(admin_url)


@pytest.fixture
def app(app_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(app_url) as connection:
        yield connection
        connection.rollback()


def act_in(app: psycopg.Connection, workspace_id: str) -> None:
    app.execute(f"SET LOCAL answerable.workspace_id = '{ids.decode('ws', workspace_id)}'".encode())


def rows_of(workspace_id: str, **changes: object) -> str:
    [rows] = grouped([a_call(workspace_id, **changes)]).values()
    return _encode(rows).decode()


def test_usage_is_written_into_the_sessions_workspace_and_no_other(
    books: Books, app: psycopg.Connection
) -> None:
    own, other = books.workspace(), books.workspace()
    limits = [books.limit(one, "requests", "10") for one in (own, other)]
    act_in(app, own)
    # A row cannot name a workspace; one that tries is written into the session's own.
    forged = json.loads(rows_of(own))
    forged[0]["workspace_id"] = str(ids.decode("ws", other))
    app.execute("SELECT record_usage(%s, %s)", [json.dumps(forged), uuid.uuid4()])
    app.commit()
    assert [books.cost(one) for one in (own, other)] == [Decimal("0.01"), 0]
    assert [books.spent(limit) for limit in limits] == [1, 0]


def test_without_a_workspace_nothing_is_written(books: Books, app: psycopg.Connection) -> None:
    own = books.workspace()
    app.execute("SELECT record_usage(%s, %s)", [rows_of(own), uuid.uuid4()])
    app.commit()
    assert books.cost(own) == 0


def test_an_id_that_another_tenant_has_is_not_told_apart(books: Books, app: psycopg.Connection) -> None:
    own, other = books.workspace(), books.workspace()
    call = a_call(other)
    for workspace in (other, own):
        act_in(app, workspace)
        [rows] = grouped([call]).values()
        answer = app.execute("SELECT record_usage(%s, %s)::text", [_encode(rows).decode(), uuid.uuid4()])
        assert answer.fetchone() == ("",)
        app.commit()
    assert [books.cost(one) for one in (own, other)] == [0, Decimal("0.01")]


@pytest.mark.parametrize("statement", ["UPDATE usage_records SET cost_usd = 0", "DELETE FROM usage_records"])
def test_what_was_written_stays_as_it_is(books: Books, app: psycopg.Connection, statement: str) -> None:
    act_in(app, books.workspace())
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement.encode())


def test_another_tenants_limit_cannot_be_leased(books: Books, app: psycopg.Connection) -> None:
    own, other = books.workspace(), books.workspace()
    limit = books.limit(other, "requests", "10")
    act_in(app, own)
    assert app.execute(LEASE, [limit, MONTH, uuid.uuid4()]).fetchone() == (None,)
    app.commit()
    assert books.leased(limit) == 0


def test_a_replica_reaches_its_own_leases_alone(books: Books, app: psycopg.Connection) -> None:
    workspaces, mine, theirs = [books.workspace(), books.workspace()], uuid.uuid4(), uuid.uuid4()
    limits = [books.limit(one, "requests", "10") for one in workspaces]
    for workspace, limit in zip(workspaces, limits, strict=True):
        for replica in (mine, theirs):
            act_in(app, workspace)
            assert app.execute(LEASE, [limit, MONTH, replica]).fetchone() == (1,)
            app.commit()
    app.execute(f"SET LOCAL answerable.replica = '{mine}'".encode())
    seen = app.execute("SELECT DISTINCT replica FROM limit_leases").fetchall()
    assert seen == [(mine,)]
    assert app.execute("SELECT count(*) FROM limits").fetchone() == (0,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), app.transaction():
        app.execute("UPDATE limit_leases SET replica = %s", [theirs])
    assert app.execute("DELETE FROM limit_leases").rowcount == 2
    app.commit()
    assert [books.leased(limit) for limit in limits] == [1, 1]
