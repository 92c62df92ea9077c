"""Write weights as torch.save does, without torch."""

from __future__ import annotations

import io
import pickle
import sys
import types
import zipfile
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class _Storage:
    """A storage as the pickle refers to it."""

    def __init__(self, kind: type, key: str, count: int) -> None:
        self.reference = ("storage", kind, key, "cpu", count)


class _Tensor:
    def __init__(self, rebuild: object, storage: _Storage, array: NDArray[np.generic]) -> None:
        strides = tuple(step // array.itemsize for step in array.strides)
        self._parts = (rebuild, (storage, 0, array.shape, strides, False, OrderedDict()))

    def __reduce__(self) -> tuple:
        return self._parts


class _Pickler(pickle.Pickler):
    def persistent_id(self, value: object) -> object:
        return value.reference if isinstance(value, _Storage) else None


@contextmanager
def _named_like_torch() -> Iterator[tuple[type, object]]:
    torch, inner = types.ModuleType("torch"), types.ModuleType("torch._utils")
    kind = type("FloatStorage", (), {"__module__": "torch"})

    def _rebuild_tensor_v2() -> None:
        """Only its name is written."""

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    torch.FloatStorage, inner._rebuild_tensor_v2 = kind, _rebuild_tensor_v2  # type: ignore[attr-defined]
    before = {name: sys.modules.get(name) for name in ("torch", "torch._utils")}
    sys.modules.update({"torch": torch, "torch._utils": inner})
    try:
        yield kind, _rebuild_tensor_v2
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def write_torch_weights(path: Path, tensors: Mapping[str, NDArray[np.float32]]) -> None:
    """The tensors as `pytorch_model.bin` has them."""
    with _named_like_torch() as (kind, rebuild):
        state = OrderedDict(
            (name, _Tensor(rebuild, _Storage(kind, str(number), array.size), array))
            for number, (name, array) in enumerate(tensors.items())
        )
        written = io.BytesIO()
        _Pickler(written, protocol=2).dump(state)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", written.getvalue())
        for number, array in enumerate(tensors.values()):
            archive.writestr(f"archive/data/{number}", array.tobytes())


def write_evil_pickle(path: Path) -> None:
    """A file of weights whose pickle would run a command."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", b"cos\nsystem\n(S'touch /tmp/evil'\ntR.")
