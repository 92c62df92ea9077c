"""What `/connections` carries. The password goes in and never comes out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from answerable.data.connections.config import ConnectionConfig
from answerable.data.connections.service import NewConnection
from answerable.data.connections.tables import ConnectionRow
from answerable.data.datasets.tables import DatasetRow
from answerable.data.engines.dialects.tables import PhysicalTable
from answerable.data.engines.external.catalogue import Catalogue, CatalogueTable, DatabaseRole, ServerFacts
from answerable.data.semantics.model import FieldType

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]
Password = Annotated[SecretStr, Field(max_length=2_000)]


class ConnectionCheckIn(ConnectionConfig):
    """A configuration to try."""

    password: Password | None = Field(None, description="Kept encrypted, never shown.")

    def own_config(self) -> ConnectionConfig:
        """The configuration without the password."""
        return ConnectionConfig(**{name: getattr(self, name) for name in ConnectionConfig.model_fields})

    def secret(self) -> str:
        """The password, or nothing."""
        return self.password.get_secret_value() if self.password is not None else ""


class ConnectionIn(ConnectionCheckIn):
    """A database to connect."""

    name: Name

    def new(self) -> NewConnection:
        """As the service takes it."""
        return NewConnection(self.name, self.own_config(), self.secret())


FactCode = Literal["role_writes", "no_time_zones"]


class FactsView(BaseModel):
    """What a test found: the product, and what the role could do besides reading. `codes` are for programs
    what `warnings` say in words, in the same order."""

    product: str
    role: DatabaseRole
    warnings: list[str]
    codes: list[FactCode] = []

    @classmethod
    def of(cls, facts: ServerFacts) -> FactsView:
        """As HTTP carries it."""
        warnings: list[str] = []
        codes: list[FactCode] = []
        if facts.role.superuser or facts.role.can_write:
            codes.append("role_writes")
            warnings.append(f"The role {facts.role.name} could write. Make one that only reads.")
        if not facts.traits.named_zones:
            codes.append("no_time_zones")
            warnings.append(
                "The server has no tables of time zones, so columns of the type TIMESTAMP can be read in UTC "
                "alone. Load them with mysql_tzinfo_to_sql."
            )
        return cls(product=facts.product, role=facts.role, warnings=warnings, codes=codes)


class ConnectionView(BaseModel):
    """A connection, without its secret."""

    id: str
    name: str
    config: ConnectionConfig
    has_password: bool
    facts: FactsView
    tested_at: datetime
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: ConnectionRow) -> ConnectionView:
        """As HTTP carries it."""
        return cls(
            id=row.id,
            name=row.name,
            config=ConnectionConfig.model_validate(row.config),
            has_password=row.sealed is not None,
            facts=FactsView.of(ServerFacts.model_validate(row.facts)),
            tested_at=row.tested_at,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class TableColumn(BaseModel):
    """A column; `type` is null for one that no question can be asked of."""

    name: str
    native_type: str
    type: FieldType | None
    nullable: bool


class TableView(BaseModel):
    """A table of a connected database, and the dataset made of it, if there is one."""

    name: str = Field(description="`schema.table`, by which it is imported.")
    view: bool
    rows: int | None = Field(description="The database's own estimate.")
    columns: list[TableColumn]
    primary_key: list[str]
    dataset_id: str | None


class TablesView(BaseModel):
    """The tables that the role may read. `cut`: there are more than are listed."""

    items: list[TableView]
    cut: bool

    @classmethod
    def of(cls, catalogue: Catalogue, datasets: Sequence[DatasetRow]) -> TablesView:
        """As HTTP carries it."""
        made = {}
        for row in datasets:
            table = PhysicalTable.model_validate(row.physical)
            made[(table.schema_name, table.table)] = row.id
        items = [_table(table, made.get((table.schema_name, table.name))) for table in catalogue.tables]
        return cls(items=items, cut=catalogue.cut)


def _table(table: CatalogueTable, dataset_id: str | None) -> TableView:
    return TableView(
        name=table.full_name,
        view=table.view,
        rows=table.rows,
        columns=[
            TableColumn(name=c.name, native_type=c.native_type, type=c.type, nullable=c.nullable)
            for c in table.columns
        ],
        primary_key=list(table.primary_key),
        dataset_id=dataset_id,
    )


class ImportIn(BaseModel):
    """Which tables become datasets; those that are, are brought up to date."""

    model_config = ConfigDict(extra="forbid")

    tables: Annotated[list[str], Field(min_length=1, max_length=200)]


class ImportJob(BaseModel):
    """The job that imports."""

    id: str


class ImportStarted(BaseModel):
    """An import that was started."""

    job: ImportJob
