from __future__ import annotations

import pytest

from answerable.cli.terminal import cell_text, decimals_of
from answerable.data.semantics.model import Unit
from answerable.data.semantics.query import Grain
from answerable.data.semantics.result import Cell, Column

FRACTION = Unit(kind="percent", symbol="%", scale=100)
EUROS = Unit(kind="currency", symbol="EUR")


@pytest.mark.parametrize(
    ("cell", "column", "shown"),
    [
        (0.1234, Column(name="c", label="c", type="float", kind="derived", unit=FRACTION), "12.34"),
        (1234.5, Column(name="c", label="c", type="decimal", kind="measure", unit=EUROS), "1,234.50"),
        (1234, Column(name="c", label="c", type="integer", kind="measure"), "1,234"),
        (2025, Column(name="c", label="c", type="integer", kind="group"), "2025"),
        ("2025-03-01", Column(name="c", label="c", type="date", kind="period"), "Mar 2025"),
        (None, Column(name="c", label="c", type="float", kind="measure"), "–"),
        (True, Column(name="c", label="c", type="boolean", kind="group"), "True"),
    ],
)
def test_a_cell_is_written_as_people_write_it(cell: Cell, column: Column, shown: str) -> None:
    assert cell_text(cell, column, Grain.MONTH) == shown


def test_a_column_with_a_fraction_anywhere_has_its_places_everywhere() -> None:
    amounts = Column(name="c", label="c", type="decimal", kind="measure", unit=EUROS)
    cells: list[Cell] = ["933524", None, "1280171.5"]
    places = decimals_of(amounts, cells)
    shown = [cell_text(cell, amounts, places=places) for cell in cells]
    assert shown == ["933,524.00", "–", "1,280,171.50"]
    assert decimals_of(amounts, ["12", "7"]) == 0
