"""An HTTP client of a running server, whose every failure is one line that says what to do."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from pydantic import BaseModel, JsonValue, ValidationError

from answerable.cli.failure import CommandFailed, ServerUnusable
from answerable.cli.options import Server

Model = TypeVar("Model", bound=BaseModel)

# An answer may take the server's whole query limit of 30 s, an upload's parts longer on a slow disk.
_TIMEOUT = httpx.Timeout(120, connect=5)


class _Problem(BaseModel):
    """What matters here of Problem Details (RFC 9457)."""

    title: str = ""
    detail: str | None = None


class Client:
    """Speaks to one server with one key; without a key it speaks as nobody."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url = url
        self._has_key = key is not None
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        # A proxy for the outside world has no business with this machine's own server.
        self._http = httpx.Client(headers=headers, timeout=_TIMEOUT, trust_env=not _is_loopback(url))

    @classmethod
    def of(cls, server: Server) -> Client:
        """A client with the server's key."""
        return cls(server.url, server.key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def answers(self) -> bool:
        """Whether a server of this kind is there and alive."""
        try:
            return self._http.get(f"{self.url}/health/live", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def get(self, path: str, model: type[Model], **parameters: str | int) -> Model:
        """Reads a resource."""
        return self._read(self._send("GET", path, params=parameters), model)

    def get_raw(self, path: str, **parameters: str | int) -> httpx.Response:
        """Reads a resource; the answer as it came, always a success."""
        return self._send("GET", path, params=parameters)

    def post(self, path: str, model: type[Model], body: Mapping[str, JsonValue]) -> Model:
        """Posts JSON and reads the answer."""
        return self._read(self.post_raw(path, body), model)

    def post_raw(self, path: str, body: Mapping[str, JsonValue]) -> httpx.Response:
        """Posts JSON; the answer as it came, always a success."""
        return self._send("POST", path, json=dict(body))

    def put(self, path: str, model: type[Model], body: Mapping[str, JsonValue]) -> Model:
        """Replaces a resource and reads what it is then."""
        return self._read(self._send("PUT", path, json=dict(body)), model)

    def delete(self, path: str) -> None:
        """Deletes a resource."""
        self._send("DELETE", path)

    def delete_for(self, path: str, model: type[Model]) -> Model:
        """Has a resource deleted and reads what becomes of it."""
        return self._read(self._send("DELETE", path), model)

    def upload(
        self,
        path: str,
        model: type[Model],
        file: Path,
        on_read: Callable[[int], None],
        fields: Mapping[str, str] | None = None,
    ) -> Model:
        """Posts a file as the part `file`; `on_read` is told each time how many bytes went out.

        `fields` are the form's other parts. The file is streamed, never held in memory. OSError when it
        cannot be read.
        """
        with _CountedFile(file, on_read) as content:
            part = (file.name, content, "application/octet-stream")
            response = self._send("POST", path, files={"file": part}, data=dict(fields or {}))
        return self._read(response, model)

    def _send(self, method: str, path: str, **content: object) -> httpx.Response:
        headers = {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        try:
            # The keywords are httpx's own; each caller above passes one of them.
            response = self._http.request(method, self.url + path, headers=headers, **content)  # type: ignore[arg-type]
        except httpx.ConnectError as error:
            raise ServerUnusable(
                f"no server answers at {self.url}: start one with 'answerable serve', "
                "or name another with --url."
            ) from error
        except httpx.TimeoutException as error:
            raise CommandFailed(
                f"{self.url} did not answer in time: try again, or look at its log."
            ) from error
        except httpx.HTTPError as error:
            raise CommandFailed(f"the connection to {self.url} broke: {error}. Try again.") from error
        if response.status_code == 401 and self._has_key:
            raise ServerUnusable(
                f"{self.url} refused the key: {_reason(response, self.url)} "
                "A new one: 'answerable keys create NAME --email YOU@EXAMPLE.COM'."
            )
        if not response.is_success:
            raise CommandFailed(_reason(response, self.url))
        return response

    def _read(self, response: httpx.Response, model: type[Model]) -> Model:
        try:
            return model.model_validate_json(response.content)
        except ValidationError as error:
            raise CommandFailed(
                f"{self.url} answered something else than this version expects: is it an Answerable server "
                "of the same version? Compare 'answerable version'."
            ) from error


class _CountedFile(FileIO):
    """A file that tells how much of it was read."""

    def __init__(self, path: Path, on_read: Callable[[int], None]) -> None:
        super().__init__(path, "rb")
        self._on_read = on_read

    def read(self, size: int | None = -1) -> bytes:
        content = super().read(-1 if size is None else size) or b""
        self._on_read(len(content))
        return content


def _is_loopback(url: str) -> bool:
    """Raises CommandFailed when it is not an address of a web server."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise CommandFailed(f"'{url}' is not the address of a server: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise CommandFailed(f"'{url}' is not the address of a server: it starts with http:// or https://")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reason(response: httpx.Response, url: str) -> str:
    try:
        problem = _Problem.model_validate_json(response.content)
    except ValidationError:
        return f"{url} answered {response.status_code}, not as an Answerable server does. Check --url."
    return problem.detail or problem.title or f"{url} answered {response.status_code}"
