"""Rows of a table or a query as documents: PostgreSQL, MySQL and SQLite, read only."""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Literal, Self

import sqlglot
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from sqlalchemy import ColumnClause, FromClause, Row, Select, column, func, select, table, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.expression import quoted_name
from sqlglot import exp

from answerable.knowledge.sources.connectors.sql_engines import SqlServer, open_engine
from answerable.plugins.connectors import ConnectorContext, ConnectorFailure, Content, Item

_ROWS_AT_ONCE = 200


class SqlConfig(BaseModel):
    """Where the rows are, and which columns make a document of one."""

    model_config = ConfigDict(extra="forbid")

    dialect: Literal["postgresql", "mysql", "sqlite"] = Field(description="What speaks SQL there.")
    host: str | None = Field(None, max_length=255, description="The server; not for SQLite.")
    port: int | None = Field(None, ge=1, le=65_535, description="Its port; the usual one when unset.")
    database: str = Field(
        max_length=1_000,
        description="The database's name; for SQLite the file, below a folder that the operator allows.",
    )
    username: str | None = Field(None, max_length=200, description="Who reads.")
    password: SecretStr | None = Field(None, description="The password.")
    tls: bool = Field(True, description="Whether the connection must be encrypted; not for SQLite.")
    table: str | None = Field(None, max_length=200, description="A table or view, `schema.table` too.")
    query: str | None = Field(None, max_length=20_000, description="One SELECT, in place of a table.")
    id_column: str = Field("id", max_length=200, description="Unique: whole numbers, text or UUIDs.")
    title_column: str | None = Field(None, max_length=200, description="A document's title.")
    text_columns: list[str] = Field(
        min_length=1, max_length=50, description="Its text; several are written as `name: value` paragraphs."
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.table is None) == (self.query is None):
            raise ValueError("name either a table or a query")
        if self.dialect != "sqlite" and not self.host:
            raise ValueError("name the host")
        if self.query is not None:
            _check_query(self.query, self.dialect)
        return self


def _check_query(query: str, dialect: str) -> None:
    try:
        statements = sqlglot.parse(query, dialect="postgres" if dialect == "postgresql" else dialect)
    except sqlglot.errors.SqlglotError as error:
        raise ValueError("the query cannot be read as SQL") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise ValueError("the query must be one SELECT")


class SqlConnector:
    """Reads rows in the order of their ids, a page of them in each short connection. A row's version
    is the digest of what becomes of it."""

    kind = "sql"
    summary = "Rows of a table or query in PostgreSQL, MySQL or SQLite"
    config = SqlConfig

    def snapshot(self, config: SqlConfig) -> bool:
        """All rows are read."""
        del config
        return True

    async def check(self, config: SqlConfig, context: ConnectorContext) -> None:
        """The columns are there, and the first row makes a document."""
        engine = await _engine(config, context)
        for row in (await asyncio.to_thread(_page, engine, config, None))[:1]:
            _item(row, config)

    async def count(self, config: SqlConfig, context: ConnectorContext) -> int:
        """The rows, as the database counts them."""
        return await asyncio.to_thread(_count, await _engine(config, context), config)

    async def changes(
        self, config: SqlConfig, cursor: str | None, context: ConnectorContext
    ) -> AsyncIterator[Item]:
        """Every row after an id."""
        engine = await _engine(config, context)
        while True:
            rows = await asyncio.to_thread(_page, engine, config, cursor)
            for row in rows:
                item = _item(row, config)
                yield item
                cursor = item.cursor
            if len(rows) < _ROWS_AT_ONCE:
                return


async def _engine(config: SqlConfig, context: ConnectorContext) -> Engine:
    password = config.password.get_secret_value() if config.password is not None else None
    server = SqlServer(
        config.dialect, config.host, config.port, config.database, config.username, password, config.tls
    )
    return await open_engine(server, context)


def _rows(config: SqlConfig) -> FromClause:
    names = [config.id_column, *([config.title_column] if config.title_column else []), *config.text_columns]
    columns: list[ColumnClause[object]] = [
        column(quoted_name(name, quote=True)) for name in dict.fromkeys(names)
    ]
    if config.query is not None:
        # A colon in somebody's query is no parameter of ours.
        inner = text(config.query.strip().rstrip(";").replace("\\", "\\\\").replace(":", "\\:"))
        return inner.columns(*columns).subquery("rows_of_source")
    schema, _, name = (config.table or "").rpartition(".")
    return table(name, *columns, schema=schema or None)


def _statement(config: SqlConfig, cursor: str | None) -> Select[*tuple[object, ...]]:
    place = _rows(config)
    chosen = select(*place.c)
    key = place.c[config.id_column]
    if cursor is not None:
        chosen = chosen.where(key > _position(cursor))
    return chosen.order_by(key).limit(_ROWS_AT_ONCE)


def _count(engine: Engine, config: SqlConfig) -> int:
    ((number,),) = _fetched(engine, select(func.count()).select_from(_rows(config)))
    return int(str(number))


def _page(engine: Engine, config: SqlConfig, cursor: str | None) -> list[Row[*tuple[object, ...]]]:
    return _fetched(engine, _statement(config, cursor))


def _fetched(engine: Engine, statement: Select[*tuple[object, ...]]) -> list[Row[*tuple[object, ...]]]:
    try:
        with engine.connect() as connection:
            return list(connection.execute(statement))
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        message = " ".join(str(cause).split())[:300]
        raise ConnectorFailure("database", f"The database says: {message}", retryable=True) from error


def _cursor(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str | uuid.UUID):
        raise ConnectorFailure("bad_id", "The id column must hold whole numbers, text or UUIDs, none empty.")
    return json.dumps([type(value).__name__, value if isinstance(value, int) else str(value)])


def _position(cursor: str) -> object:
    kind, value = json.loads(cursor)
    return uuid.UUID(value) if kind == "UUID" else value


def _item(row: Row[*tuple[object, ...]], config: SqlConfig) -> Item:
    values = row._mapping
    key = values[config.id_column]
    cursor = _cursor(key)
    title = str(values[config.title_column] or "") if config.title_column else ""
    data = _text(values, config).encode("utf-8", "replace")
    digest = hashlib.sha256(json.dumps(title).encode() + data).hexdigest()

    async def chunks() -> AsyncIterator[bytes]:
        yield data

    async def fetch(_known: str | None) -> Content | None:
        return Content(chunks(), f"{key}.txt")

    return Item(str(key), title=title or None, fetch=fetch, version=digest, cursor=cursor)


def _text(values: object, config: SqlConfig) -> str:
    texts = [(name, _shown(values[name])) for name in config.text_columns]  # type: ignore[index]
    if len(texts) == 1:
        return texts[0][1]
    return "\n\n".join(f"{name}: {value}" for name, value in texts if value)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return value.isoformat() if isinstance(value, datetime) else str(value)
