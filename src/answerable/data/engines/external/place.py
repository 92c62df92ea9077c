"""Where a database is, as its child process gets it: the address was checked before."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from answerable.data.engines.dialects.tables import DialectName


class Place(BaseModel):
    """A server at a checked address, or a file. `ca` is a certificate authority's in PEM; `tls`: `verify`
    checks the server's name too, `require` encrypts alone, `off` neither. `driver` is a SQLAlchemy dialect
    that opens it in place of our own driver."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dialect: DialectName
    driver: str | None = None
    host: str = ""
    address: str = ""
    port: int = 0
    database: str
    username: str = ""
    password: str = ""
    tls: str = "verify"
    ca: str | None = None

    @property
    def is_file(self) -> bool:
        """Whether it is a file rather than a server."""
        return self.dialect in (DialectName.SQLITE, DialectName.DUCKDB) and not self.address

    def __repr__(self) -> str:
        return f"Place({self.dialect} at {self.host or self.database})"

    __str__ = __repr__

    def payload(self) -> dict[str, Any]:  # Any: what JSON carries
        """As the child gets it."""
        return self.model_dump(mode="json")
