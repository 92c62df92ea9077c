"""What a model wrote, turned into a query, or not: every name, value and number must be there already.

A name must be one that was offered, a value of an indexed field one of its values, any other text and every
number must stand in the question itself, and the period is read from the question's own words by the grammar.
What is left then passes the compiler's checks as every query does, and nothing that the grammar knows in the
question may be in no slot of the form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from answerable.data.drafting.offered import COUNT, OfferedDataset
from answerable.data.drafting.prompt import MOST_ROWS, MOST_TOP
from answerable.data.drafting.unused import Spent, says_more
from answerable.data.engines.compiler import compile_query
from answerable.data.engines.errors import InvalidQuery
from answerable.data.questions.numbers import cardinal
from answerable.data.questions.outcome import Parsed
from answerable.data.questions.service import read_question
from answerable.data.questions.time.resolve import Now
from answerable.data.questions.tokens import Kind, tokenise
from answerable.data.questions.unfinished import as_far_as_known
from answerable.data.semantics.filters import (
    AllOf,
    Condition,
    Filter,
    Operator,
)
from answerable.data.semantics.model import (
    NUMERIC_TYPES,
    TEMPORAL_TYPES,
    Aggregation,
    FieldType,
    ModelField,
    SemanticModel,
)
from answerable.data.semantics.query import (
    Grain,
    GroupBy,
    Measure,
    Order,
    Period,
    SemanticQuery,
    TimeSlice,
    TopN,
)

_MOST_TEXT = 20_000


class Fault(StrEnum):
    """Why a reply makes no query."""

    NO_FORM = "schema"  # not the JSON that was asked for, or names that were not offered
    CANNOT_ANSWER = "cannot_answer"
    ASK_BACK = "ask_back"
    MADE_UP = "made_up"  # a value, a number or words that are neither in the table nor in the question
    REFUSED = "refused"  # the compiler refuses the query
    LEFT_OVER = "left_over"  # the question says something that the form has in no slot


@dataclass(frozen=True, slots=True)
class Reply:
    """The query that a reply means, or the fault."""

    query: SemanticQuery | None = None
    fault: Fault | None = None


class _Filter(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    field: str
    operator: str
    values: list[str]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    outcome: Literal["query", "cannot_answer", "ask_back"]
    dataset: str
    measures: list[str]
    group_by: list[str]
    filters: list[_Filter]
    period_words: str
    time_field: str
    grain: str
    top: int
    descending: bool


class _MadeUp(Exception):
    """Something in the form stands neither in the table nor in the question."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reply is held against."""

    question: str
    model: SemanticModel
    offered: Sequence[OfferedDataset]
    as_of: datetime


def read_reply(text: str, asked: Asked) -> Reply:
    """The query that the text means. Never raises for anything that a model can write."""
    if len(text) > _MOST_TEXT:
        return Reply(fault=Fault.NO_FORM)
    try:
        form = _Form.model_validate_json(text)
    except (ValidationError, ValueError, RecursionError):
        return Reply(fault=Fault.NO_FORM)
    if form.outcome != "query":
        return Reply(fault=Fault(form.outcome))
    offered = next((one for one in asked.offered if one.dataset.name == form.dataset), None)
    if offered is None or not _known_names(form, offered):
        return Reply(fault=Fault.NO_FORM)
    try:
        query = _query(form, offered, asked)
        compile_query(query, asked.model)
    except _MadeUp:
        return Reply(fault=Fault.MADE_UP)
    except ValidationError:
        return Reply(fault=Fault.NO_FORM)
    except InvalidQuery:
        return Reply(fault=Fault.REFUSED)
    if says_more(asked.question, asked.model, _spent(form, offered, asked.question)):
        return Reply(fault=Fault.LEFT_OVER)
    return Reply(query)


def _spent(form: _Form, offered: OfferedDataset, question: str) -> Spent:
    conditions = [_condition(one, offered, question) for one in form.filters]
    named = [*form.measures, *form.group_by, form.time_field, *(one.field for one in form.filters)]
    # "sum:amount" and "customers__country" name a field of the model by its last part.
    names = {offered.dataset.name, *(name.rpartition(":")[2].rpartition("__")[2] for name in named)}
    return Spent(names, conditions, form.period_words, form.top)


def _known_names(form: _Form, offered: OfferedDataset) -> bool:
    names = {field.name for field in offered.fields}
    fields = [
        *form.group_by,
        *(one.field for one in form.filters),
        *([form.time_field] if form.time_field else []),
    ]
    return (
        bool(form.measures)
        and set(form.measures) <= set(offered.measures)
        and set(fields) <= names
        and {one.operator for one in form.filters} <= set(Operator)
        and (not form.grain or form.grain in set(Grain))
        and 0 <= form.top <= MOST_TOP
    )


