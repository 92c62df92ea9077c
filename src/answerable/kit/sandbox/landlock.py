"""Landlock (Linux ≥ 5.13): the child sees only the files that it is given.

Source: Linux `Documentation/userspace-api/landlock.rst` and `linux/landlock.h`; the call numbers are
the same on every architecture.
"""

from __future__ import annotations

import ctypes
import os
import platform
import stat
import struct
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15

READ = READ_FILE | READ_DIR
WRITE = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE
_ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV

_FIRST_RIGHTS = (1 << 13) - 1
_RIGHTS_SINCE = {2: REFER, 3: TRUNCATE, 5: IOCTL_DEV}
_NET_BIND, _NET_BIND_AND_CONNECT = 0b01, 0b11  # since version 4
_SCOPE_SOCKETS_AND_SIGNALS = 0b11  # since version 6


def version() -> int:
    """The kernel's Landlock version; 0 where there is none."""
    if platform.system() != "Linux":
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _CREATE_RULESET_VERSION)))


def restrict(rules: Iterable[tuple[str, int]], *, network: bool = False) -> bool:
    """Let this process touch only what lies beneath the paths of `rules`, each with its rights, and the
    network not at all, or with `network` only to connect.

    Paths that do not exist are passed over. Returns False where the kernel has no Landlock. Needs
    PR_SET_NO_NEW_PRIVS. Raises OSError when the kernel refuses the rules.
    """
    abi = version()
    if abi == 0:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    handled = _FIRST_RIGHTS
    for since, right in _RIGHTS_SINCE.items():
        handled |= right if abi >= since else 0
    attributes = struct.pack("Q", handled)
    if abi >= 4:
        attributes += struct.pack("Q", _NET_BIND if network else _NET_BIND_AND_CONNECT)
    if abi >= 6:
        attributes += struct.pack("Q", _SCOPE_SOCKETS_AND_SIGNALS)
    ruleset = _call(libc, _CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    try:
        for path, rights in rules:
            _allow(libc, ruleset, path, rights & handled)
        _call(libc, _RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return True


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(handle).st_mode):
            rights &= _ON_FILES
        if rights:
            # struct landlock_path_beneath_attr is packed: 64-bit rights, 32-bit descriptor.
            _call(libc, _ADD_RULE, ruleset, _RULE_PATH_BENEATH, struct.pack("=Qi", rights, handle), 0)
    finally:
        os.close(handle)


def _call(libc: ctypes.CDLL, number: int, *arguments: object) -> int:
    result = int(libc.syscall(number, *arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), "landlock")
    return result
