"""Checks of the data warehouse: both addresses answer, one may make schemas, the other can do nothing but
read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from answerable.cli.doctor.finding import Finding, Level
from answerable.data.engines.external.engine import ExternalEngine
from answerable.data.engines.external.errors import ConnectionFailed
from answerable.data.warehouse.address import READ_URL, URL
from answerable.data.warehouse.repository import may_make_schemas
from answerable.data.warehouse.service import Warehouse
from answerable.kit.errors import AnswerableError
from answerable.kit.settings import Settings

_ADVICE = (
    f"Check {URL} and {READ_URL}: host, database, role, password and sslmode. Datasets with the engine "
    "`postgresql` can be neither written nor asked until then."
)


def check_warehouse(settings: Settings) -> Iterator[Finding]:
    """A line for who writes and one for who reads; nothing where no warehouse is set up."""
    subject = "Data warehouse"
    if settings.warehouse.url is None:
        if settings.warehouse.read_url is not None:
            detail = f"{READ_URL} is set, and {URL} is not"
            yield Finding(subject, Level.FAIL, detail, "Name the address to write to as well.")
        return
    for asked, what in ((_writing, "writes"), (_reading, "reads")):
        try:
            yield Finding(subject, Level.OK, asyncio.run(asked(settings)))
        except AnswerableError as failure:
            yield Finding(subject, Level.FAIL, f"whoever {what}: {_why(failure)}", _ADVICE)


async def _writing(settings: Settings) -> str:
    warehouse, engine = _opened(settings)
    try:
        writing = warehouse.writing
        may = await may_make_schemas(writing)
    finally:
        await engine.close()
    if not may:
        raise _may_not(writing.role, writing.database)
    return f"{writing.role} writes to {writing.database} at {writing.host}"


async def _reading(settings: Settings) -> str:
    warehouse, engine = _opened(settings)
    try:
        facts, reading = await warehouse.check_reader(), warehouse.reading
    finally:
        await engine.close()
    return f"{facts.role.name} reads {reading.database} at {reading.host} ({facts.product}), and cannot write"


def _opened(settings: Settings) -> tuple[Warehouse, ExternalEngine]:
    engine = ExternalEngine(settings.connections, settings.query)
    return Warehouse(settings.warehouse, engine), engine


def _why(failure: AnswerableError) -> str:
    """What the server itself said, which only its operator is told. No password is in it."""
    cause = failure.__cause__
    if isinstance(cause, ConnectionFailed):
        return cause.detail
    said = str(cause).strip().splitlines() if cause is not None else []
    return said[0] if said else failure.detail


def _may_not(role: str, database: str) -> AnswerableError:
    return AnswerableError(f"{role} may make no schemas: GRANT CREATE ON DATABASE {database} TO {role}")
