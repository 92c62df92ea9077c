"""What must never work, in each dialect: refused by our check, and harmless to a session that was not checked
at all."""

from __future__ import annotations

import pytest
from tests.data.connections.shop import CANARY
from tests.data.engines.external.bed import MEMORY, Bed
from tests.data.engines.external.evil import ALONE, BOMBS, EVERYWHERE, TEXTS_OF_MYSQL

from answerable.data.engines.dialects.check import check_translated
from answerable.data.engines.dialects.tables import DialectName, PhysicalColumn, PhysicalTable
from answerable.data.engines.duckdb.check import check_statement
from answerable.data.engines.errors import StatementRefused
from answerable.data.engines.external import child
from answerable.data.semantics.model import FieldType
from answerable.kit.sandbox.limits import Refusal

_SCHEMAS = {DialectName.POSTGRESQL: "shop", DialectName.MYSQL: "shop", DialectName.DUCKDB: "main"}
_PLACES = {
    DialectName.POSTGRESQL: '"shop"."orders"', DialectName.MYSQL: "`shop`.`orders`",
    DialectName.DUCKDB: '"main"."orders"', DialectName.SQLITE: '"main"."orders"',
}  # fmt: skip


def _name(statement: str) -> str:
    return "".join(
        character if character.isascii() and character.isalnum() else "_" for character in statement[:60]
    )


def _orders(dialect: DialectName) -> PhysicalTable:
    amount = PhysicalColumn(field="amount", column="amount", type=FieldType.DECIMAL)
    return PhysicalTable(schema_name=_SCHEMAS.get(dialect), table="orders", columns=(amount,))


@pytest.mark.parametrize("dialect", DialectName)
def test_the_check_of_a_translated_statement_refuses_it(dialect: DialectName) -> None:
    passed = []
    for statement in [*EVERYWHERE, *ALONE[dialect], *BOMBS[dialect]]:
        filled = statement.replace("orders", _PLACES[dialect]).replace("{other}", "secrets")
        try:
            check_translated(filled, dialect, {"orders": _orders(dialect)})
        except StatementRefused:
            continue
        passed.append(statement)
    assert passed == (TEXTS_OF_MYSQL if dialect is DialectName.MYSQL else [])


def test_the_check_of_our_own_dialect_refuses_it() -> None:
    for statement in EVERYWHERE:
        with pytest.raises(StatementRefused):
            check_statement(statement.replace("{other}", "secrets"), ["customers"])


@pytest.mark.parametrize("dialect", DialectName)
def test_a_sound_statement_passes_the_check(dialect: DialectName) -> None:
    place = _PLACES[dialect]
    mark = place[0]
    check_translated(
        f"WITH {mark}a{mark} AS (SELECT SUM(x.amount) AS n FROM {place} AS x) SELECT n FROM {mark}a{mark}",
        dialect,
        {"orders": _orders(dialect)},
    )


def test_an_unchecked_statement_reads_writes_and_leaves_nothing(ground: Bed) -> None:
    files, stored, total = ground.files(), ground.stored(), ground.total()
    for statement in [*EVERYWHERE, *ALONE[ground.dialect]]:
        for explain in (True, False):
            outcome = ground.alone(ground.fill(statement), explain=explain)
            assert CANARY not in outcome, statement
            if ground.session is not None:  # after a failure the child opens a new one
                assert ground.total() == total, statement
    assert ground.total() == total
    assert ground.stored() == stored
    assert ground.files() == files


@pytest.mark.parametrize("number", range(5))
def test_what_never_ends_is_ended_by_the_deadline(ground: Bed, number: int) -> None:
    if number >= len(BOMBS[ground.dialect]):
        pytest.skip("this kind has fewer")
    total = ground.total()
    ground.close()
    payload = {
        "action": "query", "place": ground.place.payload(), "seconds": 0.5, "memory_bytes": MEMORY,
        "sql": ground.fill(BOMBS[ground.dialect][number]), "explain_only": False,
        "scan_limits": {"rows": 10**30, "bytes": 10**30}, "max_rows": 1_000, "max_bytes": 1_000_000,
        "labels": None,
    }  # fmt: skip
    try:
        outcome = "cut" if child.run(payload, lambda _: None)["truncated"] else "ended"
    except Refusal as refusal:
        outcome = refusal.code
    assert outcome in ("timeout", "memory", "cut")
    child._close()
    assert ground.total() == total
