"""Which datasets' numbers a change of the model changes."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.touched import computed_otherwise

MODEL: dict[str, Any] = {
    "datasets": [
        {
            "name": name,
            "id": f"ds_{name}",
            "label": name,
            "fields": [
                {"name": "id", "label": "Id", "type": "string", "role": "key"},
                {"name": "amount", "label": "Amount", "type": "decimal", "role": "measure"},
            ],
        }
        for name in ("orders", "clients", "stock")
    ],
    "metrics": [
        {"name": "sales", "label": "Sales", "dataset": "orders", "aggregation": "sum", "field": "amount"}
    ],
}
LINK = {
    "left": "orders",
    "left_field": "id",
    "right": "clients",
    "right_field": "id",
    "cardinality": "many_to_one",
}
ONE = {"field": "amount", "operator": "gt", "values": [1]}
SALES = MODEL["metrics"][0]


def field(dataset: int, **parts: Any) -> dict[str, Any]:
    """Datasets of which one says something else of its amount."""
    datasets = [{**each, "fields": [*each["fields"]]} for each in MODEL["datasets"]]
    datasets[dataset]["fields"][1] = {**datasets[dataset]["fields"][1], **parts}
    return {"datasets": datasets}


@pytest.mark.parametrize(
    ("changed", "touched"),
    [
        ({}, ""),
        ({"relationships": [LINK]}, "clients orders"),
        ({"metrics": []}, "orders"),
        ({"metrics": [{**SALES, "aggregation": "avg"}]}, "orders"),
        ({"metrics": [{**SALES, "label": "Turnover", "synonyms": ["s"], "status": "verified"}]}, ""),
        ({"segments": [{"name": "big", "label": "Big", "dataset": "stock", "where": ONE}]}, "stock"),
        ({"policies": [{"name": "p", "dataset": "stock", "field": "id", "attribute": "a"}]}, "stock"),
        ({"hidden_fields": [{"dataset": "clients", "field": "id"}]}, "clients"),
        ({"calendar": {"time_zone": "Europe/Berlin"}}, "clients orders stock"),
        (field(1, unit={"symbol": "EUR", "kind": "currency"}), "clients"),
        (field(1, label="Sum", description="all of it", status="reviewed"), ""),
    ],
)
def test_datasets_are_touched_whose_numbers_may_differ(changed: dict[str, Any], touched: str) -> None:
    before, after = (SemanticModel.model_validate({**MODEL, **parts}) for parts in ({}, changed))
    for way in ((before, after), (after, before)):
        assert " ".join(sorted(each.removeprefix("ds_") for each in computed_otherwise(*way))) == touched
