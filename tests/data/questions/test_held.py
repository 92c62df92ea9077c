"""Groups held against numbers, and how many there are: rows against SQL written by hand."""

from __future__ import annotations

from typing import Any, cast

import pytest
from tests.data.questions.repair_shop import AS_OF, Row, shop

from answerable.data.engines.compiler import compile_query
from answerable.data.engines.errors import InvalidQuery
from answerable.data.questions.followup import Unchanged, follow_up
from answerable.data.questions.outcome import Ambiguous, Parsed
from answerable.data.questions.sentence import state_result
from answerable.data.questions.wording import describe
from answerable.data.semantics.query import GroupBy, Measure, SemanticQuery
from answerable.data.semantics.result import QueryResult

IN_2026 = "received >= DATE '2026-01-01' AND received < DATE '2027-01-01'"


def grouped(field: str, columns: str, having: str, where: str = "true") -> str:
    return f"SELECT {field}, {columns} FROM repairs WHERE {where} GROUP BY {field} HAVING {having}"


def number_of(statement: str) -> str:
    return f"SELECT count(*) FROM ({statement})"


def fewer(number: int, where: str = "true") -> str:
    found = f"SELECT count(*) FROM repairs r WHERE r.client = c.client AND {where}"
    return f"SELECT count(*) FROM clients c WHERE ({found}) < {number}"


ASKED = {
    "how many clients had at least 8 repairs in 2026": number_of(
        grouped("client", "count(*)", "count(*) >= 8", IN_2026)
    ),
    "how many clients are there with more than 20 repairs": number_of(
        grouped("client", "count(*)", "count(*) > 20")
    ),
    "how many clients have a total fee over 5000": number_of(
        grouped("client", "sum(fee)", "sum(fee) > 5000")
    ),
    "how many teams had between 140 and 150 repairs": number_of(
        grouped("team", "count(*)", "count(*) BETWEEN 140 AND 150")
    ),
    "how many clients had more than 5 paint repairs": number_of(
        grouped("client", "count(*)", "count(*) > 5", "kind = 'Paint'")
    ),
    "how many clients had more than 3 repairs and average rating over 3": number_of(
        grouped("client", "count(*)", "count(*) > 3 AND avg(rating) > 3")
    ),
    "clients with more than 3 repairs and total fee over 500": grouped(
        "client", "count(*), sum(fee)", "count(*) > 3 AND sum(fee) > 500"
    ),
    "clients with total fee over 4000 and at most 20 repairs": grouped(
        "client", "sum(fee), count(*)", "sum(fee) > 4000 AND count(*) <= 20"
    ),
    "which teams had between 140 and 150 repairs": grouped(
        "team", "count(*)", "count(*) BETWEEN 140 AND 150"
    ),
    "total fee by team for teams with more than 142 repairs": grouped(
        "team", "sum(fee), count(*)", "count(*) > 142"
    ),
    "average fee by team in 2026 for teams with more than 42 repairs": grouped(
        "team", "avg(fee), count(*)", "count(*) > 42", IN_2026
    ),
    "how many gold clients had more than 10 repairs": number_of(
        "SELECT client FROM repairs JOIN clients USING (client) WHERE tier = 'Gold' "
        "GROUP BY client HAVING count(*) > 10"
    ),
    "how many clients in Riga had more than 5 paint repairs": number_of(
        "SELECT client FROM repairs JOIN clients USING (client) WHERE town = 'Riga' AND kind = 'Paint' "
        "GROUP BY client HAVING count(*) > 5"
    ),
    # Those without any repair are not among the repairs.
    "how many clients had fewer than 3 repairs": fewer(3),
    "how many clients had at most 3 repairs in 2026": fewer(4, IN_2026),
    "how many clients had fewer than 2 paint repairs": fewer(2, "kind = 'Paint'"),
    "how many clients had fewer than 1 repair": fewer(1),
    "how many clients had repairs with a fee over 300": (
        "SELECT count(DISTINCT client) FROM repairs WHERE fee > 300"
    ),
    "clients with more than 5 paint repairs": grouped("client", "count(*)", "count(*) > 5", "kind = 'Paint'"),
    "clients with more than 3 repairs with fee over 400": grouped(
        "client", "count(*)", "count(*) > 3", "fee > 400"
    ),
}


