"""A port of 127.0.0.1 that leads to a Unix socket: the tests' PostgreSQL as one on the network."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Gate:
    """Lets so many bytes of a connection through to the socket, and the rest once it is opened. `held` is set
    while a connection waits."""

    def __init__(self, after_bytes: int) -> None:
        self.after_bytes = after_bytes
        self.held = threading.Event()
        self._opened = threading.Event()

    def open(self) -> None:
        """Let everything through from now on."""
        self._opened.set()

    def pass_through(self, sent: int) -> None:
        """Returns when a connection that has sent so much may send more."""
        if sent > self.after_bytes and not self._opened.is_set():
            self.held.set()
            self._opened.wait()


@contextmanager
def tcp_port_to(path: str, gate: Gate | None = None) -> Iterator[int]:
    """The port, until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_accept, args=(listener, path, gate), daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def _accept(listener: socket.socket, path: str, gate: Gate | None) -> None:
    with suppress(OSError):
        while True:
            near, _ = listener.accept()
            threading.Thread(target=_serve, args=(near, path, gate), daemon=True).start()


def _serve(near: socket.socket, path: str, gate: Gate | None) -> None:
    with near, socket.socket(socket.AF_UNIX) as far:
        with suppress(OSError):
            far.connect(path)
        back = threading.Thread(target=_copy, args=(far, near), daemon=True)
        back.start()
        _copy(near, far, gate)
        back.join()


def _copy(one: socket.socket, other: socket.socket, gate: Gate | None = None) -> None:
    sent = 0
    with suppress(OSError):
        while data := one.recv(65_536):
            sent += len(data)
            if gate is not None:
                gate.pass_through(sent)
            other.sendall(data)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
