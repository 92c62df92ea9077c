"""Weights are used only when they are whole and the ones that were expected."""

from __future__ import annotations

import json
import multiprocessing
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from answerable.knowledge.embedding import DamagedWeights, UnsupportedModel, load_encoder, weights
from answerable.knowledge.embedding.conversion import convert
from answerable.knowledge.embedding.pull import pull_model
from answerable.knowledge.embedding.safetensors import read_safetensors
from tests.knowledge.embedding.tiny_model import make_model, write_safetensors

_CUT_HEADER = json.dumps({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}).encode()


def test_tensors_read_as_they_were_written(tmp_path: Path) -> None:
    written = make_model(tmp_path)
    read = read_safetensors(tmp_path / "model.safetensors")
    assert read.keys() == written.keys()
    assert all((read[name] == tensor).all() for name, tensor in written.items())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x08\x00",
        struct.pack("<Q", 1 << 40) + b"{}",
        struct.pack("<Q", 4) + b"nope",
        struct.pack("<Q", 7) + b'{"a":1}',
        struct.pack("<Q", len(_CUT_HEADER)) + _CUT_HEADER + b"short",
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content + b"\0")
    with pytest.raises(DamagedWeights):
        read_safetensors(path)


def test_weights_that_lack_a_tensor_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    tensors = make_model(tmp_path / "source")
    del tensors["encoder.layer.1.output.dense.bias"]
    write_safetensors(tmp_path / "source" / "model.safetensors", tensors)
    with pytest.raises(DamagedWeights, match=r"encoder\.layer\.1\.output\.dense\.bias"):
        convert(tmp_path / "source", tmp_path / "models" / "tiny")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    make_model(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "model_type": "t5"}))
    with pytest.raises(UnsupportedModel, match="t5"):
        convert(tmp_path, tmp_path / "out")


def test_processes_that_convert_at_once_leave_one_whole_model(tmp_path: Path) -> None:
    make_model(tmp_path / "source")
    target = tmp_path / "models" / "tiny"
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        made = pool.starmap(convert, [(tmp_path / "source", target)] * 4)
    assert set(made) == {target}
    assert [path.name for path in target.parent.iterdir()] == ["tiny"]


def test_weights_with_another_hash_are_not_used(tmp_path: Path) -> None:
    make_model(weights.pulled_folder(tmp_path))
    with pytest.raises(DamagedWeights, match="not the official"):
        weights.check_weights(weights.pulled_folder(tmp_path))
    assert load_encoder(tmp_path, threads=1, weights_dir=weights.pulled_folder(tmp_path)) is None


def test_without_weights_there_is_no_encoder(tmp_path: Path) -> None:
    assert load_encoder(tmp_path, threads=1, weights_dir=tmp_path / "empty") is None
    assert not weights.is_available(tmp_path, tmp_path / "empty")


class _Hub(BaseHTTPRequestHandler):
    folder: Path

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        content = (self.folder / self.path.rsplit("/", 1)[-1]).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{hash(content):x}"')
        self.send_header("X-Repo-Commit", "0" * 40)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[str]:
    make_model(tmp_path / "hub")
    handler = type("Hub", (_Hub,), {"folder": tmp_path / "hub"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_pulled_model_that_is_not_the_official_one_is_thrown_away(tmp_path: Path, hub: str) -> None:
    with pytest.raises(DamagedWeights, match="not the official"):
        pull_model(tmp_path / "data", endpoint=hub)
    assert not weights.pulled_folder(tmp_path / "data").exists()


def test_a_pulled_model_is_checked_and_converted(
    tmp_path: Path, hub: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib  # noqa: PLC0415

    content = (tmp_path / "hub" / "model.safetensors").read_bytes()
    monkeypatch.setattr(weights, "WEIGHTS_SHA256", hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(weights, "_WHEEL", "no_such_wheel")
    folder = pull_model(tmp_path / "data", endpoint=hub)
    assert (folder / "model.bin").is_file()
    assert weights.is_available(tmp_path / "data")
