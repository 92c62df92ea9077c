"""The warehouse as the rest sees it: statements over its tables, and whether it is as it must be."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlglot import exp

from answerable.data.engines.dialects.tables import PhysicalColumn, PhysicalTable, Storage, Traits
from answerable.data.engines.dialects.translate import translate
from answerable.data.engines.errors import QueryFailed
from answerable.data.engines.external.catalogue import ServerFacts
from answerable.data.engines.external.engine import ExternalEngine, ExternalRows, Reader
from answerable.data.engines.external.errors import ConnectionFailed
from answerable.data.engines.external.place import Place
from answerable.data.engines.query_limits.bounds import NO_LIMITS, QueryLimits
from answerable.data.semantics.model import FieldType
from answerable.data.semantics.result import Cell, Column, Estimate
from answerable.data.warehouse import repository
from answerable.data.warehouse.address import (
    READ_URL,
    Address,
    reading_address,
    writing_address,
)
from answerable.data.warehouse.errors import WarehouseUnavailable, WarehouseUnfit
from answerable.data.warehouse.repository import schema_of
from answerable.kit.errors import AnswerableError
from answerable.kit.settings import WarehouseSettings

log = logging.getLogger(__name__)

NOT_SET_UP = "This server has no data warehouse. Its operator names one in ANSWERABLE_WAREHOUSE__URL."


class Warehouse:
    """The database that datasets with the engine `postgresql` lie in. Nothing is connected to before it is
    needed."""

    def __init__(self, settings: WarehouseSettings, engine: ExternalEngine) -> None:
        self._settings = settings
        self._engine = engine
        self._traits: Traits | None = None
        self._place: tuple[Address, Place] | None = None

    @property
    def is_set_up(self) -> bool:
        """Whether the settings name one."""
        return self._settings.url is not None

    @property
    def writing(self) -> Address:
        """Who writes, where. Raises WarehouseUnfit."""
        return _required(writing_address(self._settings))

    @property
    def reading(self) -> Address:
        """Who reads, where. Raises WarehouseUnfit."""
        return _required(reading_address(self._settings))

    @property
    def replica_seconds(self) -> float:
        """How long a new table waits for the reading address to show it."""
        return self._settings.replica_seconds

    async def check_reader(self) -> ServerFacts:
        """What the reading address is, once it answers and its role can do nothing but read; a role of our
        own is made where it is missing. Raises WarehouseUnfit, WarehouseUnavailable."""
        reading = self.reading
        reader = await self._reader("")
        try:
            facts = await self._engine.facts(reader)
        except ConnectionFailed as failure:
            self._place = None
            if not reading.own_role or failure.code != "connection_authentication":
                raise typed(failure) from failure
            await repository.make_reader(self.writing, reading)
            facts = await self._facts(reader)
        _require_reader(facts, reading)
        self._traits = facts.traits
        return facts

    async def _facts(self, reader: Reader) -> ServerFacts:
        try:
            return await self._engine.facts(reader)
        except ConnectionFailed as failure:
            raise typed(failure) from failure

    async def traits(self) -> Traits:
        """What statements are translated for. Raises as `check_reader`."""
        if self._traits is None:
            await self.check_reader()
        assert self._traits is not None
        return self._traits

    async def run(
        self, owner: str, sql: str, columns: Sequence[Column], *, limits: QueryLimits = NO_LIMITS
    ) -> ExternalRows:
        """The rows of a checked statement for a workspace within its `limits`, as the role that reads, in a
        read-only transaction with a limit of time. Raises as `ExternalEngine.run`, with WarehouseUnavailable
        and WarehouseUnfit."""
        try:
            return await self._engine.run(await self._reader(owner), sql, columns, limits=limits)
        except ConnectionFailed as failure:
            self._place = None  # the name may lead elsewhere by now
            raise typed(failure) from failure

    async def estimate(self, owner: str, sql: str, *, limits: QueryLimits = NO_LIMITS) -> Estimate:
        """What it would read. Raises as `run`."""
        try:
            return await self._engine.estimate(await self._reader(owner), sql, limits=limits)
        except ConnectionFailed as failure:
            self._place = None
            raise typed(failure) from failure

    async def _reader(self, owner: str) -> Reader:
        """Who reads for a workspace. The same address of several that a name may have: a process is kept for
        each."""
        reading = self.reading
        if self._place is None or self._place[0] != reading:
            self._place = (reading, await reading.place())
        return Reader(owner, self._place[1])

    async def first_rows(self, owner: str, table: PhysicalTable, limit: int) -> list[list[Cell]]:
        """The first rows of a table, in the order in which they were written. Raises as `run`."""
        columns = [Column(name=c.field, label=c.field, type=c.type, kind="value") for c in table.columns]
        traits = await self.traits()
        tree = exp.Select().from_(exp.table_("table", quoted=True)).limit(limit)
        tree = tree.select(*(exp.column(c.field, table="table", quoted=True) for c in table.columns))
        sql = translate(tree, {"table": table}, traits, time_zone="UTC")
        return (await self.run(owner, sql, columns)).rows

    async def drop_tables(self, workspace_id: str, tables: Collection[str]) -> None:
        """Drop some of a workspace's tables; what is gone already is no error."""
        await repository.drop_tables(self.writing, schema_of(workspace_id), tables)

    async def drop_attempts(
        self, workspace_id: str, version_id: str, *, first: int = 0, last: int | None = None
    ) -> None:
        """Drop what attempts at an upload have written: those from a number to another, or all."""
        schema = schema_of(workspace_id)
        found = [n for n in await repository.tables_in(self.writing, schema) if upload_of(n) == version_id]
        gone = [n for n in found if first <= _attempt_of(n) and (last is None or _attempt_of(n) <= last)]
        await repository.drop_tables(self.writing, schema, gone)


