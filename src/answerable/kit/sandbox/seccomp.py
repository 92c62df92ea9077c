"""A seccomp filter (Linux, x86_64 and aarch64) for the sandboxed child.

Denied: new sockets of every family, new programs and processes, signals to others, tracing,
mounts, modules, other users' rights, io_uring and the rest of what a parser never needs.
Threads stay possible, and so does a connected pair of stream sockets, which async runtimes use to
wake themselves: it reaches nobody. A denied call fails with EPERM.

Source of the encoding: Linux `Documentation/userspace-api/seccomp_filter.rst`, `linux/bpf_common.h`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Sequence
from dataclasses import dataclass

_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_RET_KILL_PROCESS = 0x80000000
_RET_ERRNO = 0x00050000
_RET_ALLOW = 0x7FFF0000

_LD_WORD, _AND, _RET = 0x20, 0x54, 0x06
_JEQ, _JGE, _JSET, _JA = 0x15, 0x35, 0x45, 0x05

_OFFSET_NUMBER, _OFFSET_ARCH, _OFFSET_ARGS = 0, 4, 16
_X32_BIT = 0x40000000
_CLONE_THREAD = 0x00010000
_AF_UNIX, _SOCK_STREAM, _SOCK_TYPE_MASK = 1, 1, 0xF
_PR_SET_PDEATHSIG = 1

# name: (x86_64, aarch64); None where the architecture has no such call.
_DENIED: dict[str, tuple[int | None, int | None]] = {
    # the network and other processes' queues
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "mq_open": (240, 180), "msgget": (68, 186),
    "semget": (64, 190), "shmget": (29, 194),
    # programs and processes
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None),
    "setsid": (112, 157), "setpgid": (109, 154), "unshare": (272, 97), "setns": (308, 268),
    "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "kcmp": (312, 272),
    "setpriority": (141, 140), "sched_setscheduler": (144, 119),
    # the file system's shape and other people's files
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "move_mount": (429, 429), "open_tree": (428, 428), "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "removexattrat": (466, 466), "mknod": (133, None), "mknodat": (259, 33),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "swapon": (167, 224), "swapoff": (168, 225),
    # rights and identities
    "setuid": (105, 146), "setgid": (106, 144), "setreuid": (113, 145), "setregid": (114, 143),
    "setresuid": (117, 147), "setresgid": (119, 149), "setgroups": (116, 159),
    "setfsuid": (122, 151), "setfsgid": (123, 152), "capset": (126, 91), "personality": (135, 92),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    # the kernel itself
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266),
    "adjtimex": (159, 171), "sethostname": (170, 161), "setdomainname": (171, 162),
    "acct": (163, 89), "iopl": (172, None), "ioperm": (173, None), "syslog": (103, 116),
    "vhangup": (153, 58), "memfd_secret": (447, 447),
}  # fmt: skip

# What a child that may use the network needs; datagrams to name servers are bound without asking.
_CONNECTING = frozenset({"socket", "connect"})

# Answered with ENOSYS, so that libraries fall back: glibc then starts threads by `clone`, whose
# flags a filter can read (those of `clone3` lie behind a pointer).
_ABSENT: dict[str, tuple[int, int]] = {
    "clone3": (435, 435),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
}

_CLONE, _KILL, _TGKILL = (56, 220), (62, 129), (234, 131)
_SOCKETPAIR, _PRLIMIT, _PRCTL = (53, 199), (302, 261), (157, 167)

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


@dataclass(frozen=True, slots=True)
class _Step:
    """One instruction; a jump names a label, or None for the next instruction."""

    code: int
    value: int = 0
    then: str | None = None
    otherwise: str | None = None
    label: str | None = None


def install(*, network: bool = False) -> bool:
    """Install the filter for this process and all its later threads; it cannot be taken off. With
    `network` it lets sockets be made and connected.

    Returns False where the platform has none. Needs PR_SET_NO_NEW_PRIVS and a single thread.
    Raises OSError when the kernel refuses the filter.
    """
    machine = platform.machine()
    if os.name != "posix" or platform.system() != "Linux" or machine not in _ARCHITECTURES:
        return False
    column, audit_arch = _ARCHITECTURES[machine]
    code = _assemble(_program(column, audit_arch, os.getpid(), network=network))
    buffer = ctypes.create_string_buffer(code, len(code))
    # struct sock_fprog: instruction count, padding, pointer.
    program = struct.pack("HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0) != 0:
        number = ctypes.get_errno()
        if number in (errno.EINVAL, errno.ENOSYS):
            return False  # a kernel built without filters
        raise OSError(number, os.strerror(number), "seccomp")
    return True


def _program(column: int, audit_arch: int, pid: int, *, network: bool = False) -> list[_Step]:
    steps = [
        _Step(_LD_WORD, _OFFSET_ARCH),
        _Step(_JEQ, audit_arch, otherwise="kill"),
        _Step(_LD_WORD, _OFFSET_NUMBER),
    ]
    if column == 0:
        steps.append(_Step(_JGE, _X32_BIT, then="deny"))
    steps += [_Step(_JEQ, numbers[column], then="absent") for numbers in _ABSENT.values()]
    for name, numbers in _DENIED.items():
        number = numbers[column]
        if number is not None and not (network and name in _CONNECTING):
            steps.append(_Step(_JEQ, number, then="deny"))
    first, second = _OFFSET_ARGS, _OFFSET_ARGS + 8
    steps += _when(_CLONE[column], [_Step(_LD_WORD, first), _Step(_JSET, _CLONE_THREAD, "allow", "deny")])
    own = [_Step(_LD_WORD, first), _Step(_JEQ, pid, "allow", "deny")]
    steps += _when(_KILL[column], own) + _when(_TGKILL[column], own)
    steps += _when(_PRLIMIT[column], [own[0], _Step(_JEQ, 0, then="allow"), own[1]])
    steps += _when(_PRCTL[column], [own[0], _Step(_JEQ, _PR_SET_PDEATHSIG, "deny", "allow")])
    steps += _when(
        _SOCKETPAIR[column],
        [
            _Step(_LD_WORD, first),
            _Step(_JEQ, _AF_UNIX, otherwise="deny"),
            _Step(_LD_WORD, second),
            _Step(_AND, _SOCK_TYPE_MASK),
            _Step(_JEQ, _SOCK_STREAM, "allow", "deny"),
        ],
    )
    return [
        *steps,
        _Step(_RET, _RET_ALLOW, label="allow"),
        _Step(_RET, _RET_ERRNO | errno.EPERM, label="deny"),
        _Step(_RET, _RET_ERRNO | errno.ENOSYS, label="absent"),
        _Step(_RET, _RET_KILL_PROCESS, label="kill"),
    ]


def _when(number: int, body: Sequence[_Step]) -> list[_Step]:
    """Run `body`, which returns on every path, for one system call; otherwise step over it.

    The loaded number is still in the accumulator at the step after the body.
    """
    label = f"after {number}"
    return [_Step(_JEQ, number, otherwise=label), *body, _Step(_JA, 0, label=label)]


def _assemble(steps: Sequence[_Step]) -> bytes:
    """Instructions as struct sock_filter: 16-bit code, two 8-bit jumps, 32-bit value."""
    places = {step.label: index for index, step in enumerate(steps) if step.label}
    code = bytearray()
    for index, step in enumerate(steps):
        jumps = [places[name] - index - 1 if name else 0 for name in (step.then, step.otherwise)]
        code += struct.pack("HBBI", step.code, jumps[0], jumps[1], step.value)
    return bytes(code)
