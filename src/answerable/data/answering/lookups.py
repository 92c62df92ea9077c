"""Rows that are asked for by their key: in which table they are, and what is near a key that none has."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import SequenceMatcher

from answerable.data.engines.service import ExecutedQuery, run_query
from answerable.data.engines.snapshot import DataSnapshot
from answerable.data.questions.formatting import join_words
from answerable.data.questions.lookup import by_key
from answerable.data.questions.outcome import Ambiguous
from answerable.data.semantics.filters import Condition, Operator, Scalar
from answerable.data.semantics.query import Order, SemanticQuery
from answerable.kit.runtime import Runtime

_MOST_NEAR = 3
_MOST_READ = 5_000
_FAR = 1_000_000
_DIGITS = re.compile(r"\d+")


async def table_of(runtime: Runtime, data: DataSnapshot, asked: Ambiguous) -> SemanticQuery | None:
    """Of one key that may be of several tables, the query of the only table that has it; where none has, of
    the one whose keys are nearest. None where several have it, or something else is asked back.

    Raises what `run_query` raises."""
    queries = [option.query for option in asked.options]
    keys = [by_key(query, data.model.dataset(query.dataset)) for query in queries]
    if None in keys or len({query.dataset for query in queries}) < len(queries):
        return None
    having = [query for query in queries if (await run_query(runtime, data, query)).result.rows]
    if having:
        return having[0] if len(having) == 1 else None
    likeness: list[float] = []
    for query, key in zip(queries, keys, strict=True):
        near = await _near(runtime, data, query.dataset, *key) if key is not None else []
        likeness.append(max((_likeness(key[1], one) for one in near if key is not None), default=0.0))
    return queries[likeness.index(max(likeness))]


async def with_nearest(runtime: Runtime, data: DataSnapshot, executed: ExecutedQuery) -> ExecutedQuery:
    """The result; where it has no row for the key that was asked for, with the keys that are nearest to it
    in its sentence. Raises what `run_query` raises."""
    key = by_key(executed.query, data.model.dataset(executed.query.dataset))
    if key is None or executed.result.rows:
        return executed
    near = await _near(runtime, data, executed.query.dataset, *key)
    if not near:
        return executed
    told = f"The nearest {'is' if len(near) == 1 else 'are'} {join_words([str(one) for one in near])}."
    return replace(executed, sentence=f"{executed.sentence} {told}")


async def _near(
    runtime: Runtime, data: DataSnapshot, dataset: str, field: str, value: Scalar
) -> list[Scalar]:
    """The keys of a table that are nearest to a value, the nearest first: of those that begin as it does."""
    if isinstance(value, int):
        return await _neighbours(runtime, data, dataset, field, value)
    text = str(value)
    for length in range(len(text) - 1, 0, -1):
        begins = Condition(field=field, operator=Operator.STARTS_WITH, values=(text[:length],))
        found = await _keys(runtime, data, dataset, field, begins, _MOST_READ)
        if found:
            ranked = sorted(found, key=lambda key: (-_likeness(value, key), str(key)))
            return ranked[:_MOST_NEAR]
    return []


async def _neighbours(
    runtime: Runtime, data: DataSnapshot, dataset: str, field: str, value: int
) -> list[Scalar]:
    below = Condition(field=field, operator=Operator.LT, values=(value,))
    above = Condition(field=field, operator=Operator.GT, values=(value,))
    found = await _keys(runtime, data, dataset, field, below, _MOST_NEAR, descending=True)
    found += await _keys(runtime, data, dataset, field, above, _MOST_NEAR)
    numbers = [key for key in found if isinstance(key, int)]
    return sorted(sorted(numbers, key=lambda key: abs(key - value))[:_MOST_NEAR])


async def _keys(
    runtime: Runtime,
    data: DataSnapshot,
    dataset: str,
    field: str,
    where: Condition,
    limit: int,
    *,
    descending: bool = False,
) -> list[Scalar]:
    query = SemanticQuery(
        dataset=dataset,
        columns=(field,),
        where=where,
        order=(Order(by=field, descending=descending),),
        limit=limit,
    )
    found = await run_query(runtime, data, query)
    return [row[0] for row in found.result.rows if isinstance(row[0], int | str)]


def _likeness(value: Scalar, key: Scalar) -> float:
    """From 0 to 1: how alike two keys are, by their number where they differ in nothing else."""
    first, second = (_DIGITS.sub("", str(one)).casefold() for one in (value, key))
    numbers = [_DIGITS.findall(str(one)) for one in (value, key)]
    if first == second and all(len(digits) == 1 for digits in numbers):
        return 1 / (1 + abs(int(numbers[0][0]) - int(numbers[1][0])) / _FAR)
    return SequenceMatcher(None, str(value).casefold(), str(key).casefold()).ratio()
