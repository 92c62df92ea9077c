"""What every cell of a column says of its type, the cheap way first."""

from __future__ import annotations

import duckdb
import pytest

from answerable.data.ingestion.columns import decide
from answerable.data.ingestion.verifying import RAW, Checked, check


@pytest.mark.parametrize(
    ("cells", "odd", "expected"),
    [
        (["1", "22"], ["", "3"], Checked(0, 0, 0)),
        (["1", "22"], ["007", "x", "-", "1.2.3", "nan", "inf", "4%"], Checked(2, 5, 0)),
        (["1.25", "22.5"], ["1.2.3", "--1", "infinity", "5 kg", "n/a", "3.75"], Checked(1, 4, 0)),
        (["0.12345678901"], ["inf", "NaN", "--", "7"], Checked(2, 1, 0)),
        (["2024-01-31"], ["2024-02-30", "infinity", "NULL", "2024-02-28"], Checked(1, 2, 0)),
        (["yes", "no"], ["YES", "perhaps", "?"], Checked(1, 1, 0)),
        (["Rome", "Oslo"], ["n/a", "x", "-"], Checked(2, 0, 0)),
        (["5 kg", "7 kg"], ["9", "10 g"], Checked(0, 1, 2)),
    ],
)
def test_no_odd_cell_is_taken_for_a_plain_one(cells: list[str], odd: list[str], expected: Checked) -> None:
    column = decide([(cell, 10) for cell in cells], "value").column
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE {RAW} (c0 VARCHAR, c1 VARCHAR)")
        for cell in [*cells, *odd]:
            connection.execute(f"INSERT INTO {RAW} VALUES (nullif(?, ''), ?)", [cell, cells[0]])
        plain = Checked(0, 0, 0)
        assert check(connection, [("c0", column), ("c1", column)]) == [expected, plain]
