"""Stocks must not be added up over time; but a list that names each thing once holds no time to add over."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from answerable.data.ingestion.ingest import read_tables
from answerable.data.ingestion.request import IngestionRequest
from answerable.data.semantics.inference import InferredDataset, infer
from answerable.data.semantics.model import Aggregation, Metric
from tests.data.ingestion.reading import read_text

LIST = "Product,Stock value,Last count\nTamper,10,2026-01-03\nKettle,20,2026-01-05\nScale,30,2026-02-01\n"
HISTORY = "Product,Stock value,Day\nTamper,10,2026-01-01\nKettle,20,2026-01-01\nTamper,11,2026-02-01\n"


@pytest.mark.parametrize(("content", "non_additive"), [(LIST, False), (HISTORY, True)])
def test_stocks_add_up_unless_a_thing_comes_at_several_times(
    tmp_path: Path, content: str, non_additive: bool
) -> None:
    file, folder = tmp_path / "stock.csv", tmp_path / "out"
    file.write_text(content)
    folder.mkdir()
    found = read_tables(IngestionRequest(path=file, folder=folder, name="stock"), lambda _: None)
    metrics = infer("ds_1", "stock", "stock", found.tables[0].profile).metrics
    value = next(metric for metric in metrics if metric.field == "stock_value")
    assert value.non_additive is non_additive


def _guess(header: str, rows: list[str], name: str = "table") -> InferredDataset:
    return infer("ds_1", name, name, read_text("\n".join([header, *rows, ""])).table.profile)


def _of_last_column(guess: InferredDataset) -> Metric:
    """Its name is that of the column without its unit."""
    return next(m for m in guess.metrics if m.field == guess.dataset.fields[-1].name)


# Meters A, B and C, each day 3, 4 and 5 further; at the same hours in other tables.
DAYS = [date(2025, 1, 1) + timedelta(days=n) for n in range(40)]
STATES = [
    (day, meter, 100 * n + (3 + n) * at) for at, day in enumerate(DAYS) for n, meter in enumerate("CAB")
]


@pytest.mark.parametrize("column", ["reading_kwh", "odometer_km", "Zählerstand", "meter_reading", "mileage"])
def test_what_a_counter_stands_at_is_not_added_up_over_time(column: str) -> None:
    found = _guess(f"day,meter,{column}", [f"{day},{meter},{state}" for day, meter, state in STATES])
    metric = _of_last_column(found)
    assert (metric.aggregation, metric.non_additive) == (Aggregation.SUM, True)
    assert 0.7 < (metric.confidence or 0) < 1


def test_a_counter_may_start_anew_and_is_the_less_sure() -> None:
    states = [f"{day},{meter},{state % 110}" for day, meter, state in STATES]
    steady = _guess("day,meter,reading", [f"{day},{meter},{state}" for day, meter, state in STATES])
    anew = _of_last_column(_guess("day,meter,reading", states))
    assert anew.non_additive
    assert (anew.confidence or 0) < (_of_last_column(steady).confidence or 0)


@pytest.mark.parametrize("column", ["reading", "mileage", "odometer_km", "counter"])
def test_numbers_that_fall_as_often_as_they_rise_are_no_counters(column: str) -> None:
    trips = [f"{day},{car},{7 * at % 11 + len(car)}" for at, (day, car, _) in enumerate(STATES)]
    assert not _of_last_column(_guess(f"day,car,{column}", trips)).non_additive


@pytest.mark.parametrize("column", ["reading_list", "reading_minutes", "counterparty", "amount"])
def test_other_words_are_no_counters_however_their_numbers_rise(column: str) -> None:
    found = _guess(f"day,person,{column}", [f"{day},{who},{state}" for day, who, state in STATES])
    assert not _of_last_column(found).non_additive


def test_a_counter_of_many_things_is_known_by_the_two_columns_that_tell_them_apart() -> None:
    rows = [
        f"{day},{site},{unit},{9 * n + at}"
        for at, day in enumerate(DAYS)
        for n, (site, unit) in enumerate([("North", "1"), ("South", "2"), ("North", "2"), ("South", "1")])
    ]
    assert _of_last_column(_guess("day,site,unit,meter_reading", rows)).non_additive


def test_a_list_of_cars_without_times_is_no_course_of_a_counter() -> None:
    found = _guess("plate,brand,odometer_km", [f"HH {n},{'AB'[n % 2]},{n * n % 97}" for n in range(30)])
    assert not _of_last_column(found).non_additive


# The account of each holder, at several times of a day.
MOVES = [
    f"2025-03-0{1 + n // 3} {9 + n % 3:02}:{10 * at:02}:00,{account},{kind},{1000 * at + n}"
    for n in range(18)
    for at, (account, kind) in enumerate([("A-1", "in"), ("A-2", "out")])
]


def test_a_stock_by_the_clock_is_of_the_thing_that_one_column_names() -> None:
    metric = _of_last_column(_guess("booked_at,account_id,kind,balance", MOVES))
    assert (metric.aggregation, metric.non_additive, metric.stock_of) == (
        Aggregation.SUM, True, ("account_id",),
    )  # fmt: skip


def test_a_stock_by_the_clock_is_averaged_where_two_columns_may_name_its_things() -> None:
    rows = [row.replace(",in", ",X-9").replace(",out", ",X-8") for row in MOVES]
    metric = _of_last_column(_guess("booked_at,account_id,partner_id,balance", rows))
    assert (metric.aggregation, metric.non_additive, metric.stock_of) == (Aggregation.AVG, False, None)


def test_a_counter_that_is_read_each_hour_is_of_its_meter() -> None:
    hours = [f"2025-03-0{1 + n // 24} {n % 24:02}:00,{meter},{n * 5}" for n in range(72) for meter in "AB"]
    metric = _of_last_column(_guess("taken_at,meter,reading_kwh", hours))
    assert (metric.aggregation, metric.non_additive, metric.stock_of) == (Aggregation.SUM, True, ("meter",))


def test_a_stock_by_the_day_needs_no_things() -> None:
    rows = [f"2025-03-{1 + n},{account},{n}" for n in range(9) for account in ("A-1", "A-2")]
    metric = _of_last_column(_guess("day,account_id,balance", rows))
    assert (metric.non_additive, metric.stock_of) == (True, None)
