"""The filter, evaluated: what it says to each system call on each architecture, this machine's or not.

The numbers of calls are those of the kernel's tables (`asm/unistd_64.h`, `asm-generic/unistd.h`), written
here a second time; the interpreter follows `Documentation/networking/filter.rst`.
"""

from __future__ import annotations

import errno
import struct

import pytest

from answerable.kit.sandbox import seccomp

PID = 4242
ALLOW, KILL = 0x7FFF0000, 0x80000000
DENY, ABSENT = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
I386, ARM = 0x40000003, 0x40000028

# Each with its number on x86_64, then on aarch64.
NEEDED = {
    "read": (0, 63), "write": (1, 64), "openat": (257, 56), "close": (3, 57), "fstat": (5, 80),
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "mremap": (25, 216),
    "madvise": (28, 233), "rt_sigaction": (13, 134), "rt_sigreturn": (15, 139), "ioctl": (16, 29),
    "pread64": (17, 67), "lseek": (8, 62), "getdents64": (217, 61), "futex": (202, 98),
    "set_robust_list": (273, 99), "getrandom": (318, 278), "clock_gettime": (228, 113), "getpid": (39, 172),
    "gettid": (186, 178), "exit": (60, 93), "exit_group": (231, 94), "epoll_ctl": (233, 21),
    "eventfd2": (290, 19), "pipe2": (293, 59), "sched_yield": (24, 124), "sched_getaffinity": (204, 123),
    "ftruncate": (77, 46), "unlinkat": (263, 35), "statx": (332, 291), "sendto": (44, 206),
    "recvfrom": (45, 207), "getrlimit": (97, 163), "rseq": (334, 293),
}  # fmt: skip
DENIED = {
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept4": (288, 242),
    "execve": (59, 221), "execveat": (322, 281), "setsid": (112, 157), "unshare": (272, 97),
    "setns": (308, 268), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "fchmod": (91, 52), "fchmodat": (268, 53), "fchownat": (260, 54),
    "mknodat": (259, 33), "setuid": (105, 146), "setgid": (106, 144), "setresuid": (117, 147),
    "setgroups": (116, 159), "capset": (126, 91), "keyctl": (250, 219), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "init_module": (175, 105),
    "finit_module": (313, 273), "kexec_load": (246, 104), "reboot": (169, 142), "settimeofday": (164, 170),
    "tkill": (200, 130), "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424),
    "open_by_handle_at": (304, 265), "shmget": (29, 194), "mq_open": (240, 180), "personality": (135, 92),
}  # fmt: skip
MISSING = {"clone3": 435, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427}
CLONE, KILL_CALL, TGKILL, SOCKETPAIR = (56, 220), (62, 129), (234, 131), (53, 199)
PRLIMIT, PRCTL = (302, 261), (157, 167)

machines = pytest.mark.parametrize(("column", "machine"), [(0, "x86_64"), (1, "aarch64")])


def verdict(machine: str, number: int, *arguments: int, arch: int | None = None) -> int:
    """What the filter of a machine returns for a call: the classic BPF program, step by step."""
    column, own_arch = seccomp._ARCHITECTURES[machine]
    assert own_arch == ARCHITECTURES[machine]
    code = seccomp._assemble(seccomp._program(column, own_arch, PID))
    steps = list(struct.iter_unpack("HBBI", code))
    # struct seccomp_data: number, architecture, instruction pointer, six arguments.
    data = struct.pack(
        "<iIQ6Q", number, own_arch if arch is None else arch, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6]
    )
    accumulator, position = 0, 0
    for _ in range(len(steps)):  # jumps go forward only, so the program ends
        operation, then, otherwise, value = steps[position]
        position += 1
        match operation:
            case 0x20:  # load a word
                accumulator = struct.unpack_from("<I", data, value)[0]
            case 0x54:
                accumulator &= value
            case 0x05:
                position += value
            case 0x15:
                position += then if accumulator == value else otherwise
            case 0x35:
                position += then if accumulator >= value else otherwise
            case 0x45:
                position += then if accumulator & value else otherwise
            case 0x06:
                return value
            case _:
                pytest.fail(f"unknown operation {operation:#x}")
    pytest.fail("the filter does not end")


@machines
def test_what_a_reader_needs_is_allowed(column: int, machine: str) -> None:
    answers = {name: verdict(machine, numbers[column], 1, 2, 3) for name, numbers in NEEDED.items()}
    assert answers == dict.fromkeys(NEEDED, ALLOW)


@machines
def test_what_leaves_the_sandbox_is_denied(column: int, machine: str) -> None:
    answers = {name: verdict(machine, numbers[column], 1, 2, 3) for name, numbers in DENIED.items()}
    assert answers == dict.fromkeys(DENIED, DENY)


@machines
def test_what_libraries_can_do_without_is_absent(column: int, machine: str) -> None:
    del column
    assert {name: verdict(machine, number) for name, number in MISSING.items()} == dict.fromkeys(
        MISSING, ABSENT
    )


@machines
def test_calls_of_another_architecture_end_the_process(column: int, machine: str) -> None:
    del column
    others = {I386, ARM, 0, *ARCHITECTURES.values()} - {ARCHITECTURES[machine]}
    for number in (0, 1, 41, 59, 198, 221, 0x40000000):
        assert {verdict(machine, number, arch=arch) for arch in others} == {KILL}


def test_the_second_numbering_of_x86_64_is_denied() -> None:
    for number in (0, 1, 41, 59, 520):
        assert verdict("x86_64", 0x40000000 | number) == DENY


@machines
@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        (CLONE, (0x00010000 | 0x00000F00,), ALLOW),  # a thread
        (CLONE, (17,), DENY),  # a process: SIGCHLD alone
        (KILL_CALL, (PID, 9), ALLOW),
        (KILL_CALL, (1, 9), DENY),
        (KILL_CALL, (0xFFFFFFFF, 9), DENY),
        (TGKILL, (PID, 7, 6), ALLOW),
        (TGKILL, (PID + 1, 7, 6), DENY),
        (PRLIMIT, (0, 7), ALLOW),
        (PRLIMIT, (PID, 7), ALLOW),
        (PRLIMIT, (1, 7), DENY),
        (PRCTL, (15,), ALLOW),  # a thread's name
        (PRCTL, (1, 0), DENY),  # to outlive the parent
        (SOCKETPAIR, (1, 1), ALLOW),
        (SOCKETPAIR, (1, 1 | 0o2000000 | 0o4000), ALLOW),  # close-on-exec, non-blocking
        (SOCKETPAIR, (1, 2), DENY),  # datagrams could be sent to another's address
        (SOCKETPAIR, (2, 1), DENY),
    ],
)
def test_calls_that_depend_on_their_arguments(
    column: int, machine: str, call: tuple[int, int], arguments: tuple[int, ...], expected: int
) -> None:
    assert verdict(machine, call[column], *arguments) == expected
