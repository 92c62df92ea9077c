"""Sessions: one transaction each, opened for one principal.

The tenant is set with `SET LOCAL`, a statement of its own that no SELECT can smuggle in, and
ends with the transaction, so pooled connections and transaction poolers carry nothing over.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from answerable.kit import ids
from answerable.kit.principal import Principal


class Session(AsyncSession):
    """A database session that knows for whom it acts."""

    @property
    def principal(self) -> Principal:
        """The principal that the transaction was opened for."""
        principal: Principal = self.info["principal"]
        return principal

    @property
    def workspace_id(self) -> str:
        """The workspace of the principal; a programming error when there is none."""
        workspace_id = self.principal.workspace_id
        if workspace_id is None:
            raise RuntimeError("this work needs a principal with a workspace")
        return workspace_id

    async def act_as(self, principal: Principal) -> None:
        """Go on in the same transaction as this principal, once it is known who acts.

        Settings that the new principal lacks keep their values. Those that it shares with the one
        before cost no round trip.
        """
        self.info["principal"] = principal
        done: dict[str, str] = self.info.setdefault("settings", {})
        for statement in tenant_statements(principal):
            name = statement.partition("=")[0]
            if done.get(name) != statement:
                await self.execute(text(statement))
                done[name] = statement


class Database:
    """An engine with a bounded pool, for the app's own unprivileged role."""

    def __init__(
        self, url: str, *, pool_size: int = 10, max_overflow: int = 0, statement_timeout_ms: int = 60_000
    ) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_pre_ping=True,
            hide_parameters=True,  # an error's text reaches the log; people's data must not
            connect_args={
                # Server-side prepared statements do not survive transaction poolers.
                "prepare_threshold": None,
                "options": f"-c statement_timeout={statement_timeout_ms} -c timezone=UTC",
            },
        )
        self._sessions = async_sessionmaker(self.engine, class_=Session, expire_on_commit=False)

    @asynccontextmanager
    async def begin(self, principal: Principal) -> AsyncIterator[Session]:
        """One transaction for one principal: committed at the end, rolled back on any error."""
        async with self._sessions() as session, session.begin():
            await session.act_as(principal)
            yield session

    async def close(self) -> None:
        """Close every pooled connection."""
        await self.engine.dispose()


def sqlalchemy_url(url: str) -> str:
    """A libpq URL (`postgresql://…`) with the driver that SQLAlchemy wants to be told."""
    scheme, separator, rest = url.partition("://")
    if separator and scheme in {"postgresql", "postgres"}:
        return f"postgresql+psycopg://{rest}"
    return url


def tenant_statements(principal: Principal) -> list[str]:
    """The `SET LOCAL`s that open the principal's window in the tenant wall.

    SET takes no parameters; every value is rebuilt from decoded bytes, never passed through.
    """
    statements = []
    if principal.workspace_id is not None:
        workspace = ids.decode("ws", principal.workspace_id) or ids.NIL
        statements.append(f"SET LOCAL answerable.workspace_id = '{workspace}'")
    if principal.user_id is not None:
        user = ids.decode("usr", principal.user_id) or ids.NIL
        statements.append(f"SET LOCAL answerable.user_id = '{user}'")
    if principal.key_hash is not None:
        statements.append(f"SET LOCAL answerable.key_hash = '{principal.key_hash.hex()}'")
    return statements
