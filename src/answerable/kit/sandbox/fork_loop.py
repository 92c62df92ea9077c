"""The fork server's own process: loads libraries once, then forks a child for each call.

It never sees a document: what a child reads and answers goes over the child's own socket. It stays on one
thread, so that a fork is a whole copy. Commands and replies have a fixed size; a spawn carries the child's
socket and its standard error as descriptors (SCM_RIGHTS).
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import platform
import selectors
import signal
import socket
import struct
import sys

from answerable.kit.sandbox import child

COMMAND = struct.Struct(">cI")  # SPAWN and 0, or KILL and a process id
REPLY = struct.Struct(">cIi")  # SPAWNED, process id, 0; or EXITED, process id, return code
SPAWN, KILL, SPAWNED, EXITED = b"S", b"K", b"P", b"E"
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve commands from the socket at standard input until it closes. The arguments after the import
    roots' end ("--") are the parent's process id and the modules to load."""
    arguments = sys.argv[sys.argv.index("--") + 1 :]
    parent = int(arguments[0])
    if platform.system() == "Linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        return
    for module in arguments[1:]:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page that it marks
    _Loop(socket.socket(fileno=os.dup(0))).run()


class _Loop:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._children: set[int] = set()
        self._wake, self._waker = socket.socketpair()
        for end in (self._wake, self._waker):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)

    def run(self) -> None:
        """Until the parent closes its end; the children that are left die then."""
        with selectors.DefaultSelector() as ready:
            ready.register(self._control, selectors.EVENT_READ)
            ready.register(self._wake, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    if key.fileobj is self._wake:
                        self._bury()
                    elif not self._obey():
                        self._end()
                        return

    def _obey(self) -> bool:
        data, descriptors, _, _ = socket.recv_fds(self._control, COMMAND.size, 2)
        if len(data) < COMMAND.size:
            return False
        command, pid = COMMAND.unpack(data)
        if command == SPAWN:
            self._spawn(*descriptors)
        elif pid in self._children:  # one that is buried has left its number to others
            _kill(pid)
        return True

    def _spawn(self, messages: int, errors: int) -> None:
        pid = os.fork()
        if pid == 0:
            self._become_child(messages, errors)
        for descriptor in (messages, errors):
            os.close(descriptor)
        self._children.add(pid)
        self._control.sendall(REPLY.pack(SPAWNED, pid, 0))

    def _become_child(self, messages: int, errors: int) -> None:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            for target, descriptor in ((0, messages), (1, messages), (2, errors)):
                os.dup2(descriptor, target)
            os.closerange(3, 256)
            child.main()
            status = 0
        finally:
            os._exit(status)  # never back into the server's loop

    def _bury(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wake.recv(4096)
        for pid in sorted(self._children):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._children.discard(pid)
                with contextlib.suppress(ConnectionError):
                    self._control.sendall(REPLY.pack(EXITED, pid, os.waitstatus_to_exitcode(status)))

    def _end(self) -> None:
        for pid in self._children:
            _kill(pid)
        for pid in self._children:
            os.waitpid(pid, 0)


def _kill(pid: int) -> None:
    for kill in (os.killpg, os.kill):  # its own group exists only once it has started
        with contextlib.suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)
