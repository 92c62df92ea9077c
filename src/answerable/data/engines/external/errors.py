"""Why another database gives no rows."""

from __future__ import annotations

from answerable.kit.errors import Conflict


class ConnectionFailed(Conflict):
    """The database refuses, or cannot be reached; the detail has the remedy and what it says."""

    code, title = "connection_failed", "The database cannot be read"

    @classmethod
    def of(cls, reason: str, detail: str) -> ConnectionFailed:
        """The failure with its own code, such as `connection_authentication`."""
        error = cls(detail)
        if reason != "failed":
            error.code = f"connection_{reason}"
        return error
