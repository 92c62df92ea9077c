"""What drivers say when a connection or a statement fails, in one set of codes with their remedies."""

from __future__ import annotations

import re

from answerable.data.engines import overflow
from answerable.data.engines.dialects.tables import DialectName
from answerable.data.engines.external.place import Place
from answerable.kit.sandbox.limits import Refusal

REMEDIES = {
    "memory": "The query needs more memory than it may use: ask for fewer groups or a narrower period.",
    "authentication": "The database refuses the user name or password. Correct them.",
    "unknown_database": "The server has no such database, or the role may not use it.",
    "tls": "No trusted encryption could be agreed on. Give the server's certificate authority as `ca`, or "
    "choose `require` (encrypted, not verified).",
    "unreachable": "The server does not answer at that host and port. Is it up, and does its firewall let "
    "this machine in?",
    "lock_wait": "Another program holds a lock on the table: a migration, or a transaction that was left "
    "open. Ask again when it has ended; if it does not end, end its session in the database.",
    "replica_conflict": "The replica gave the query up for what it takes over from its primary. Ask again; "
    "if it happens often, raise max_standby_streaming_delay there, or set hot_standby_feedback.",
    "overflow": overflow.REMEDY,
    "locked": "Another program has the file open for writing. Close it there, or connect to a copy.",
    "not_a_database": "The file is no database of that kind, or it is damaged.",
    "file_version": "Another version of DuckDB wrote the file. Export it there (EXPORT DATABASE), and import "
    "it with the version that is installed here.",
    "unfinished": "A program that wrote to the file stopped in the middle, or it may not be read. Open it "
    "with its own program once, which puts it right, and let this system read it.",
    "stopped": "The server ended the session or is stopping. Ask again when it is up.",
    "forbidden": "The role may not read that. Grant it SELECT.",
    "gone": "The table or column is no longer there. Import the connection's tables again.",
}
_WORDS: tuple[tuple[str, str], ...] = (
    ("authentication", r"password authentication|access denied for user|no password supplied|"
                       r"role .* does not exist|pg_hba|role .* is not permitted"),
    ("tls", r"\bssl\b|certificate|tls"),
    ("unknown_database", r"database .* does not exist|unknown database|access denied .* to database"),
    ("file_version", r"version number|newer version of duckdb|older version of duckdb|storage version"),
    ("unfinished", r"attempt to write a readonly database|unable to open database"),
    ("stopped", r"terminating connection|shutting down|starting up|in recovery mode|server shutdown|"
                r"shutdown in progress|connection was killed"),
    ("replica_conflict", r"conflict with recovery"),
    ("lock_wait", r"lock timeout|lock wait|lock request time ?out|could not obtain lock|deadlock|"
                  r"resource busy|database table is locked"),
    ("locked", r"conflicting lock|could not set lock|database is locked"),
    ("memory", r"^out of memory error"),
    ("not_a_database", r"not a database|not a valid duckdb|malformed|disk image|no magic|serializ|"
                        r"checksum|corrupt|truncated|internal error|out of range"),
    ("unreachable", r"could not connect|connection refused|timed? ?out|unreachable|server closed|"
                    r"lost connection|gone away|connection reset|connection failed|name or service"),
    ("forbidden", r"permission denied|command denied|denied"),
    ("gone", r"no such (?:table|column)|does not exist|doesn't exist|unknown column"),
)  # fmt: skip


# What a server of another language says otherwise: PostgreSQL's states, MySQL's numbers.
_NUMBERS: dict[str | int, str] = {
    "28P01": "authentication", "28000": "authentication", "3D000": "unknown_database",
    "55P03": "lock_wait", "40P01": "lock_wait", "22003": "overflow", "53200": "memory",
    "57P01": "stopped", "57P02": "stopped", "57P03": "stopped",
    "42501": "forbidden", "42P01": "gone", "42703": "gone",
    1205: "lock_wait", 1213: "lock_wait", 1264: "overflow", 1690: "overflow",
}  # fmt: skip


def _by_number(error: Exception) -> str | None:
    """What the failure is by its driver's own number."""
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return _NUMBERS.get(state)
    number = error.args[0] if len(error.args) > 1 else None
    return _NUMBERS.get(number) if isinstance(number, int) else None


def _by_words(words: str) -> str:
    if overflow.is_overflow(words):
        return "overflow"
    return next((code for code, pattern in _WORDS if re.search(pattern, words, re.IGNORECASE)), "failed")


def refusal(place: Place, error: Exception) -> Refusal:
    """The failure with its remedy. What the driver said is beside it, without the password."""
    words = " ".join(str(error.args[-1] if error.args else error).split())[:300]
    if place.password:
        words = words.replace(place.password, "…")
    code = _by_number(error) or _by_words(words)
    if isinstance(error, OSError) and code in ("failed", "gone"):
        code = "unreachable"
    if place.dialect in (DialectName.SQLITE, DialectName.DUCKDB) and code == "unreachable":
        code = "not_a_database"
    remedy = REMEDIES.get(code, "")
    return Refusal(code, f"{remedy} The database says: {words}".strip() if words else remedy)
