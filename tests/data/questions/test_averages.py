"""Readings that stand for a state are averaged: their sum would be a number without a meaning."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.data.questions.summary import told

from answerable.data.questions.outcome import Ambiguous
from answerable.data.questions.service import read_question
from answerable.data.semantics.model import (
    Aggregation,
    Dataset,
    FieldRole,
    FieldType,
    Metric,
    ModelField,
    SemanticModel,
    Unit,
)

AS_OF = datetime(2026, 11, 21, 10, tzinfo=UTC)


def _field(name: str, unit: str | None = None) -> ModelField:
    kept = Unit(kind="quantity", symbol=unit) if unit is not None else None
    return ModelField(
        name=name, label=name.capitalize(), type=FieldType.DECIMAL, role=FieldRole.MEASURE, unit=kept
    )


def _average(name: str) -> Metric:
    return Metric(
        name=f"average_{name}",
        label=f"Average {name}",
        dataset="sensors",
        aggregation=Aggregation.AVG,
        field=name,
    )


STATION = ModelField(
    name="station", label="Station", type=FieldType.STRING, role=FieldRole.DIMENSION, values=("Oslo", "Rome")
)
SENSORS = Dataset(
    name="sensors", id="ds_sensors", label="Sensors", row_noun="reading",
    fields=(STATION, _field("temperature", "°C"), _field("humidity"), _field("rain", "mm")),
)  # fmt: skip
MODEL = SemanticModel(datasets=(SENSORS,), metrics=(_average("temperature"), _average("humidity")))


def _read(question: str) -> dict[str, object]:
    return told(read_question(question, MODEL, AS_OF), MODEL)


def test_a_bare_field_that_the_model_averages_is_averaged() -> None:
    assert _read("temperature in Oslo")["is"] == "average_temperature | where station = Oslo"
    assert _read("humidity by station")["is"] == "average_humidity | by station"


def test_a_bare_amount_is_summed_as_before() -> None:
    assert _read("rain in Oslo")["is"] == "sum_rain | where station = Oslo"


def test_temperatures_are_never_summed_but_other_averages_are_when_asked() -> None:
    assert "is" not in _read("total temperature")
    assert _read("total humidity")["is"] == "sum_humidity"


@pytest.mark.parametrize(
    ("headers", "labels"),
    [
        (("price (EUR)", "price (USD)"), ["average price (EUR)", "average price (USD)"]),
        (("price", "price"), ["average price", "average price_2"]),
    ],
)
def test_averages_of_one_name_are_told_apart_by_their_columns(
    headers: tuple[str, str], labels: list[str]
) -> None:
    prices = tuple(
        ModelField(name=name, label=header, type=FieldType.DECIMAL, role=FieldRole.MEASURE)
        for name, header in zip(("price", "price_2"), headers, strict=True)
    )
    shops = Dataset(name="shops", id="ds_shops", label="Shops", row_noun="shop", fields=(STATION, *prices))
    metrics = tuple(
        Metric(
            name=f"average_{field.name}", label="Average price", dataset="shops",
            aggregation=Aggregation.AVG, field=field.name,
        )
        for field in prices
    )  # fmt: skip
    model = SemanticModel(datasets=(shops,), metrics=metrics)
    outcome = read_question("average price by station", model, AS_OF)
    assert isinstance(outcome, Ambiguous)
    named = {option.query.measures[0].metric: option.label for option in outcome.options}
    assert named == dict(zip(("average_price", "average_price_2"), labels, strict=True))
