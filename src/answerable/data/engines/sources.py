"""Where the rows lie that a statement reads."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.data.connections.live import LiveTable
from answerable.data.datasets.errors import DatasetNotReady
from answerable.data.engines.compiler import Compiled
from answerable.data.engines.dialects.tables import PhysicalTable
from answerable.data.engines.repository import ReadyTable
from answerable.data.engines.snapshot import DataSnapshot
from answerable.data.engines.statements import apart, one_connection


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the rows lie that a statement reads, by the names of its datasets: all in versions of ours, or
    all in one connected database."""

    files: dict[str, ReadyTable]
    live: dict[str, LiveTable]

    @property
    def warehouse(self) -> dict[str, PhysicalTable]:
        """The tables of the warehouse, where all that is read has one; else none, and the Parquet files,
        which every version has, are read together."""
        found = {name: table.physical for name, table in self.files.items()}
        return {n: t for n, t in found.items() if t is not None} if None not in found.values() else {}

    @property
    def versions(self) -> dict[str, int]:
        """The version of each dataset, by its id."""
        found = {table.dataset_id: table.version for table in self.files.values()}
        return found | {table.dataset_id: table.structure for table in self.live.values()}

    @property
    def read(self) -> set[str]:
        """The datasets that are read, by name."""
        return {*self.files, *self.live}

    @property
    def moments(self) -> tuple[tuple[str, int], ...]:
        """When each connected database is to be asked anew."""
        return tuple(sorted({(t.connection.id, t.connection.moment) for t in self.live.values()}))


def sources_of(data: DataSnapshot, compiled: Compiled) -> Sources:
    """Raises DatasetNotReady, and InvalidQuery where no single engine has all the rows."""
    ids = {d.name: d.id for d in data.model.datasets if d.name in compiled.datasets}
    files = {name: data.ready[id_] for name, id_ in ids.items() if id_ in data.ready}
    live = {name: data.live[id_] for name, id_ in ids.items() if id_ in data.live}
    missing = [name for name in ids if name not in files and name not in live]
    if missing:
        raise DatasetNotReady(f"{', '.join(missing)} has no data yet. Ask again when it is ready.")
    if files and live:
        raise apart(
            f"{', '.join(sorted(live))} lies in a connected database and {', '.join(sorted(files))} not"
        )
    if live:
        one_connection(live)
    return Sources(files, live)
