"""A certificate authority as the file that libpq reads."""

from __future__ import annotations

import os


def kept(pem: str) -> str:
    """The path of a file with the certificates, in the process's own folder."""
    path = os.path.join(os.environ.get("TMPDIR", "."), "ca.pem")
    with open(path, "w", encoding="ascii") as file:
        file.write(pem)
    return path
