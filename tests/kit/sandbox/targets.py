"""What hostile or broken code does inside a sandboxed child; each is named by a test."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

from answerable.kit.sandbox import JsonObject, Refusal, Report

_HELD: list[bytes] = []


def _attempt(action: str, payload: JsonObject) -> None:  # noqa: C901, PLR0912 - one arm an attempt
    match action:
        case "inet":
            socket.create_connection((payload["host"], payload["port"]), timeout=1)
        case "socket":
            socket.socket(payload["family"], payload["kind"])
        case "datagram_pair":
            socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        case "exec":
            os.execv("/bin/true", ["true"])
        case "fork":
            os.fork()
        case "spawn":
            os.posix_spawn("/bin/true", ["true"], {})
        case "signal_parent":
            os.kill(os.getppid(), 0)
        case "read":
            Path(payload["path"]).read_bytes()
        case "list":
            os.listdir(payload["path"])
        case "write":
            Path(payload["path"]).write_bytes(b"x")
        case "chmod":
            os.chmod(payload["path"], 0o777)
        case "remove":
            os.unlink(payload["path"])
        case "limit_parent":
            import resource  # noqa: PLC0415 - the attack is the point

            resource.prlimit(os.getppid(), resource.RLIMIT_CORE, (0, 0))
        case "ptrace":
            _syscall({"x86_64": 101, "aarch64": 117}, 16, os.getppid(), 0, 0)
        case "mount":
            _syscall({"x86_64": 165, "aarch64": 40}, b"none", b"/no/such/folder", b"tmpfs", 0, None)
        case "io_uring":
            _syscall({"x86_64": 425, "aarch64": 425}, 1, ctypes.create_string_buffer(256))
        case _:
            raise AssertionError(action)


def _syscall(numbers: dict[str, int], *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(numbers[os.uname().machine], *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def attempt(payload: JsonObject, report: Report) -> JsonObject:
    """Says whether the system let it, and how it refused."""
    try:
        _attempt(payload["action"], payload)
    except OSError as error:
        return {"allowed": False, "errno": error.errno}
    return {"allowed": True, "errno": None}


def echo(payload: JsonObject, report: Report) -> JsonObject:
    return {"pid": os.getpid(), "payload": payload}


def progress(payload: JsonObject, report: Report) -> JsonObject:
    for done in range(3):
        report({"done": done})
    return {}


def surroundings(payload: JsonObject, report: Report) -> JsonObject:
    Path("scratch.txt").write_text("kept nowhere")
    return {
        "environment": dict(os.environ),
        "cwd": os.getcwd(),
        "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd")),
    }


def copy(payload: JsonObject, report: Report) -> JsonObject:
    Path(payload["to"]).write_bytes(Path(payload["from"]).read_bytes())
    return {}


def refuse(payload: JsonObject, report: Report) -> JsonObject:
    raise Refusal("encrypted", "Remove the password, then upload it again.")


def fail(payload: JsonObject, report: Report) -> JsonObject:
    raise RuntimeError("a bug")


def hoard(payload: JsonObject, report: Report) -> JsonObject:
    """Touches memory bit by bit, so that no single allocation is refused."""
    while True:
        _HELD.append(b"x" * 4_000_000)


def hoard_shared(payload: JsonObject, report: Report) -> JsonObject:
    """Shared memory is outside RLIMIT_DATA: only the watch on the resident size sees it."""
    import mmap  # noqa: PLC0415

    area = mmap.mmap(-1, 1 << 30)
    for offset in range(0, 1 << 30, 4096):
        area[offset] = 1
    return {}


def allocate(payload: JsonObject, report: Report) -> JsonObject:
    _HELD.append(bytes(payload["bytes"]))
    return {}


def spin(payload: JsonObject, report: Report) -> JsonObject:
    while True:
        pass


def sleep(payload: JsonObject, report: Report) -> JsonObject:
    report({"pid": os.getpid()})
    time.sleep(3600)
    return {}


def kill_self(payload: JsonObject, report: Report) -> JsonObject:
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def abort(payload: JsonObject, report: Report) -> JsonObject:
    os.abort()


def leave(payload: JsonObject, report: Report) -> JsonObject:
    os._exit(0)


def segfault(payload: JsonObject, report: Report) -> JsonObject:
    ctypes.string_at(0)
    return {}


def print_garbage(payload: JsonObject, report: Report) -> JsonObject:
    sys.stdout.write("garbage" * 100_000)
    os.write(1, b"\x00\xff" * 100_000)
    sys.stdout.flush()
    return {"done": True}


def forge(payload: JsonObject, report: Report) -> JsonObject:
    """Writes to the parent's pipe behind the protocol's back."""
    data = {
        "length": b"\xff\xff\xff\xff" + b"x" * 100,
        "json": b"\x00\x00\x00\x03{{{",
        "array": b"\x00\x00\x00\x02[]",
        "nested": (200_000).to_bytes(4, "big") + b"[" * 200_000,
        "failure": b'\x00\x00\x00\x26{"type":"failed","kind":"of no kind "}',
        "cut": b"\x00\x00\x00\xff{",
    }[payload["what"]]
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, data)
        except OSError:
            continue
    os._exit(0)


def too_much_output(payload: JsonObject, report: Report) -> JsonObject:
    return {"text": "x" * (65 * 1024 * 1024)}


def no_json(payload: JsonObject, report: Report) -> JsonObject:
    return {"value": object()}


def write_big_file(payload: JsonObject, report: Report) -> JsonObject:
    Path("big").write_bytes(b"x" * payload["bytes"])
    return {}


def start_threads(payload: JsonObject, report: Report) -> JsonObject:
    answers: list[int] = []
    threads = [threading.Thread(target=answers.append, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left, right = socket.socketpair()
    left.send(b"wake")
    return {"answers": sorted(answers), "woken": right.recv(10).decode()}


def by_command(payload: JsonObject, report: Report) -> JsonObject:
    """For a warm worker: one function, many behaviours."""
    behaviours = {
        "echo": echo,
        "sleep": sleep,
        "abort": abort,
        "refuse": refuse,
        "fail": fail,
        "burn": burn,
        "hoard": hoard,
    }
    return behaviours[payload["do"]](payload, report)


def burn(payload: JsonObject, report: Report) -> JsonObject:
    until = time.process_time() + payload["seconds"]
    while time.process_time() < until:
        pass
    return {"pid": os.getpid()}
