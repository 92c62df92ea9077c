"""The two addresses of the warehouse: who writes to it, and who reads from it, where."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from answerable.data.engines.dialects.tables import DialectName
from answerable.data.engines.external.place import Place
from answerable.data.warehouse.errors import WarehouseUnavailable, WarehouseUnfit
from answerable.kit.outbound import OutboundFailure
from answerable.kit.outbound.address import checked_addresses
from answerable.kit.settings import WarehouseSettings

URL, READ_URL = "ANSWERABLE_WAREHOUSE__URL", "ANSWERABLE_WAREHOUSE__READ_URL"
CONNECT_SECONDS = 10
_PORT = 5432
_TLS = {"verify-full": "verify", "require": "require", "disable": "off"}
_READER = "answerable_reader"


@dataclass(frozen=True, slots=True)
class Address:
    """A role at a database. `setting` names where it comes from; `options` is what else the address says to
    the PostgreSQL client; `own_role` is set for the reading role that this system makes itself."""

    setting: str
    host: str
    port: int
    database: str
    role: str
    password: str = field(repr=False)
    tls: str
    certificates: str | None = None
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    own_role: bool = False

    def parameters(self) -> dict[str, str | int]:
        """What the PostgreSQL client of this process connects with."""
        # A server that is gone without a word is noticed, also by a COPY that only sends.
        watched = {"keepalives_idle": 20, "keepalives_interval": 10, "tcp_user_timeout": 60_000}
        given: dict[str, str | int] = {
            **watched,
            **self.options,
            "host": self.host,
            "port": self.port,
            "dbname": self.database,
            "user": self.role,
            "password": self.password,
            "sslmode": self.tls,
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "answerable",
            "passfile": "/dev/null",
        }
        if self.tls == "verify-full":
            given["sslrootcert"] = self.certificates or "system"
        return given

    async def place(self) -> Place:
        """The same for the process that runs questions. Raises WarehouseUnfit, WarehouseUnavailable."""
        if self.host.startswith("/"):
            raise WarehouseUnfit(
                f"{self.setting} names a socket. Questions reach the warehouse over TCP: name a host."
            )
        try:
            addresses = await checked_addresses(self.host, self.port, allow_private=True)
        except OutboundFailure as failure:
            raise WarehouseUnavailable("The data warehouse's name leads nowhere. Try again.") from failure
        return Place(
            dialect=DialectName.POSTGRESQL,
            host=self.host,
            address=addresses[0],
            port=self.port,
            database=self.database,
            username=self.role,
            password=self.password,
            tls=_TLS[self.tls],
            ca=_certificates(self),
        )


def writing_address(settings: WarehouseSettings) -> Address | None:
    """The address to write to; None where there is no warehouse. Raises WarehouseUnfit for a text that is no
    address."""
    return None if settings.url is None else _read(settings.url, URL)


def reading_address(settings: WarehouseSettings) -> Address | None:
    """The address to read from: the one that is set, else the one to write to as a role that this system
    makes. Raises WarehouseUnfit for a text that is no address."""
    if settings.read_url is not None and settings.url is not None:
        return _read(settings.read_url, READ_URL)
    writing = writing_address(settings)
    if writing is None:
        return None
    # As the system's own database does it: all processes agree on it without talking to each other.
    mark = _derived(writing, b"answerable warehouse reader's name").hex()[:8]
    password = base64.urlsafe_b64encode(_derived(writing, b"answerable warehouse reader")).decode()
    return replace(writing, role=f"{_READER}_{mark}", password=password.rstrip("="), own_role=True)


def _derived(address: Address, purpose: bytes) -> bytes:
    return hmac.new(address.password.encode(), purpose, hashlib.sha256).digest()


def _read(url: SecretStr, setting: str) -> Address:
    try:
        given = {k: str(v) for k, v in conninfo_to_dict(url.get_secret_value()).items() if v is not None}
        missing = [name for name in ("host", "dbname", "user", "password") if not given.get(name)]
        port = int(given.pop("port", _PORT))
    except (psycopg.Error, ValueError):
        raise _no_address(setting) from None  # the client's words repeat the text, with the password in it
    if missing:
        raise _no_address(setting)
    tls = given.pop("sslmode", "verify-full")
    if tls not in _TLS:
        raise WarehouseUnfit(f"{setting}: sslmode is one of {', '.join(_TLS)}.")
    root = given.pop("sslrootcert", None)
    return Address(
        setting=setting,
        host=given.pop("host"),
        port=port,
        database=given.pop("dbname"),
        role=given.pop("user"),
        password=given.pop("password"),
        tls=tls,
        certificates=None if root == "system" else root,
        options=given,
    )


def _no_address(setting: str) -> WarehouseUnfit:
    return WarehouseUnfit(f"{setting} is no address: write postgresql://role:password@host/database.")


def _certificates(address: Address) -> str | None:
    if address.certificates is None:
        return None
    try:
        return Path(address.certificates).read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise WarehouseUnfit(f"{address.setting}: the file of sslrootcert cannot be read.") from error
