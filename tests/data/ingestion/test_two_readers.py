"""Cells are judged in Python and computed by the engine: both must read every text the same way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from answerable.data.ingestion import affixes, dates, numbers, sql
from answerable.data.ingestion.dates import DateFormat
from answerable.data.ingestion.numbers import NumberFormat

_SIGNS = st.sampled_from(["", "", "", "-", "+", "−", "("])
_MARKS = st.sampled_from([".", ","])
_GROUPS = st.sampled_from(["", ",", ".", "'", "’", " ", "\u00a0", "\u202f"])
_AFFIXES = st.sampled_from(["", "", "€", " €", " %", "%", " kg", " EUR"])
_WHOLE = st.one_of(st.integers(0, 9999), st.integers(0, 10**9), st.integers(0, 10**22))
_LOOSE = st.text("0123456789.,'’ -−+()€%eE\u00a0٣²", min_size=1, max_size=12)
_NAMES = st.sampled_from(["Jan", "January", "Feb.", "März", "mai", "AUG", "Sept", "Dezember", "Foo"])
_ENGINE = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


def computed(
    engine: duckdb.DuckDBPyConnection, form: NumberFormat | DateFormat, cells: Sequence[str]
) -> list[Any]:
    """What the engine makes of each cell, trimmed as ingestion trims it."""
    expression = sql.render(form.sql(sql.call("trim", sql.column("cell"))))
    statement = f"SELECT {expression} FROM (SELECT unnest(?::VARCHAR[]) AS cell)"
    return [value for (value,) in engine.execute(statement, [list(cells)]).fetchall()]


@st.composite
def written_numbers(draw: st.DrawFn) -> list[str]:
    """Numbers of one column: one style, with or without signs, units and decimals."""
    mark, group, affix = draw(_MARKS), draw(_GROUPS), draw(_AFFIXES)
    cells = []
    for _ in range(draw(st.integers(1, 5))):
        whole = f"{draw(_WHOLE):,}".replace(",", group)
        decimals = draw(st.sampled_from(["", "", f"{mark}5", f"{mark}25", f"{mark}", f"{mark}123456"]))
        sign = draw(_SIGNS)
        cells.append(f"{sign}{whole}{decimals}{affix}{')' if sign == '(' else ''}")
    return cells


@given(
    cells=st.one_of(written_numbers(), st.lists(_LOOSE, min_size=1, max_size=5)),
    others=st.lists(_LOOSE, max_size=4),
)
@_ENGINE
@example(cells=["٣"], others=["3"])
@example(cells=["1e3", "-2.5E-2"], others=["1e", "e3"])
@example(cells=["1.234,50 €", "-3,00 €"], others=["(1,5)", "1-", "- 1"])
@example(cells=["-\xa00"], others=["(\xa01)", "1\xa0-"])
@example(cells=["0€"], others=["(0", "0)", "(-1)", "-1-"])
def test_numbers(engine: duckdb.DuckDBPyConnection, cells: list[str], others: list[str]) -> None:
    reading = numbers.read([(cell, 1) for cell in cells])
    if reading is None or reading.leading_zeros or reading.long_digits:
        return  # such a column stays text
    form = reading.format
    values = computed(engine, form, [*cells, *others])
    for at, (cell, value) in enumerate(zip([*cells, *others], values, strict=True)):
        expected = form.parse(cell)
        # A cell that did not take part in the choice of the type may have more digits than it holds.
        if value is None and at >= len(cells):
            continue
        assert (value is None) == (expected is None), (form, cell, value, expected)
        if expected is not None:
            assert _equal(value, expected), (form, cell, value, expected)


@given(
    written=st.lists(
        st.tuples(
            st.decimals(-9999, 9999, places=3),
            st.sampled_from([" kg", "g", " mg", " t", ""]),
            st.sampled_from([".", ","]),
        ),
        min_size=1,
        max_size=6,
    )
)
@_ENGINE
@example(written=[(Decimal("5"), " kg", "."), (Decimal("0.7"), "g", ".")])
def test_numbers_of_several_units(
    engine: duckdb.DuckDBPyConnection, written: list[tuple[Decimal, str, str]]
) -> None:
    cells = [(f"{value.normalize():f}".replace(".", mark) + affix, 1) for value, affix, mark in written]
    reading = numbers.read(cells)
    assert reading is not None
    found = affixes.meant(reading, cells, "weight", None, None)
    assert found is not None
    form = found.reading.format
    values = computed(engine, form, [cell for cell, _ in cells])
    for (cell, _), value in zip(cells, values, strict=True):
        expected = form.parse(cell)
        assert (value is None) == (expected is None), (form, cell, value, expected)
        assert expected is None or _equal(value, expected), (form, cell, value, expected)


def _equal(value: float | Decimal, expected: Decimal) -> bool:
    return value == float(expected) if isinstance(value, float) else Decimal(value) == expected


@st.composite
def written_dates(draw: st.DrawFn) -> list[str]:
    """Dates of one column, valid or nearly so: one order, one separator, with or without a clock."""
    separator = draw(st.sampled_from([".", "/", "-", ". ", " ", ""]))
    order = draw(st.sampled_from(["ymd", "dmy", "mdy", "dny", "nDy", "ny", "ym"]))
    clocked, zoned, short = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    cells = []
    for _ in range(draw(st.integers(1, 5))):
        year = draw(st.integers(1890, 2105)) if not short else draw(st.integers(0, 99))
        parts = {
            "y": f"{year:02}",
            "m": draw(st.sampled_from([f"{m:02}" for m in range(1, 14)] + ["1", "9", "0"])),
            "d": draw(st.sampled_from([f"{d:02}" for d in range(1, 33)] + ["1", "9", "0"])),
            "n": draw(_NAMES),
            "D": draw(st.sampled_from(["1st,", "2", "31,", "30th"])),
        }
        text = (separator if "n" not in order else draw(st.sampled_from([" ", separator]))).join(
            parts[letter] for letter in order
        )
        cells.append(text + (draw(_clocks(zoned=zoned)) if clocked else ""))
    return cells


@st.composite
def _clocks(draw: st.DrawFn, *, zoned: bool) -> str:
    hour, minute, second = draw(st.integers(0, 25)), draw(st.integers(0, 61)), draw(st.integers(0, 61))
    clock = draw(st.sampled_from([" ", "T"])) + f"{hour:02}:{minute:02}"
    clock += draw(st.sampled_from(["", f":{second:02}", f":{second:02}.5", f":{second:02},123456789"]))
    clock += draw(st.sampled_from(["", "", " pm", " AM", " p.m."]))
    return clock + (
        draw(
            st.sampled_from(
                ["Z", "+02:00", "-0530", " UTC", "+23:59", "+2", " GMT-3:30", " CET", " mesz", " PDT"]
            )
        )
        if zoned
        else ""
    )


@given(cells=written_dates(), others=st.one_of(written_dates(), st.just([])))
@_ENGINE
@example(cells=["29.02.2023", "28.02.2023"], others=["31.04.2023"])
@example(cells=["01 Jan 1890 00:00", "02.03.2024"], others=["01 Jan 00"])
@example(cells=["01/02/2024", "01/03/2024"], others=["01/02/24"])
@example(cells=["٣.1.2024", "1.1.2024"], others=[])
@example(cells=["01/02/69", "01/02/68"], others=["1/2/1969"])
@example(cells=["2024-01-02 03:04+530", "2024-01-02 03:04 NZST", "2024-01-02 03:04-24:00"], others=[])
def test_dates(engine: duckdb.DuckDBPyConnection, cells: list[str], others: list[str]) -> None:
    reading = dates.read([(cell, 1) for cell in cells])
    if reading is None:
        return
    form = reading.format
    values = computed(engine, form, [*cells, *others])
    for at, (cell, value) in enumerate(zip([*cells, *others], values, strict=True)):
        expected = form.parse(cell)
        if at >= len(cells) and _beside(form, cell):
            continue
        assert value == _stored(form, expected), (form, cell, value, expected)


def _beside(form: DateFormat, cell: str) -> bool:
    """Whether a cell is written with a clock or a zone that no cell of the column had."""
    own = dates.read([(cell, 1)])
    if own is None:
        return True
    other = own.format
    return other.clock > form.clock or other.zones > form.zones


def _stored(form: DateFormat, value: date | datetime | None) -> date | datetime | None:
    if value is None or not form.clock or isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day, tzinfo=UTC).replace(tzinfo=None)


_CODES = st.text("0123456789.eExX+-_ ", min_size=1, max_size=6)


@given(cells=st.one_of(written_numbers(), st.lists(_CODES, min_size=1, max_size=5)), others=st.lists(_CODES))
@_ENGINE
@example(cells=["100", "7"], others=["1e2", "12e2", "007", "+7", " 7", "7.0", "1_0", "0x1F", "-0", "7.5"])
@example(cells=["1.50", "-2.25"], others=["1.5", "01.50", "1.505", "1e2", ".50", "1.50 "])
@example(cells=["1.5", "2.25"], others=["1.500", "1.", "1e1", "01.5"])
@example(cells=["0.12345678901", "1.5"], others=["infinity", "-Infinity", "inf", "nan", "NaN"])
def test_numbers_of_the_fast_way(
    engine: duckdb.DuckDBPyConnection, cells: list[str], others: list[str]
) -> None:
    reading = numbers.read([(cell, 1) for cell in cells])
    if reading is None or not reading.format.plain or reading.leading_zeros or reading.long_digits:
        return  # such a column goes another way
    strict = reading.format.strict_sql(sql.column("cell"), sql.column("made"))
    for cell in [*cells, *others]:
        found = _strictly(engine, strict, cell)
        if found is not None:
            assert Decimal(cell).is_finite(), (cell, "is no number")
            assert _equal(found, Decimal(cell)), (reading.format, cell, found)
            assert cell.lstrip("-")[0] != "0" or Decimal(cell) < 1, (cell, "may be an identifier")


@given(cells=written_dates(), others=written_dates())
@_ENGINE
@example(cells=["2024-01-31"], others=["2024-1-31", "2024/01/31", " 2024-01-31", "2024-02-30", "infinity"])
def test_dates_of_the_fast_way(
    engine: duckdb.DuckDBPyConnection, cells: list[str], others: list[str]
) -> None:
    reading = dates.read([(cell, 1) for cell in cells])
    if reading is None:
        return
    strict = reading.format.strict_sql(sql.column("cell"), sql.column("made"))
    if strict is None:
        return
    for cell in [*cells, *others]:
        found = _strictly(engine, strict, cell)
        assert found is None or found == date.fromisoformat(cell), (reading.format, cell, found)


def _strictly(engine: duckdb.DuckDBPyConnection, strict: sql.Strict, cell: str) -> Any:
    """The value of a cell by the fast way; None where the fast way gives up."""
    made = f"SELECT cell, {sql.render(strict.value)} AS made FROM (SELECT ?::VARCHAR AS cell)"
    try:
        row = engine.execute(f"SELECT made, {sql.render(strict.holds)} FROM ({made})", [cell]).fetchone()
    except duckdb.ConversionException:
        return None
    assert row is not None
    return row[0] if row[1] else None
