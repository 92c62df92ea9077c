"""SQL of the engines: which data a query reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import and_, case, cast, func, select, true
from sqlalchemy.dialects.postgresql import JSONPATH

from answerable.data.datasets.tables import DatasetRow, DatasetVersionRow
from answerable.data.engines.dialects.tables import PhysicalTable
from answerable.data.ingestion.arguments import Arguments
from answerable.data.warehouse.service import physical_table
from answerable.kit.db import Session

_INSTANTS = cast("$[*] ? (@.instant == true).name", JSONPATH)
_ARGUMENTS: TypeAdapter[Arguments] = TypeAdapter(Arguments)


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A decision about a column that the reader assumed and nobody has made."""

    column: str
    sentence: str
    arguments: Arguments | None = None


@dataclass(frozen=True, slots=True)
class ReadyTable:
    """The newest ready version of a dataset, where its Parquet file lies, its table in the warehouse, if any,
    what is open about it, and which of its columns are `instants`: moments of the world, kept in UTC;
    `columns` are the facts of its columns, where they were asked for."""

    dataset_id: str
    version: int
    table_path: str
    open_questions: tuple[OpenQuestion, ...] = ()
    physical: PhysicalTable | None = None
    instants: frozenset[str] = frozenset()
    # Any: what JSON carries, as the version keeps it.
    columns: Sequence[Mapping[str, Any]] = ()


async def ready_tables(
    session: Session, dataset_ids: Collection[str], *, with_columns: bool = False
) -> dict[str, ReadyTable]:
    """The ready tables among the datasets, by dataset id; one without data is missing."""
    in_use = true() if with_columns else DatasetVersionRow.relation.is_not(None)
    statement = (
        select(
            DatasetRow.id,
            DatasetVersionRow.number,
            DatasetVersionRow.table_path,
            DatasetVersionRow.open_questions,
            DatasetVersionRow.workspace_id,
            DatasetVersionRow.relation,
            case((in_use, DatasetVersionRow.columns)).label("columns"),
            func.jsonb_path_query_array(DatasetVersionRow.columns, _INSTANTS).label("instants"),
        )
        .join(
            DatasetVersionRow,
            and_(
                DatasetVersionRow.dataset_id == DatasetRow.id,
                DatasetVersionRow.number == DatasetRow.version,
            ),
        )
        .where(DatasetRow.id.in_(dataset_ids), DatasetVersionRow.table_path.is_not(None))
    )
    found = (await session.execute(statement)).all()
    return {
        row.id: ReadyTable(
            row.id,
            row.number,
            row.table_path,
            tuple(_open_question(asked) for asked in row.open_questions or ()),
            physical_table(row.workspace_id, row.relation, row.columns or []),
            frozenset(row.instants or ()),
            row.columns or () if with_columns else (),
        )
        for row in found
    }


def instants_of(columns: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Those of a version's columns that keep moments of the world."""
    return frozenset(column["name"] for column in columns if column.get("instant"))


def _open_question(asked: dict[str, Any]) -> OpenQuestion:
    said = asked.get("arguments")  # versions of before have the sentence alone
    return OpenQuestion(
        asked["column"], asked["sentence"], None if said is None else _ARGUMENTS.validate_python(said)
    )
