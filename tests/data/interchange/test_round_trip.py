"""Whatever a model says and a format can hold comes back unchanged when it is imported again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from answerable.data.interchange.service import Format, ImportRequest, merged, written
from answerable.data.interchange.written import WrittenFile
from answerable.data.semantics.differences import differences
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.repository import StoredModel
from tests.data.interchange.shop import BARE

_WORDS = st.text(
    st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\x85\u2028\u2029"), max_size=30
).map(str.strip)
_LABELS = _WORDS.filter(bool)
_VALUES = st.one_of(
    _LABELS.filter(lambda text: "{" not in text),  # dbt would take it for a template
    st.sampled_from(["it's", "100 %", "a_b", "!x", 'say "hi"', "NULL", "2025-01-01"]),
)
_DAYS = st.dates().map(str)
_MOMENTS = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - as filters have them
    max_value=datetime(2090, 1, 1),  # noqa: DTZ001
).map(lambda moment: moment.replace(microsecond=0).isoformat())
_NUMBERS = st.one_of(st.integers(-(10**9), 10**9), st.decimals(-1000, 1000, places=2).map(float))
_OF = {
    "order_id": st.integers(0, 10**6), "ordered_on": _DAYS, "shipped_at": _MOMENTS, "status": _VALUES,
    "gift": st.booleans(),
    "amount": _NUMBERS, "quantity": st.integers(-99, 99), "customers__country": _VALUES,
}  # fmt: skip
_ORDERED = ["lt", "le", "gt", "ge"]
_UNITS = st.sampled_from(
    [
        None,
        {"kind": "currency", "symbol": "EUR", "scale": 1.0},
        {"kind": "quantity", "symbol": "kg", "scale": 1000.0},
    ]
)
_STATUS = st.sampled_from(["inferred", "reviewed", "verified"])


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """One condition that SQL has a form for."""
    field = draw(st.sampled_from(sorted(_OF)))
    value = _OF[field]
    operators = ["eq", "ne", "in", "not_in", "is_null", "not_null"]
    if field in ("status", "customers__country"):
        operators += ["contains", "starts_with"]
    elif field != "gift":
        operators += [*_ORDERED, "between"]
    operator = draw(st.sampled_from(operators))
    count = {"is_null": 0, "not_null": 0, "between": 2}.get(operator, 1)
    many = operator in ("in", "not_in")
    values = draw(st.lists(value, min_size=1 if many else count, max_size=3 if many else count))
    if operator == "between":
        values.sort()
    return {"field": field, "operator": operator, "values": values}


def filters() -> st.SearchStrategy[dict[str, Any]]:
    """Nested conditions, in which no list holds a list of its own kind or is of one alone."""
    negated = conditions().map(lambda one: {"negated": one})
    leaf = st.one_of(conditions(), conditions(), negated)
    either = st.lists(leaf, min_size=2, max_size=3).map(lambda parts: {"any": parts})
    every = st.lists(st.one_of(leaf, either), min_size=2, max_size=3).map(lambda parts: {"all": parts})
    return st.one_of(leaf, either, every, every.map(lambda one: {"negated": one}))


@st.composite
def models(draw: st.DrawFn) -> SemanticModel:
    """The shop as people could have edited it."""
    content = BARE.model_dump(mode="json")
    for dataset in content["datasets"]:
        dataset |= {"label": draw(_LABELS), "description": draw(_WORDS), "row_noun": draw(_LABELS)}
        dataset["synonyms"] = draw(st.lists(_LABELS, max_size=2, unique=True))
        for field in draw(st.lists(st.sampled_from(dataset["fields"]), max_size=2, unique_by=id)):
            field |= {"label": draw(_LABELS), "description": draw(_WORDS)}
            if field["name"] in ("balance", "credit"):
                field["unit"] = draw(_UNITS)
            field["synonyms"] = draw(st.lists(_LABELS, max_size=2, unique=True))
            if draw(st.booleans()) and field["name"] == "name":
                field |= {"personal": True, "values": None}
    orders, customers = content["datasets"]
    orders["default_time"] = draw(st.sampled_from(["ordered_on", "shipped_at"]))
    orders["primary_key"] = draw(st.sampled_from([[], ["order_id"], ["order_id", "status"]]))
    customers["primary_key"] = draw(st.sampled_from([[], ["customer_id"]]))
    content["relationships"] = [
        {
            "left": "orders", "left_field": "customer_id", "right": "customers", "right_field": "customer_id",
            "cardinality": draw(st.sampled_from(["many_to_one", "one_to_one"])), "status": draw(_STATUS),
            "confidence": draw(st.sampled_from([None, 0.5])),
        }
    ]  # fmt: skip
    content["metrics"] = _metrics(draw)
    return SemanticModel.model_validate(content)


def _metrics(draw: st.DrawFn) -> list[dict[str, Any]]:
    kinds = [("sum", "amount"), ("avg", "cost"), ("count", None), ("count_distinct", "customer_id")]
    kinds += [("min", "ordered_on"), ("max", "amount"), ("median", "quantity"), ("count", "amount")]

    def metric(name: str, kind: tuple[str, str | None], **parts: Any) -> dict[str, Any]:
        said: dict[str, Any] = {"label": draw(_LABELS), "description": draw(_WORDS), "status": draw(_STATUS)}
        if kind[0] == "count":
            said["unit"] = draw(_UNITS)
        synonyms = draw(st.lists(_LABELS, max_size=2, unique=True))
        base = {"name": name, "dataset": "orders", "aggregation": kind[0], "field": kind[1]}
        return {**base, **said, "synonyms": synonyms, **parts}

    plain = [
        metric(f"m{i}", kind) for i, kind in enumerate(draw(st.lists(st.sampled_from(kinds), max_size=4)))
    ]
    where = [
        metric(f"part{i}", ("sum", "amount"), where=draw(filters())) for i in range(draw(st.integers(0, 2)))
    ]
    found = [*plain, *where, metric("revenue", ("sum", "amount")), metric("cost_total", ("sum", "cost"))]
    found.append(metric("rows", ("count", None)))
    found.append(metric("profit", ("sum", "amount"), minus="cost_total"))
    found.append(metric("margin", ("sum", "amount"), minus="cost_total", per="revenue"))
    found.append(metric("basket", ("sum", "quantity"), per="rows", where=draw(st.none() | filters())))
    found.append(metric("stock", ("sum", "balance"), non_additive=True, stock_of=["customer_id"]))
    found.append(metric("so_far", ("sum", "amount"), cumulative=True, where=draw(st.none() | filters())))
    return draw(st.permutations(found))


def exported(model: SemanticModel, wanted: Format) -> str:
    """The YAML of a model."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return written(StoredModel("sm_1", model, model, now, now, model.revision), wanted)


def imported(text: str, model: SemanticModel = BARE) -> tuple[SemanticModel, list[str]]:
    """The model with a file merged in, and what was left out."""
    draft, found = merged(ImportRequest([WrittenFile("model.yaml", text)]), model)
    return found, [f"{each.kind} {each.name}: {each.reason}" for each in draft.report.left_out]


@pytest.mark.parametrize("wanted", ["ossie", "dbt"])
# Models are too large to be made smaller within a test's time.
@settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(model=models())
def test_a_model_comes_back_unchanged(wanted: Format, model: SemanticModel) -> None:
    text = exported(model, wanted)
    assert "\n# Left out" not in text, text
    found, left_out = imported(text)
    assert left_out == []
    assert differences(model, found) == []
    assert found.revision == model.revision
    # Once more into what it is already: nothing changes.
    assert imported(text, found)[0].revision == model.revision
