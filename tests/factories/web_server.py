"""An HTTP server on loopback whose pages a test writes down."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Page:
    """What a path answers. With an ETag or a date, conditions are obeyed."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """One request; header names are lower case."""

    target: str
    headers: dict[str, str]


@dataclass
class WebServer:
    """Answers from `pages` by path and query, else by `answer`; `requests` holds what came, in order."""

    port: int = 0
    pages: dict[str, Page] = field(default_factory=dict)
    answer: Callable[[Request], Page] | None = None
    requests: list[Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"

    def put(self, path: str, body: str | bytes, **headers: str) -> None:
        """Write a page down; HTML unless a header says otherwise."""
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = Page(data, headers={"content-type": "text/html", **named})

    def asked(self, path: str) -> list[Request]:
        """The requests for a path."""
        return [request for request in self.requests if request.target == path]


@contextmanager
def web_server() -> Iterator[WebServer]:
    """A server that runs while inside."""
    web = WebServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            request = Request(self.path, {name.lower(): value for name, value in self.headers.items()})
            web.requests.append(request)
            page = web.pages.get(self.path)
            if page is None:
                page = web.answer(request) if web.answer is not None else Page(status=404)
            condition = request.headers.get("if-none-match")
            unchanged = condition is not None and condition == page.headers.get("etag")
            self.send_response(304 if unchanged else page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            if not unchanged:
                self.send_header("content-length", str(len(page.body)))
            self.end_headers()
            if not unchanged:
                self.wfile.write(page.body)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    web.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
