"""A server on loopback whose answers a test writes down beforehand."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """One answer: JSON, or raw bytes as another kind of server would send them."""

    body: object
    status: int = 200


@dataclass(frozen=True)
class Seen:
    """One request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class ScriptedServer:
    """`replies` maps "METHOD /path" to the answers in turn; the last one is given for ever."""

    url: str
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    def on(self, request: str, *replies: Reply) -> None:
        """Writes down the answers to a request."""
        self.replies[request] = list(replies)

    def answer(self, request: Seen) -> Reply:
        """The next answer to a request."""
        self.seen.append(request)
        replies = self.replies.get(f"{request.method} {request.path}")
        if not replies:
            return Reply(
                {"title": "Not found", "status": 404, "detail": "Nothing is here.", "code": "x"}, 404
            )
        return replies.pop(0) if len(replies) > 1 else replies[0]


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    """A server for one test."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            path = self.path.partition("?")[0]
            reply = script.answer(Seen(self.command, path, dict(self.headers.items()), body))
            content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _handle  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        script = ScriptedServer(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield script
        server.shutdown()
        thread.join()