def table_name(version_id: str, attempt: int, position: int) -> str:
    """What one attempt calls the table that it makes of an upload's: a late one never touches another's."""
    return f"{version_id}_{attempt}_{position}"


def upload_of(table: str) -> str:
    """The version whose upload a table was made of."""
    return table.rsplit("_", 2)[0]


def _attempt_of(table: str) -> int:
    return int(table.rsplit("_", 2)[1])


def physical_table(
    workspace_id: str, relation: str | None, columns: Sequence[Mapping[str, Any]]
) -> PhysicalTable | None:
    """A version's table as statements read it; None for one that has none. `columns`: their `name`, `type`
    and whether they are `instant`, as the version keeps them."""
    if relation is None:
        return None
    return PhysicalTable(
        schema_name=schema_of(workspace_id),
        table=relation,
        columns=tuple(
            PhysicalColumn(
                field=c["name"],
                column=c["name"],
                type=FieldType(c["type"]),
                storage=Storage.INSTANT if c.get("instant") else Storage.PLAIN,
            )
            for c in columns
        ),
    )


def typed(failure: ConnectionFailed) -> AnswerableError:
    """A failure as those are told of it who did not set the warehouse up: what it says of places stays in the
    log."""
    log.warning("warehouse.failed", extra={"code": failure.code, "reason": failure.detail})
    if failure.code == ConnectionFailed.code:
        return QueryFailed(failure.detail)  # the statement's own
    if failure.code in ("connection_lock_wait", "connection_replica_conflict"):
        return WarehouseUnavailable(
            "The data warehouse is changing the dataset's table. Try again in a moment."
        )
    if failure.code in ("connection_gone", "connection_forbidden"):
        return WarehouseUnfit(
            "The data warehouse does not show the dataset's table to the role that reads. Its operator finds "
            "out why with 'answerable verify'."
        )
    if failure.code in ("connection_unreachable", "connection_stopped"):
        return WarehouseUnavailable("The data warehouse does not answer. Try again in a moment.")
    return WarehouseUnfit(
        "The data warehouse does not let the role in that reads. Its operator finds out why with "
        "'answerable doctor'."
    )


def _required(address: Address | None) -> Address:
    if address is None:
        raise WarehouseUnfit(NOT_SET_UP)
    return address


def _require_reader(facts: ServerFacts, reading: Address) -> None:
    role = facts.role
    if not (role.superuser or role.can_write):
        return
    could = "is a superuser" if role.superuser else f"could {'; '.join(role.can_write[:3])}"
    made = "" if reading.own_role else ", or leave it out, and one is made"
    # Tables of other workspaces are named in it: it is for the operator alone.
    told = ConnectionFailed(f"The role {role.name} {could}. Name one in {READ_URL} that only reads{made}.")
    log.warning("warehouse.reader_writes", extra={"reason": told.detail})
    raise WarehouseUnfit(
        "The role that reads the data warehouse can do more than read, so it is not used. Its operator finds "
        "out more with 'answerable doctor'."
    ) from told
