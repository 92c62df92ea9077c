"""What a query may cost: the workspace's limits where it has some, else and at most the server's."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.data.engines.errors import QueryTimeout, QueryTooLarge
from answerable.kit.errors import FieldError
from answerable.kit.settings import QuerySettings

_RAISE = "Ask an owner or admin to raise its {name}, or narrow the period."


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What a workspace lets one query read, as estimated before it runs, and how many seconds it may take;
    None: as the server is set. Never more than that, also where the server's limits were lowered since."""

    max_scan_rows: int | None = None
    max_scan_bytes: int | None = None
    timeout_seconds: float | None = None

    def scans(self, server: QuerySettings) -> dict[str, int]:
        """How many `rows` and `bytes` a statement may read, as `hold_against_limits` takes it."""
        return {
            "rows": _least(self.max_scan_rows, server.max_scan_rows),
            "bytes": _least(self.max_scan_bytes, server.max_scan_bytes),
        }

    def seconds(self, server: QuerySettings) -> float:
        """How long a statement may take."""
        own = self.timeout_seconds
        return server.timeout_seconds if own is None else min(own, server.timeout_seconds)

    def too_large(self, server: QuerySettings, unit: str, estimate: int) -> QueryTooLarge:
        """The refusal of a statement that would read so many rows or bytes (`unit`)."""
        name, most = f"max_scan_{unit}", self.scans(server)[unit]
        reads = f"It would read about {estimate:,} {unit}"
        over = FieldError(
            name,
            f"{estimate:,} {unit} are above {most:,}",
            code="above_limit",
            arguments={"estimate": estimate, "limit": most},
        )
        if most == getattr(server, name):
            words = f"{reads}; at most {most:,} are allowed. Choose a shorter period or fewer tables."
            return QueryTooLarge(words, errors=[over])
        words = f"{reads}; this workspace lets a query read at most {most:,}. {_RAISE.format(name=name)}"
        return QueryTooLarge(words, errors=[over], reason="workspace_scan_limit")

    def too_slow(self, server: QuerySettings) -> QueryTimeout:
        """The refusal of a statement that took too long, and was stopped."""
        most = self.seconds(server)
        if most == server.timeout_seconds:
            return QueryTimeout(
                "The query took too long and was stopped. Choose a shorter period or fewer groups."
            )
        return QueryTimeout(
            f"The query took longer than the {most:g} seconds that this workspace lets one take, and was "
            f"stopped. {_RAISE.format(name='timeout_seconds')}",
            reason="workspace_time_limit",
        )


NO_LIMITS = QueryLimits()


def _least(own: int | None, server: int) -> int:
    return server if own is None else min(own, server)
