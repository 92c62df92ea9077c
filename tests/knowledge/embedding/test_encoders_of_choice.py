"""Encoders that the settings name: folders with their pooling and prefixes, and servers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from answerable.kit.settings import EncoderSettings
from answerable.knowledge.embedding import Encoder, EncoderAway, TextEncoder, UnsupportedModel
from answerable.knowledge.embedding.conversion import convert
from answerable.knowledge.embedding.pooling import Pooling, read_pooling
from answerable.knowledge.embedding.remote import RemoteEncoder
from answerable.knowledge.embedding.spec import configured_spec
from tests.knowledge.embedding.tiny_model import make_model

TEXT, SPANS = "red car runs. the green house", [(0, 13), (14, 29)]


def describe(folder: Path, **modes: bool) -> None:
    """Write sentence-transformers' files beside a model."""
    modules = [{"path": "", "type": "m.Transformer"}, {"path": "1_Pooling", "type": "m.Pooling"}]
    (folder / "modules.json").write_text(json.dumps([*modules, {"path": "2", "type": "m.Normalize"}]))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 32, **modes}))


def test_pooling_and_prefixes_are_read_from_the_models_files(tmp_path: Path) -> None:
    make_model(tmp_path)
    assert read_pooling(tmp_path) is Pooling.MEAN
    describe(tmp_path, pooling_mode_cls_token=True)
    prompts = {"prompts": {"query": "q: ", "document": "d: "}}
    (tmp_path / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    assert read_pooling(tmp_path) is Pooling.FIRST
    spec = configured_spec(EncoderSettings(folder=tmp_path))
    assert (spec.query_prefix, spec.document_prefix) == ("q: ", "d: ")
    other = configured_spec(EncoderSettings(folder=tmp_path, query_prefix=""))
    assert (other.query_prefix, other.document_prefix) == ("", "d: ")
    assert spec.fingerprint != other.fingerprint


def test_a_pooling_that_is_not_known_is_refused(tmp_path: Path) -> None:
    make_model(tmp_path)
    describe(tmp_path, pooling_mode_max_tokens=True)
    with pytest.raises(UnsupportedModel, match="pooling"):
        convert(tmp_path, tmp_path / "out")


def test_where_the_first_token_stands_for_a_text_sentences_are_embedded_apart(tmp_path: Path) -> None:
    make_model(tmp_path / "s")
    describe(tmp_path / "s", pooling_mode_cls_token=True)
    encoder = Encoder(convert(tmp_path / "s", tmp_path / "m"))
    whole, (inner,) = encoder.encode_spans([TEXT], [SPANS])
    np.testing.assert_allclose(whole, encoder.encode([TEXT]), atol=0.05)
    apart = encoder.encode([TEXT[start:end] for start, end in SPANS])
    assert (inner * apart).sum(axis=1).min() > 0.99


def test_prefixes_stand_before_queries_and_passages(tmp_path: Path) -> None:
    make_model(tmp_path / "s")
    folder = convert(tmp_path / "s", tmp_path / "m")
    plain = Encoder(folder)
    prefixed = Encoder(folder, query_prefix="red ", document_prefix="blue ")
    assert (plain.encode(["red tree"])[0] @ prefixed.encode_queries(["tree"])[0]) > 0.999
    assert (plain.encode(["blue tree"])[0] @ prefixed.encode(["tree"])[0]) > 0.999
    shifted = [[(start + 5, end + 5) for start, end in SPANS]]
    _, (expected,) = plain.encode_spans(["blue " + TEXT], shifted)
    _, (inner,) = prefixed.encode_spans([TEXT], [SPANS])
    np.testing.assert_allclose(inner, expected, atol=1e-5)


class EmbeddingServer(BaseHTTPRequestHandler):
    """TEI's and OpenAI's protocols; a text's vector is its length and its first letter's number."""

    asked: list[dict]
    status = 200

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append({**body, "authorization": self.headers["authorization"]})
        texts = body.get("inputs", body.get("input"))
        vectors = [[float(len(text)), float(ord(text[0])), 1.0] for text in texts]
        answer: object = vectors
        if self.path == "/v1/embeddings":
            data = [{"index": n, "embedding": vector} for n, vector in enumerate(vectors)]
            answer = {"object": "list", "data": data[::-1]}
        content = json.dumps(answer).encode()
        self.send_response(type(self).status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[tuple[str, type[EmbeddingServer]]]:
    handler = type("Handler", (EmbeddingServer,), {"asked": []})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}", handler
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.mark.parametrize(("protocol", "path"), [("tei", "/embed"), ("openai", "/v1/embeddings")])
async def test_a_server_gives_the_vectors(
    server: tuple[str, type[EmbeddingServer]], protocol: str, path: str
) -> None:
    url, handler = server
    given = {"url": url + path, "protocol": protocol, "model": "bge", "key": "k", "query_prefix": "query: "}
    settings = EncoderSettings.model_validate(given)
    encoder = TextEncoder(lambda: RemoteEncoder(configured_spec(settings), settings), threads=4)
    vectors = await encoder.encode(["a", "bb"])
    assert vectors is not None
    expected = np.array([[1, 97, 1], [2, 98, 1]], np.float32)
    np.testing.assert_allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-6)
    query = await encoder.encode_query("a")
    expected = np.array([8, ord("q"), 1], np.float32)
    np.testing.assert_allclose(query, expected / np.linalg.norm(expected), atol=1e-6)
    spans = await encoder.encode_spans(["ab cd", "e"], [[(0, 2), (3, 5)], []])
    assert spans is not None
    assert [found.shape for found in spans[1]] == [(2, 3), (0, 3)]
    assert handler.asked[0]["authorization"] == "Bearer k"
    assert handler.asked[-1].get("model") == (None if protocol == "tei" else "bge")
    handler.status = 503
    with pytest.raises(EncoderAway, match="503"):
        await encoder.encode(["a"])
    assert await encoder.encode_query("new") is None
    encoder.close()
