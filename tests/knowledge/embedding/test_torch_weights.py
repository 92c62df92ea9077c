"""Weights in torch's own format are read without torch, and without running what they hold."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from answerable.knowledge.embedding import DamagedWeights, Encoder
from answerable.knowledge.embedding.conversion import convert
from answerable.knowledge.embedding.safetensors import widened
from answerable.knowledge.embedding.torch_weights import read_torch_weights
from tests.knowledge.embedding.tiny_model import make_model
from tests.knowledge.embedding.torch_file import write_evil_pickle, write_torch_weights


def test_a_model_with_torch_weights_gives_the_vectors_of_its_safetensors(tmp_path: Path) -> None:
    tensors = make_model(tmp_path / "safe")
    make_model(tmp_path / "torch")
    (tmp_path / "torch" / "model.safetensors").unlink()
    write_torch_weights(tmp_path / "torch" / "pytorch_model.bin", tensors)
    read = read_torch_weights(tmp_path / "torch" / "pytorch_model.bin")
    assert read.keys() == tensors.keys()
    assert all((read[name] == tensor).all() for name, tensor in tensors.items())
    vectors = [
        Encoder(convert(tmp_path / kind, tmp_path / "models" / kind)).encode(["red car"])
        for kind in ("safe", "torch")
    ]
    np.testing.assert_array_equal(*vectors)


def test_a_pickle_that_names_anything_else_is_refused_and_not_run(tmp_path: Path) -> None:
    write_evil_pickle(tmp_path / "weights.bin")
    with pytest.raises(DamagedWeights, match=r"os\.system"):
        read_torch_weights(tmp_path / "weights.bin")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04nonsense"])
def test_what_is_no_file_of_weights_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "weights.bin").write_bytes(content)
    with pytest.raises(DamagedWeights):
        read_torch_weights(tmp_path / "weights.bin")


def test_a_tensor_whose_bytes_are_missing_is_refused(tmp_path: Path) -> None:
    write_torch_weights(tmp_path / "whole.bin", {"a": np.ones((4, 4), np.float32)})
    with zipfile.ZipFile(tmp_path / "whole.bin") as whole, zipfile.ZipFile(tmp_path / "cut.bin", "w") as cut:
        cut.writestr("archive/data.pkl", whole.read("archive/data.pkl"))
        cut.writestr("archive/data/0", whole.read("archive/data/0")[:32])
    with pytest.raises(DamagedWeights):
        read_torch_weights(tmp_path / "cut.bin")


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    make_model(tmp_path / "source")
    (tmp_path / "source" / "model.safetensors").unlink()
    with pytest.raises(DamagedWeights, match="neither"):
        convert(tmp_path / "source", tmp_path / "model")


def test_bfloat16_is_the_upper_half_of_a_float() -> None:
    numbers = np.array([1.0, -2.5, 0.0, 3.140625], np.float32)
    halves = (numbers.view("<u4") >> 16).astype("<u2")
    np.testing.assert_array_equal(widened(halves), numbers)
