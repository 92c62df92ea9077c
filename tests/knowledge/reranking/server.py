"""A reranking server that speaks the real protocols and does as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Score = Callable[[str, str], float]


@dataclass
class RerankServer:
    """`score` rates query and text. `status` other than 200, a `body` of its own, or `stuck` (no answer until
    the end) are how it fails."""

    score: Score
    status: int = 200
    body: bytes | None = None
    stuck: bool = False
    url: str = ""
    requests: list[dict] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def answer(self, path: str, asked: dict) -> bytes:
        """The answer in the protocol that was spoken."""
        if self.body is not None:
            return self.body
        if path == "/rerank":
            ranked = [
                {"index": n, "score": self.score(asked["query"], text)}
                for n, text in enumerate(asked["texts"])
            ]
            return json.dumps(sorted(ranked, key=lambda entry: -entry["score"])).encode()
        results = [
            {"index": n, "relevance_score": self.score(asked["query"], text)}
            for n, text in enumerate(asked["documents"])
        ]
        return json.dumps({"id": "r", "results": results}).encode()


@contextmanager
def serve(server: RerankServer) -> Iterator[RerankServer]:
    """Run it on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.requests.append(asked)
            server.headers.append({name.lower(): value for name, value in self.headers.items()})
            if server.stuck:
                server.released.wait(30)
            body = server.answer(self.path, asked)
            self.send_response(server.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.handle_error = lambda *_: None  # type: ignore[method-assign] # a client that left is no news
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield server
    finally:
        server.released.set()
        http.shutdown()
        thread.join()
        http.server_close()