def _query(form: _Form, offered: OfferedDataset, asked: Asked) -> SemanticQuery:
    measures = tuple(_measure(name) for name in form.measures)
    by = measures[0].alias or ""
    conditions = [_condition(one, offered, asked.question) for one in form.filters]
    where: Filter | None = None
    if conditions:
        where = conditions[0] if len(conditions) == 1 else AllOf(all=tuple(conditions))
    groups = tuple(GroupBy(field=name) for name in form.group_by)
    if form.top:
        if len(groups) != 1 or form.grain:
            raise _MadeUp
        _said(str(form.top), asked.question, form.top)
        groups = (GroupBy(field=groups[0].field, top=TopN(n=form.top, by=by, descending=form.descending)),)
    ordered = bool(groups) and not form.grain
    return SemanticQuery(
        dataset=offered.dataset.name,
        measures=measures,
        group_by=groups,
        time=_time(form, offered, asked),
        where=where,
        order=(Order(by=by, descending=form.descending or not form.top),) if ordered else (),
        limit=MOST_ROWS if groups and not form.top else None,
    )


def _measure(name: str) -> Measure:
    if name == COUNT:
        return Measure(aggregation=Aggregation.COUNT, alias=COUNT)
    kind, _, rest = name.partition(":")
    if kind == "metric":
        return Measure(metric=rest, alias=rest)
    return Measure(aggregation=Aggregation(kind), field=rest, alias=f"{kind}_{rest}"[:63])


def _time(form: _Form, offered: OfferedDataset, asked: Asked) -> TimeSlice | None:
    words = " ".join(form.period_words.split())
    if not words and not form.grain:
        return None
    name = form.time_field or offered.dataset.default_time
    if name is None:
        raise _MadeUp
    period = _period(words, offered, asked) if words else None
    time = TimeSlice(field=name, period=period, grain=Grain(form.grain) if form.grain else None)
    return as_far_as_known(time, Now.at(asked.as_of, asked.model.calendar))[0]


def _period(words: str, offered: OfferedDataset, asked: Asked) -> Period:
    """The period that the question's own words mean, read by the grammar; models do not count days."""
    if words.casefold() not in " ".join(asked.question.split()).casefold():
        raise _MadeUp
    noun = offered.dataset.row_noun if offered.dataset.row_noun not in ("", "row") else "rows"
    for wording in (f"number of {noun} {words}", f"number of {noun} in {words}"):
        read = read_question(wording, asked.model, asked.as_of, scope=[offered.dataset.name])
        if not isinstance(read, Parsed) or read.query is None:
            continue
        time = read.query.time
        if time is not None and time.period is not None and read.query.where is None and not time.comparison:
            return time.period
    raise _MadeUp


def _condition(one: _Filter, offered: OfferedDataset, question: str) -> Condition:
    field = offered.field(one.field)
    if field is None or field.type in TEMPORAL_TYPES:
        raise _MadeUp  # times are said by the period's words
    values = tuple(_value(text, field, question) for text in one.values)
    return Condition(field=one.field, operator=Operator(one.operator), values=values)


def _value(text: str, field: ModelField, question: str) -> str | bool:
    """The value as the table writes it, or as the question has it. _MadeUp for anything else."""
    if field.type is FieldType.BOOLEAN:
        folded = text.strip().casefold()
        if folded not in ("true", "false", "yes", "no"):
            raise _MadeUp
        return folded in ("true", "yes")
    if field.values is not None:
        known = {value.strip().casefold(): value for value in field.values}
        if text.strip().casefold() not in known:
            raise _MadeUp
        return known[text.strip().casefold()]
    if field.type in NUMERIC_TYPES:
        _said(text.strip(), question)
        return text.strip()
    if not text.strip() or text.strip().casefold() not in question.casefold():
        raise _MadeUp
    return text.strip()


_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z")


def _said(text: str, question: str, number: int | None = None) -> None:
    """Raises _MadeUp for a number that the question does not have, in digits or in words. One (the best) and
    ten (the plural without a number) go without saying in a ranking."""
    if _NUMBER.match(text) is None:
        raise _MadeUp
    words = [token.norm for token in tokenise(question) if token.kind in (Kind.NUMBER, Kind.WORD)]
    said = [value for word in words if (value := cardinal(word)) is not None]
    if number in (1, 10) or Decimal(text) in said:
        return
    raise _MadeUp
