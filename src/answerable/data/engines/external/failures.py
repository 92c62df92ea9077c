"""What drivers say when a connection or a statement fails, in one set of codes with their remedies."""

from __future__ import annotations

import re

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
    ("locked", r"conflicting lock|could not set lock|database is locked"),
    ("memory", r"^out of memory error"),
    ("not_a_database", r"not a database|not a valid duckdb|malformed|disk image|no magic|serializ|"
                        r"checksum|corrupt|truncated|internal error|out of range"),
    ("unreachable", r"could not connect|connection refused|timed? ?out|unreachable|server closed|"
                    r"lost connection|gone away|connection reset|connection failed|name or service"),
    ("forbidden", r"permission denied|command denied|denied"),
    ("gone", r"no such (?:table|column)|does not exist|doesn't exist|unknown column"),
)  # fmt: skip


def refusal(place: Place, error: Exception) -> Refusal:
    """The failure with its remedy. What the driver said is beside it, without the password."""
    words = " ".join(str(error.args[-1] if error.args else error).split())[:300]
    if place.password:
        words = words.replace(place.password, "…")
    code = next((code for code, pattern in _WORDS if re.search(pattern, words, re.IGNORECASE)), "failed")
    if isinstance(error, OSError) and code in ("failed", "gone"):
        code = "unreachable"
    if place.dialect in (DialectName.SQLITE, DialectName.DUCKDB) and code == "unreachable":
        code = "not_a_database"
    remedy = REMEDIES.get(code, "")
    return Refusal(code, f"{remedy} The database says: {words}".strip() if words else remedy)
