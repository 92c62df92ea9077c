"""The child's side: lock the doors, import the target, answer messages.

Nothing heavy is imported here: every document pays this start.
"""

from __future__ import annotations

import ctypes
import errno
import importlib
import os
import platform
import resource
import signal
import struct
import sys
import sysconfig
from collections.abc import Callable
from typing import BinaryIO

from answerable.kit.sandbox import landlock, messages, seccomp
from answerable.kit.sandbox.limits import JsonObject, Refusal, Report

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522
_DETAIL_CHARACTERS = 500

# What native libraries read to start: the loader's cache, the time zone, the processor's features.
_SYSTEM_READ = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store",
    "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo",
    "/dev/urandom", "/dev/zero", "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat",
    "/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/fs/cgroup",
)  # fmt: skip
# What finding and trusting another machine takes.
_NETWORK_READ = (
    "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf",
    "/etc/services", "/etc/protocols", "/etc/mime.types", "/etc/ssl", "/etc/pki", "/etc/ca-certificates",
    "/usr/share/ca-certificates", "/run/systemd/resolve",
)  # fmt: skip
_HEADROOM_BYTES = 128 * 1024 * 1024  # thread stacks, and what the allocator holds but has not touched

Target = Callable[[JsonObject, Report], JsonObject]


def main() -> None:
    """Serve calls from standard input until it ends. The first message says how to set up."""
    requests, answers = _private_pipes()
    setup = _read(requests)
    if setup is None:
        return
    _die_with_parent(setup["parent"])
    _move_into(setup["scratch"])
    _limit_resources(setup)
    _send(answers, {"type": "ready", "protections": _lock_down(setup)})
    try:
        target = _load(setup["target"])
    except BaseException as error:  # noqa: BLE001 - reported to the parent, whatever it is
        _send(answers, _failure(error))
        return
    while (request := _read(requests)) is not None:
        _allow_cpu(setup["cpu_seconds"])
        _write(answers, _answer(target, request, answers))


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep both pipes for messages alone: what a library prints goes to standard error."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def _read(requests: BinaryIO) -> JsonObject | None:
    header = requests.read(messages.HEADER_BYTES)
    if len(header) < messages.HEADER_BYTES:
        return None
    length = messages.body_length(header)
    body = requests.read(length)
    return messages.decode(body) if len(body) == length else None


def _send(answers: BinaryIO, message: JsonObject) -> None:
    _write(answers, messages.encode(message))


def _write(answers: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[answers.write(view) :]


def _die_with_parent(parent: int) -> None:
    if platform.system() == "Linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above took hold
        os._exit(1)


def _move_into(scratch: str) -> None:
    os.chdir(scratch)
    os.environ.update(HOME=scratch, TMPDIR=scratch)


def _limit_resources(setup: JsonObject) -> None:
    # RLIMIT_DATA counts private writable memory. RLIMIT_AS would count address space that libraries
    # reserve and never touch; the parent watches the resident size besides.
    data = setup["memory_bytes"] + _HEADROOM_BYTES
    for which, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, data),
        (resource.RLIMIT_FSIZE, setup["file_bytes"]),
        (resource.RLIMIT_NOFILE, setup["open_files"]),
    ):
        _, hard = resource.getrlimit(which)
        bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (bounded, bounded))


def _allow_cpu(seconds: int) -> None:
    """Give one more call its processor time: past it SIGXCPU ends the process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(usage.ru_utime + usage.ru_stime) + 1 + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(
        resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard)
    )


def _lock_down(setup: JsonObject) -> JsonObject:
    """Give up rights for good, from the widest to the narrowest. Returns what the kernel granted."""
    if platform.system() != "Linux":
        return {"seccomp": False, "landlock": False}
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")
    _drop_capabilities(libc)
    rules = [(path, landlock.READ) for path in (*_SYSTEM_READ, *_interpreter_paths(), *setup["read"])]
    # An import root is listed, to find the package in it, but only the package is read.
    rules += [(path, landlock.READ_DIR) for path in setup["roots"]]
    rules += [(path, landlock.WRITE) for path in (*setup["write"], setup["scratch"], "/dev/null")]
    if network := setup["network"]:
        rules += [(path, landlock.READ) for path in _NETWORK_READ]
    return {
        "landlock": landlock.restrict(rules, network=network),
        "seccomp": seccomp.install(network=network),
    }


def _interpreter_paths() -> list[str]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return [sysconfig.get_path(name) for name in names] + [os.path.join(sys.base_prefix, "lib")]


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    """Keep of root's powers only the reading of files whatever their owner: Landlock bounds which."""
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    kept = 1 << _CAP_DAC_OVERRIDE if os.geteuid() == 0 else 0
    data = struct.pack("IIIIII", kept, kept, 0, 0, 0, 0)
    if libc.capset(header, data) != 0 and ctypes.get_errno() != errno.EPERM:
        raise OSError(ctypes.get_errno(), "capset")


def _load(name: str) -> Target:
    module, _, attribute = name.partition(":")
    target: Target = getattr(importlib.import_module(module), attribute)
    return target


def _answer(target: Target, payload: JsonObject, answers: BinaryIO) -> bytes:
    def report(progress: JsonObject) -> None:
        _send(answers, {"type": "progress", "value": progress})

    try:
        return messages.encode({"type": "result", "value": target(payload, report)})
    except messages.BadMessage as error:
        failure: JsonObject = {
            "type": "failed", "kind": "crash", "code": "bad_output", "detail": str(error)
        }  # fmt: skip
    except Refusal as refusal:
        failure = {"type": "failed", "kind": "refused", "code": refusal.code, "detail": refusal.detail}
    except BaseException as error:  # noqa: BLE001 - a library's panic is no Exception; the parent is told
        failure = _failure(error)
    return messages.encode(failure)


def _failure(error: BaseException) -> JsonObject:
    if isinstance(error, MemoryError):
        return {"type": "failed", "kind": "memory", "code": "memory", "detail": "an allocation was refused"}
    code = "file_limit" if isinstance(error, OSError) and error.errno == errno.EFBIG else "exception"
    detail = f"{type(error).__name__}: {error}"[:_DETAIL_CHARACTERS]
    return {"type": "failed", "kind": "crash", "code": code, "detail": detail}
