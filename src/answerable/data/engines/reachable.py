"""The values of fields that a reader's questions can name, read from those rows alone that they see."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from answerable.data.engines.service import run_query
from answerable.data.engines.snapshot import DataSnapshot
from answerable.data.semantics.inference import MOST_VALUES
from answerable.data.semantics.model import Aggregation, SemanticModel
from answerable.data.semantics.query import (
    GroupBy,
    Measure,
    Order,
    SemanticQuery,
)
from answerable.kit.errors import AnswerableError
from answerable.kit.runtime import Runtime

_MOST_KEPT = 64
_Place = tuple[str, str, str, tuple[tuple[str, int], ...]]
# Models with the values that were read, the newest use last: equal ones meet the same vocabulary.
_kept: OrderedDict[_Place, SemanticModel] = OrderedDict()


async def with_values(runtime: Runtime, data: DataSnapshot) -> DataSnapshot:
    """The snapshot with those values in its model that its limits had left out. A field that cannot be read
    now stays without, and is read anew by the next question."""
    if not data.unlisted:
        return data
    versions = {dataset_id: table.version for dataset_id, table in data.ready.items()}
    place = (data.workspace_id, data.revision, data.reach or "", tuple(sorted(versions.items())))
    model = _kept.get(place)
    if model is None:
        values = {named: await _values(runtime, data, *named) for named in data.unlisted}
        model = _with(data.model, values)
        if None not in values.values():
            _kept[place] = model
    if place in _kept:
        _kept.move_to_end(place)
    while len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)
    return replace(data, model=model, unlisted=frozenset())


async def _values(runtime: Runtime, data: DataSnapshot, dataset: str, field: str) -> tuple[str, ...] | None:
    rows = Measure(aggregation=Aggregation.COUNT, alias="rows")
    query = SemanticQuery(
        dataset=dataset,
        measures=(rows,),
        group_by=(GroupBy(field=field),),
        order=(Order(by="rows", descending=True),),
        limit=MOST_VALUES,
    )
    try:
        found = await run_query(runtime, data, query)
    except AnswerableError:
        return None
    return tuple(str(row[0]) for row in found.result.rows if row[0] is not None)


def _with(model: SemanticModel, values: dict[tuple[str, str], tuple[str, ...] | None]) -> SemanticModel:
    datasets = tuple(
        dataset.model_copy(
            update={
                "fields": tuple(
                    field.model_copy(update={"values": values[dataset.name, field.name]})
                    if (dataset.name, field.name) in values
                    else field
                    for field in dataset.fields
                )
            }
        )
        for dataset in model.datasets
    )
    return model.model_copy(update={"datasets": datasets})
