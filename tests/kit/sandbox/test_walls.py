"""What a child can reach: nothing of the network, no program, no file but those it is given."""

from __future__ import annotations

import errno
import os
import socket
import stat
from pathlib import Path

import pytest

from answerable.kit.sandbox import JsonObject, Limits, landlock, seccomp
from tests.kit.sandbox.ways import run

pytestmark = pytest.mark.usefixtures("either_way")

LIMITS = Limits(memory_bytes=200_000_000, cpu_seconds=20, wall_seconds=30, file_bytes=1_000_000)

needs_seccomp = pytest.mark.skipif(
    os.uname().sysname != "Linux" or os.uname().machine not in ("x86_64", "aarch64"),
    reason="the filter is written for Linux on x86_64 and aarch64",
)
needs_landlock = pytest.mark.skipif(landlock.version() == 0, reason="this kernel has no Landlock")


async def _attempt(
    action: str, *, read: tuple[Path, ...] = (), write: tuple[Path, ...] = (), **payload: object
) -> JsonObject:
    return await run(
        "tests.kit.sandbox.targets:attempt",
        {"action": action, **payload},
        limits=LIMITS,
        read=read,
        write=write,
    )


@needs_seccomp
@pytest.mark.parametrize(
    ("family", "kind"),
    [
        (socket.AF_INET, socket.SOCK_STREAM),
        (socket.AF_INET, socket.SOCK_DGRAM),
        (socket.AF_INET6, socket.SOCK_STREAM),
        (socket.AF_UNIX, socket.SOCK_STREAM),
        (socket.AF_UNIX, socket.SOCK_DGRAM),
        (16, socket.SOCK_RAW),  # netlink
        (40, socket.SOCK_STREAM),  # to the virtual machine's host
    ],
)
async def test_no_socket_can_be_made(family: int, kind: int) -> None:
    answer = await _attempt("socket", family=int(family), kind=int(kind))
    assert answer == {"allowed": False, "errno": errno.EPERM}


@needs_seccomp
async def test_a_listening_server_is_not_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        host, port = server.getsockname()
        assert not (await _attempt("inet", host=host, port=port))["allowed"]
        with pytest.raises(BlockingIOError):
            server.accept()


@needs_seccomp
@pytest.mark.parametrize(
    "action",
    ["exec", "fork", "spawn", "signal_parent", "datagram_pair", "ptrace", "mount", "limit_parent"],
)
async def test_what_a_parser_never_needs_is_refused(action: str) -> None:
    assert await _attempt(action) == {"allowed": False, "errno": errno.EPERM}


@needs_seccomp
async def test_io_uring_does_not_exist() -> None:
    assert await _attempt("io_uring") == {"allowed": False, "errno": errno.ENOSYS}


@needs_seccomp
async def test_file_modes_stay_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    before = stat.S_IMODE(file.stat().st_mode)
    assert not (await _attempt("chmod", path=str(file), write=(tmp_path,)))["allowed"]
    assert stat.S_IMODE(file.stat().st_mode) == before


@needs_landlock
async def test_a_file_that_is_not_given_cannot_be_read(tmp_path: Path) -> None:
    given, secret = tmp_path / "given", tmp_path / "secret"
    given.write_text("open")
    secret.write_text("closed")
    assert (await _attempt("read", path=str(given), read=(given,)))["allowed"]
    answer = await _attempt("read", path=str(secret), read=(given,))
    assert answer == {"allowed": False, "errno": errno.EACCES}


@needs_landlock
@pytest.mark.parametrize("path", ["/etc/passwd", "/proc/1/environ", "pyproject.toml"])
async def test_the_machine_and_the_working_folder_stay_closed(path: str) -> None:
    answer = await _attempt("read", path=os.path.abspath(path))  # noqa: ASYNC240 - no other task waits
    assert answer == {"allowed": False, "errno": errno.EACCES}


@needs_landlock
async def test_the_environment_of_the_parent_stays_closed() -> None:
    assert not (await _attempt("read", path=f"/proc/{os.getpid()}/environ"))["allowed"]


@needs_landlock
@pytest.mark.parametrize("action", ["write", "remove"])
async def test_a_path_given_for_reading_is_not_written(action: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("as it was")
    assert not (await _attempt(action, path=str(file), read=(tmp_path,)))["allowed"]
    assert file.read_text() == "as it was"


@needs_landlock
async def test_a_link_in_a_given_folder_leads_nowhere_else(tmp_path: Path) -> None:
    secret, folder = tmp_path / "secret", tmp_path / "folder"
    secret.write_text("closed")
    folder.mkdir()
    (folder / "link").symlink_to(secret)
    assert not (await _attempt("read", path=str(folder / "link"), read=(folder,)))["allowed"]


async def test_given_folders_can_be_read_and_written(tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    target.mkdir()
    (source / "file").write_bytes(b"content")
    payload: JsonObject = {"from": str(source / "file"), "to": str(target / "file")}
    await run("tests.kit.sandbox.targets:copy", payload, limits=LIMITS, read=[source], write=[target])
    assert (target / "file").read_bytes() == b"content"


async def test_secrets_in_the_environment_do_not_reach_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWERABLE_DATABASE_URL", "postgresql://owner:secret@db/answerable")
    answer = await run("tests.kit.sandbox.targets:surroundings", {}, limits=LIMITS)
    assert "secret" not in str(answer["environment"])
    assert "answerable-sandbox-" in answer["cwd"]
    assert len(answer["descriptors"]) <= 6  # three standard ones, two pipes, the listing itself


async def test_threads_and_their_wake_up_pairs_work() -> None:
    answer = await run("tests.kit.sandbox.targets:start_threads", {}, limits=LIMITS)
    assert answer == {"answers": list(range(8)), "woken": "wake"}


def test_the_filter_fits_one_byte_jumps_on_every_architecture() -> None:
    for column, arch in seccomp._ARCHITECTURES.values():
        code = seccomp._assemble(seccomp._program(column, arch, pid=4242))
        assert len(code) % 8 == 0
        assert len(code) // 8 < 256
