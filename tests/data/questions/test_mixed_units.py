"""Euros and dollars in one column are never added up: the question is asked back, the query refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from answerable.data.engines.compiler import compile_query
from answerable.data.engines.errors import InvalidQuery
from answerable.data.questions.mixed_units import settle_units
from answerable.data.questions.outcome import Ambiguous, Outcome, Parsed
from answerable.data.questions.service import read_question
from answerable.data.semantics.mixing import companion_of
from answerable.data.semantics.model import Dataset, FieldRole, FieldType, ModelField, SemanticModel, Unit

AS_OF = datetime(2026, 11, 21, 10, tzinfo=UTC)


def _text(name: str, *values: str) -> ModelField:
    return ModelField(
        name=name, label=name, type=FieldType.STRING, role=FieldRole.DIMENSION, values=values or None
    )


def _number(name: str, unit: Unit | None = None) -> ModelField:
    return ModelField(
        name=name, label=name, type=FieldType.DECIMAL, role=FieldRole.MEASURE, unit=unit, nullable=False
    )


DAY = ModelField(name="day", label="day", type=FieldType.DATE, role=FieldRole.TIME)


def _model(*fields: ModelField) -> SemanticModel:
    projects = Dataset(
        name="projects",
        id="ds_projects",
        label="Projects",
        row_noun="project",
        default_time="day",
        fields=(DAY, *fields),
    )
    return SemanticModel(datasets=(projects,))


TEAM = _text("team", "Alpha", "Beta")
MODEL = _model(TEAM, _number("budget"), _text("currency", "EUR", "USD"), _number("seats"))


def _read(question: str, model: SemanticModel = MODEL) -> Outcome:
    return settle_units(read_question(question, model, AS_OF), model)


def _answered(question: str, model: SemanticModel = MODEL) -> bool:
    outcome = _read(question, model)
    if not isinstance(outcome, Parsed):
        return False
    assert outcome.query is not None
    compile_query(outcome.query, model)
    return True


@pytest.mark.parametrize(
    "question", ["budget in 2022", "budget by team", "average budget", "budget by month"]
)
def test_a_sum_of_several_currencies_is_asked_back_with_each_and_all_side_by_side(question: str) -> None:
    outcome = _read(question)
    assert isinstance(outcome, Ambiguous)
    assert [option.label for option in outcome.options] == ["EUR", "USD", "by currency"]
    for option in outcome.options:
        compile_query(option.query, MODEL)


def test_a_ranking_over_several_currencies_offers_one_currency_only() -> None:
    outcome = _read("top 1 team by budget")
    assert isinstance(outcome, Ambiguous)
    assert [option.label for option in outcome.options] == ["EUR", "USD"]
    for option in outcome.options:
        compile_query(option.query, MODEL)


@pytest.mark.parametrize(
    "question", ["budget in EUR in 2022", "budget by currency", "number of projects", "seats by team"]
)
def test_one_currency_or_none_is_answered_at_once(question: str) -> None:
    assert _answered(question)


def test_the_compiler_refuses_what_would_mix_currencies() -> None:
    mixed = read_question("budget by team", MODEL, AS_OF)
    assert isinstance(mixed, Parsed)
    assert mixed.query is not None
    with pytest.raises(InvalidQuery, match="filter to one currency or group by currency"):
        compile_query(mixed.query, MODEL)


def test_a_single_currency_in_the_data_needs_no_choice() -> None:
    assert _answered("budget in 2022", _model(TEAM, _number("budget"), _text("currency", "EUR")))


def test_an_amount_whose_header_names_its_unit_has_no_companion() -> None:
    eur = Unit(kind="currency", symbol="EUR")
    assert _answered("budget in 2022", _model(TEAM, _number("budget", eur), _text("currency", "EUR", "USD")))


def test_units_of_measure_are_held_apart_and_parts_of_a_firm_are_not() -> None:
    weighed = _model(_number("quantity"), _text("unit", "kg", "l", "box"))
    assert isinstance(_read("total quantity", weighed), Ambiguous)
    assert _answered("total quantity", _model(_number("quantity"), _text("unit", "Sales", "Support")))
    for parts in (("A", "B"), ("A", "B", "C"), ("C", "K")):  # ampere, byte and kelvin in another column
        assert _answered("total quantity", _model(_number("quantity"), _text("unit", *parts)))
    assert isinstance(
        _read("total quantity", _model(_number("quantity"), _text("unit", "A", "kW"))), Ambiguous
    )


def test_a_column_named_after_a_measure_is_that_measures_alone() -> None:
    model = _model(_number("price"), _number("cost"), _text("price_currency", "EUR", "USD"))
    dataset = model.datasets[0]
    assert companion_of(dataset.fields[1], dataset) == dataset.fields[3]
    assert companion_of(dataset.fields[2], dataset) is None
