"""Checks of the machine: Python, disk, data folder, port, and what the kernel offers a sandbox."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import tempfile
from pathlib import Path

from answerable.api.processes import listen
from answerable.cli.client import Client
from answerable.cli.credentials import FILE_NAME, OWNER_ONLY
from answerable.cli.doctor.finding import Finding, Level
from answerable.kit.sandbox import landlock
from answerable.kit.settings import HttpSettings

_OLDEST_PYTHON = (3, 11)
_FEW_FILES = 4_096
_LITTLE_DISK, _TOO_LITTLE_DISK = 5_000_000_000, 1_000_000_000
_SECCOMP_ACTIONS = Path("/proc/sys/kernel/seccomp/actions_avail")


def check_python(version: tuple[int, int, int], implementation: str) -> Finding:
    """Whether this Python is one that the project is tested on or newer."""
    written = ".".join(str(part) for part in version)
    if version[:2] < _OLDEST_PYTHON:
        return Finding("Python", Level.FAIL, f"{written} is too old", "Install Python 3.11 or newer.")
    if implementation != "CPython":
        return Finding(
            "Python", Level.WARN, f"{implementation} is not tested", "Use CPython if anything fails."
        )
    return Finding("Python", Level.OK, written)


def check_disk(data_dir: Path) -> Finding:
    """Whether there is room for files, indexes and the database."""
    free = shutil.disk_usage(_existing(data_dir)).free
    detail = f"{free / 1e9:.1f} GB free for {data_dir}"
    if free < _TOO_LITTLE_DISK:
        return Finding("Disk", Level.FAIL, detail, "Free some space, or name another folder with --data-dir.")
    if free < _LITTLE_DISK:
        return Finding("Disk", Level.WARN, detail, "Leave 5 GB or more for documents and indexes.")
    return Finding("Disk", Level.OK, detail)


def check_data_dir(data_dir: Path) -> Finding:
    """Whether the data folder can be written, and by its owner alone."""
    folder = _existing(data_dir)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        advice = f"Give {folder} to the user that runs the server, or name another folder with --data-dir."
        return Finding("Data folder", Level.FAIL, f"{folder} cannot be written: {error.strerror}", advice)
    if not data_dir.exists():
        return Finding("Data folder", Level.OK, f"{data_dir} will be made")
    mode = stat.S_IMODE(data_dir.stat().st_mode)
    if mode & 0o022:
        advice = f"Run 'chmod go-w {data_dir}'."
        return Finding("Data folder", Level.WARN, f"others may write to {data_dir}", advice)
    return Finding("Data folder", Level.OK, str(data_dir))


def check_credentials(data_dir: Path) -> Finding:
    """Whether the kept key is there and readable by its owner alone."""
    path = data_dir / FILE_NAME
    if not path.exists():
        advice = "Make one: 'answerable keys create NAME --email YOU@EXAMPLE.COM', at first with --register."
        return Finding("Credentials", Level.WARN, "no key is kept for the command line", advice)
    if stat.S_IMODE(path.stat().st_mode) & ~OWNER_ONLY:
        return Finding("Credentials", Level.FAIL, f"others may read {path}", f"Run 'chmod 600 {path}'.")
    return Finding("Credentials", Level.OK, str(path))


def check_open_files(most: int) -> Finding:
    """Whether a web process may hold as many connections as it can serve; `most` is its limit of open files,
    as high as it may raise it (-1: none)."""
    detail = "no limit" if most < 0 else f"{most:,} at once"
    if 0 <= most < _FEW_FILES:
        advice = (
            f"Raise the hard limit to {_FEW_FILES:,} or more ('ulimit -Hn', LimitNOFILE of the service): "
            "each open answer is a connection, and each connection a file."
        )
        return Finding("Open files", Level.WARN, detail, advice)
    return Finding("Open files", Level.OK, detail)


def check_port(http: HttpSettings) -> Finding:
    """Whether the port is free, or taken by this very system."""
    address = f"http://{http.host}:{http.port}"
    try:
        listen(http.host, http.port).close()
    except OSError as error:
        with Client(address) as client:
            if client.answers():
                return Finding("Port", Level.OK, f"a server answers at {address}")
        advice = "End the program that holds it, or choose another with --port or ANSWERABLE_HTTP__PORT."
        return Finding("Port", Level.FAIL, f"{address}: {error.strerror}", advice)
    return Finding("Port", Level.OK, f"{http.port} is free")


def check_sandbox(landlock_version: int, seccomp_actions: str) -> Finding:
    """Which of the kernel's walls stand around the parsing of files."""
    if platform.system() != "Linux":
        advice = "Run in a Linux container where strangers upload files."
        return Finding("Sandbox", Level.WARN, "limits of memory and time only", advice)
    missing = []
    if "errno" not in seccomp_actions.split():
        missing.append("seccomp")
    if landlock_version == 0:
        missing.append("Landlock")
    if missing:
        advice = (
            "Use Linux 5.13 or newer, with Landlock enabled (lsm=landlock,…), and a container that allows it."
        )
        return Finding("Sandbox", Level.WARN, f"the kernel offers no {' and no '.join(missing)}", advice)
    return Finding("Sandbox", Level.OK, f"seccomp and Landlock version {landlock_version}")


def sandbox_features() -> tuple[int, str]:
    """Landlock's version (0: none) and seccomp's actions, as this kernel has them."""
    actions = _SECCOMP_ACTIONS.read_text() if _SECCOMP_ACTIONS.exists() else ""
    return landlock.version(), actions


def check_processors() -> Finding:
    """How many cores there are for web and worker processes."""
    count = os.cpu_count() or 1
    if count < 2:
        return Finding(
            "Processors", Level.WARN, "1 core", "Reading files will slow down answers; use 2 or more."
        )
    return Finding("Processors", Level.OK, f"{count} cores")


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
