"""What is said of a database to reach it; the password apart."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from answerable.data.engines.dialects.tables import DialectName

PORTS = {DialectName.POSTGRESQL: 5432, DialectName.MYSQL: 3306}
_FILES = (DialectName.SQLITE, DialectName.DUCKDB)


class ConnectionConfig(BaseModel):
    """Where a database is, who reads it, and how fresh its results must be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dialect: DialectName = Field(description="What is spoken there; MariaDB speaks `mysql`.")
    driver: str | None = Field(
        None,
        max_length=60,
        pattern=r"^[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)?$",
        description="A SQLAlchemy dialect that is installed here, as `name` or `name+driver`, which opens "
        "the database in place of our own driver; `dialect` says what it speaks.",
    )
    host: Annotated[str, Field(max_length=255)] = Field("", description="The server; not for files.")
    port: int | None = Field(None, ge=1, le=65_535, description="Its port; the usual one when unset.")
    database: str = Field(
        min_length=1,
        max_length=1_000,
        description="The database's name; for SQLite and DuckDB the file, below a folder that the operator "
        "allows.",
    )
    username: str = Field("", max_length=200, description="The role that reads.")
    tls: Literal["verify", "require", "off"] = Field(
        "verify", description="`verify` checks the server's certificate and name, `require` encrypts alone."
    )
    ca: str | None = Field(
        None, max_length=100_000, description="The certificate authority in PEM, if it is not a public one."
    )
    accept_writing_role: bool = Field(
        False, description="Take a role that could write, too; nothing is written all the same."
    )
    fresh_seconds: int = Field(
        30, ge=0, le=86_400, description="How long a result is shown again without asking the database."
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.is_file and not self.host:
            raise ValueError("name the host")
        if not self.is_file and self.dialect in _FILES and self.port is None:
            raise ValueError("name the port")
        if any("\x00" in text for text in (self.host, self.database, self.username, self.ca or "")):
            raise ValueError("leave out the NUL character")
        return self

    @property
    def is_file(self) -> bool:
        """Whether it is a file rather than a server."""
        return self.dialect in _FILES and not (self.driver and self.host)
