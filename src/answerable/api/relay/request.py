"""What is read from a request before its body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from answerable.inference.operation import Operation
from answerable.kit import ids
from answerable.kit.errors import Unauthenticated

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_TRACEPARENT = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_CREDENTIALS = (b"authorization", b"x-api-key")
_SECRET = frozenset({*_CREDENTIALS, b"cookie", b"proxy-authorization"})

MODELS_PATH = "/v1/models"
_ANTHROPICS = frozenset({Operation.MESSAGES, Operation.COUNT_TOKENS})
OPERATIONS: Mapping[str, Operation] = {operation.path: operation for operation in Operation}


def protocol_of(path: str) -> Operation:
    """Whose words an error on that path is told in."""
    if path.startswith(Operation.MESSAGES.path):
        return Operation.MESSAGES
    return OPERATIONS.get(path, Operation.CHAT)


def route_of(path: str) -> str:
    """The path as metrics know it: one of ours, never one that a client made up."""
    if path in OPERATIONS:
        return path
    return MODELS_PATH if path.startswith(MODELS_PATH) else "none"


class ClientHeaders(Mapping[str, str]):
    """A client's headers but for its credentials, decoded when somebody looks at them."""

    __slots__ = ("_raw",)

    def __init__(self, raw: Mapping[bytes, bytes]) -> None:
        self._raw = raw

    def __getitem__(self, name: str) -> str:
        key = name.encode("latin-1")
        if key in _SECRET:
            raise KeyError(name)
        return self._raw[key].decode("latin-1")

    def __contains__(self, name: object) -> bool:
        key = name.encode("latin-1") if isinstance(name, str) else b""
        return key in self._raw and key not in _SECRET

    def __iter__(self) -> Iterator[str]:
        return (name.decode("latin-1") for name in self._raw if name not in _SECRET)

    def __len__(self) -> int:
        return sum(1 for name in self._raw if name not in _SECRET)


@dataclass(slots=True)
class RequestHead:
    """Headers with lower-case names; of those that must be single, the only one."""

    headers: Mapping[bytes, bytes]
    repeated: frozenset[bytes]
    request_id: bytes
    trace_id: str

    @classmethod
    def of(cls, raw: Sequence[tuple[bytes, bytes]], *, trace_id: str | None = None) -> RequestHead:
        """The head of an ASGI scope's headers. The ids are the client's, when sane; `trace_id` is that of
        the trace which is being recorded."""
        headers = dict(raw)
        repeated: frozenset[bytes] = frozenset()
        if len(headers) != len(raw):
            names = [name for name, _ in raw]
            repeated = frozenset(name for name in names if names.count(name) > 1)
        fresh = ids.random_bytes().hex()
        given = headers.get(b"x-request-id")
        known = given is not None and _REQUEST_ID.fullmatch(given)
        trace = headers.get(b"traceparent")
        match = None if trace is None else _TRACEPARENT.fullmatch(trace)
        return cls(
            headers,
            repeated,
            given if known and given is not None else fresh[:16].encode(),
            trace_id or (fresh[16:] if match is None else match.group(1).decode()),
        )

    def text(self, name: bytes) -> str | None:
        """One header's value."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def passable(self) -> Mapping[str, str]:
        """The headers that may be handed on to a provider; which ones, its adapter says."""
        return ClientHeaders(self.headers)

    def credential(self, operation: Operation | None) -> str | None:
        """The credential: `Authorization: Bearer …`, for Anthropic's protocol also `x-api-key`.

        Raises Unauthenticated for two that differ. Nothing else is looked at, no query, no cookie.
        """
        if self.repeated and not self.repeated.isdisjoint(_CREDENTIALS):
            raise Unauthenticated("Send one credential, once.")
        bearer = None
        value = self.headers.get(b"authorization")
        if value is not None:
            scheme, _, rest = value.decode("latin-1").partition(" ")
            if scheme.lower() == "bearer":
                bearer = rest.strip() or None
        if operation not in _ANTHROPICS:
            return bearer
        key = (self.text(b"x-api-key") or "").strip() or None
        if bearer is not None and key is not None and bearer != key:
            raise Unauthenticated("Two credentials that differ were sent. Send one.")
        return bearer or key
