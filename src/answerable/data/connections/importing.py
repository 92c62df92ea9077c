"""From a table of a connected database to a dataset that is read where it is.

The catalogue tells columns and keys, a sample tells what they mean. Nothing of the rows is kept but the
values by which questions name them, and of personal columns not those.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from answerable.data.connections import repository
from answerable.data.connections.errors import ImportIncomplete, NoSuchTable
from answerable.data.connections.linking import Linked, Place, declared
from answerable.data.connections.live import connection_of, reader_of
from answerable.data.connections.sampling import Sampled, Sampler
from answerable.data.connections.service import catalogue, read
from answerable.data.datasets import repository as datasets
from answerable.data.datasets.service import new_dataset
from answerable.data.datasets.tables import DatasetRow, DatasetStatus
from answerable.data.engines.dialects.tables import PhysicalColumn, PhysicalTable
from answerable.data.engines.external.catalogue import Catalogue, CatalogueTable
from answerable.data.engines.external.engine import ExternalEngine
from answerable.data.following import follow_data
from answerable.data.ingestion.headers import snake_case, unique
from answerable.data.questions.formatting import plural
from answerable.data.semantics import service as semantics
from answerable.data.semantics.inference import InferredDataset, infer
from answerable.data.semantics.model import FieldRole
from answerable.inference.cache.forgetting import forget
from answerable.inference.cache.tags import DATASETS, dataset_tag
from answerable.jobs import JobContext, Subject, enqueue
from answerable.kit.db import Session
from answerable.kit.errors import FieldError
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

IMPORT = "connections.import"
MOST_TABLES = 200
_MOST_TOLD = 10


async def enqueue_import(
    runtime: Runtime, principal: Principal, connection_id: str, wanted: Sequence[str]
) -> str:
    """The id of the job that imports tables by their full names. Raises NotFound, and NoSuchTable."""
    found, _ = await catalogue(runtime, principal, connection_id)
    known = {table.full_name: table for table in found.tables}
    errors = [
        FieldError(f"tables.{position}", message)
        for position, name in enumerate(wanted)
        if (message := _why_not(name, known.get(name))) is not None
    ]
    if errors:
        raise NoSuchTable(f"{errors[0].message}.", errors=errors)
    async with runtime.database.begin(principal) as session:
        await read(session, connection_id)
        return await enqueue(
            session,
            IMPORT,
            subject=Subject("connection", connection_id),
            connection_id=connection_id,
            tables=[*wanted],
        )


def _why_not(name: str, table: CatalogueTable | None) -> str | None:
    if table is None:
        return f"there is no table {name!r}, or it may not be read"
    if not physical_table(table).columns:
        return f"{name!r} has no column of a type that questions can be asked of"
    return None


async def import_tables(job: JobContext, connection_id: str, wanted: Collection[str]) -> None:
    """Make datasets of some tables, or bring those that are there up to date. Raises ConnectionFailed, and
    once the others are there ImportIncomplete for tables and columns that cannot be read."""
    async with job.begin() as session:
        row = await repository.get(session, connection_id)
        connection = connection_of(row) if row is not None else None
        calendar = (await semantics.current_model(session)).calendar
    if connection is None:
        return  # deleted meanwhile
    engine = job.runtime.get(ExternalEngine)
    reader = await reader_of(job.runtime, connection)
    found = await engine.catalogue(reader)
    chosen = [table for table in found.tables if table.full_name in wanted]
    sampler = Sampler(engine, reader, connection, calendar)
    sampled: list[Sampled] = []
    unread: list[str] = []
    for position, table in enumerate(chosen, start=1):
        physical = physical_table(table)
        if physical.columns:
            one, reasons = await sampler.sample(table, physical)
            sampled += [one] if one is not None else []
            unread += reasons
        await job.progress(position, len(chosen), "tables")
    async with job.begin() if unread else job.complete() as session:
        if await repository.lock(session, connection_id) is not None:
            await _publish(session, connection_id, sampled, found)
    if unread:
        raise ImportIncomplete(_told(unread, len(sampled), len(chosen)))


def _told(unread: Sequence[str], done: int, wanted: int) -> str:
    more = f" And {len(unread) - _MOST_TOLD} more." if len(unread) > _MOST_TOLD else ""
    imported = f"Of {wanted} {plural('table', wanted)} {done} {'was' if done == 1 else 'were'} imported."
    return f"{imported} {' '.join(unread[:_MOST_TOLD])}{more}"


def physical_table(table: CatalogueTable) -> PhysicalTable:
    """The columns that questions can be asked of, under names that queries can use."""
    taken: set[str] = set()
    columns = []
    for column in table.columns:
        if column.type is not None:
            field = unique(snake_case(column.name), taken)
            taken.add(field)
            columns.append(
                PhysicalColumn(
                    field=field,
                    column=column.name,
                    type=column.type,
                    storage=column.storage,
                    scale=column.scale,
                )
            )
    return PhysicalTable(schema_name=table.schema_name, table=table.name, columns=tuple(columns))


async def _publish(
    session: Session, connection_id: str, sampled: Sequence[Sampled], catalogue: Catalogue
) -> None:
    await datasets.hold_names(session)
    known = {
        (table.schema_name, table.table): row
        for row in await repository.datasets_of(session, connection_id)
        for table in (PhysicalTable.model_validate(row.physical),)
    }
    changed: list[str] = []
    for one in sampled:
        place = (one.table.schema_name, one.table.name)
        row = known.get(place) or await new_dataset(session, one.table.name)
        row.connection_id = connection_id
        row.physical = one.physical.model_dump(mode="json")
        row.status = DatasetStatus.READY
        row.version = (row.version or 0) + 1
        row.row_count = one.table.rows if one.table.rows is not None else None
        await session.flush()
        await semantics.refresh_dataset(session, _guess(row, one))
        known[place] = row
        changed.append(row.id)
    # Keys lead to and from the tables of earlier imports too.
    there = await _linked(session, known, catalogue)
    await semantics.declare_relationships(session, declared(there), {one.name for one in there.values()})
    await forget(session, [*map(dataset_tag, changed), DATASETS])
    if changed:
        await follow_data(session, changed)


async def _linked(
    session: Session, known: Mapping[Place, DatasetRow], catalogue: Catalogue
) -> dict[Place, Linked]:
    """The connection's datasets whose tables are still there, by their places."""
    names = {dataset.id: dataset.name for dataset in (await semantics.current_model(session)).datasets}
    tables = {(table.schema_name, table.name): table for table in catalogue.tables}
    return {
        place: Linked(names[row.id], tables[place], PhysicalTable.model_validate(row.physical))
        for place, row in known.items()
        if place in tables and row.id in names
    }