def plain(rows: list[Row]) -> list[tuple[object, ...]]:
    return sorted(
        tuple(cell if isinstance(cell, str) else round(float(cast("Any", cell)), 6) for cell in row)
        for row in rows
    )


@pytest.mark.parametrize(("question", "statement"), ASKED.items())
def test_the_rows_are_those_of_the_statement(question: str, statement: str) -> None:
    expected = shop().sql(statement)
    assert expected
    assert plain(shop().asked(question)) == plain(expected)


@pytest.mark.parametrize(
    "question",
    [
        "clients with more than 3 repairs and a fee over 500",  # of each repair, or of each client
        "clients with more than 3 repairs and parts cost over 500",
        "clients with more than 3 repairs with total fee over 500",
        "clients with more than 20 repairs or total fee over 5000",
        "how many clients with more than 20 repairs or total fee over 5000",
        "clients with more than 3 repairs and more than 5 repairs",
        "clients with more than 3 paint repairs and total fee over 500",  # the fee of paint repairs
        "how many clients had at least 0 repairs",
        "how many repairs had more than 3 clients",
        "total fee for teams with more than 130 repairs",  # of each, or of all
        "number of repairs for clients with more than 20 repairs",
        "total fee by kind for teams with more than 130 repairs",
        "total fee by team for teams with more than 30 paint repairs",
        "total fee by team for teams with more than 30 repairs in 2026",
        "total fee by team for clients with more than 30 repairs",
        "how many clients had a fee over 300",  # of one repair, or of all
        "clients with more than 3 repairs and rated 5",
        "how many clients had at least 8 repairs in 2025 and 2026",  # in each, or in both together
        "how many paint clients had more than 10 repairs",
        "clients with 5 repairs",  # exactly, or at least
        "clients with more than 10 repairs over 300",
    ],
)
def test_what_may_mean_something_else_is_not_answered(question: str) -> None:
    assert not isinstance(shop().read(question), Parsed | Ambiguous)


def _read(question: str) -> SemanticQuery:
    outcome = shop().read(question)
    assert isinstance(outcome, Parsed)
    assert outcome.query is not None
    return outcome.query


def test_the_number_of_groups_is_stated_as_such() -> None:
    query = _read("how many clients had at least 8 repairs in 2026")
    model = shop().model
    columns = compile_query(query, model).columns
    rows = [list(row) for row in shop().rows(query)]
    result = QueryResult(
        columns=list(columns), rows=cast("Any", rows), row_count=1, truncated=False, latency_ms=0, sql=""
    )
    count = rows[0][0]
    assert state_result(query, model, result) == (
        f"There are {count} clients with at least 8 repairs in 2026."
    )
    assert describe(query, model) == "The number of different clients in 2026 with at least 8 repairs."


@pytest.mark.parametrize("then", ["by team", "as a share", "top 3"])
def test_a_number_of_groups_is_not_broken_down_by_a_follow_up(then: str) -> None:
    query = _read("how many clients had at least 8 repairs in 2026")
    assert isinstance(follow_up(then, query, shop().model, AS_OF), Unchanged)


@pytest.mark.parametrize(
    "change",
    [{"group_by": ()}, {"limit": 3}, {"group_by": (GroupBy(field="team", only=("Road",)),)}],
)
def test_only_groups_as_they_are_can_be_counted(change: dict[str, object]) -> None:
    query = SemanticQuery(
        dataset="repairs",
        measures=(Measure(metric="repairs_count"),),
        group_by=(GroupBy(field="team"),),
        count_groups=True,
    )
    assert shop().rows(query) == [(5,)]
    with pytest.raises(InvalidQuery) as refused:
        compile_query(query.model_copy(update=change), shop().model)
    assert {error.field for error in refused.value.errors} == {"count_groups"}


def test_a_query_that_counts_no_groups_keeps_its_hash() -> None:
    query = SemanticQuery(dataset="repairs", group_by=(GroupBy(field="team"),))
    assert query.canonical_hash == "dd209603119bb1bb1d6e44d925d11766"
    assert query.canonical_hash != query.model_copy(update={"count_groups": True}).canonical_hash