def _guess(row: DatasetRow, one: Sampled) -> InferredDataset:
    """What the sample says, corrected by what the catalogue knows: a sample proves no key."""
    guess = infer(row.id, row.name, row.label, one.profile)
    fields = {column.column: column.field for column in one.physical.columns}
    facts = {column.name: column for column in one.table.columns}
    keys = {fields[name] for name in one.table.primary_key if name in fields}
    pointing = {fields[link.columns[0]] for link in one.table.foreign_keys if link.columns[0] in fields}
    by_field = {column.field: facts[column.column] for column in one.physical.columns}
    unique = {fields[names[0]] for names in one.table.unique if len(names) == 1 and names[0] in fields}
    zero_dates = {column.field for column in one.physical.columns if column.zero_dates}
    corrected = tuple(
        field.model_copy(
            update={
                "role": FieldRole.KEY if field.name in keys | pointing else field.role,
                "nullable": by_field[field.name].nullable or field.name in zero_dates,
                "description": by_field[field.name].comment[:2_000],
                "distinct_count": None,
                # A sample proves that a value occurs twice, never that none does.
                "unique": True if field.name in unique else False if field.unique is False else None,
            }
        )
        for field in guess.dataset.fields
    )
    whole = len(one.table.primary_key) == len(keys)
    dataset = guess.dataset.model_copy(
        update={
            "fields": corrected,
            "primary_key": tuple(fields[name] for name in one.table.primary_key) if keys and whole else (),
            "description": one.table.comment[:2_000],
        }
    )
    roles = {field.name: field.role for field in corrected}
    metrics = tuple(
        metric
        for metric in guess.metrics
        if metric.field is None or roles.get(metric.field) is FieldRole.MEASURE
    )
    return InferredDataset(dataset, metrics)
