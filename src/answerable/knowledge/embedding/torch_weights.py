"""Read torch's weights file without torch, and without running what a pickle may hold.

Format: a zip with `…/data.pkl`, whose tensors name storages by number, and `…/data/<number>`, their bytes
(torch/serialization.py). The pickle's code can only name the few things below; any other is refused.
"""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from answerable.knowledge.embedding.errors import DamagedWeights
from answerable.knowledge.embedding.safetensors import widened

_STORAGES = {
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
}


@dataclass(frozen=True, slots=True)
class _StorageType:
    """Stands for a class of torch's that says what a storage's bytes are."""

    dtype: str


def read_torch_weights(path: Path) -> dict[str, NDArray[np.generic]]:
    """The file's tensors by name. Raises DamagedWeights for anything but a plain state of tensors."""
    try:
        with zipfile.ZipFile(path) as archive:
            (index,) = [name for name in archive.namelist() if name.endswith("/data.pkl")]
            folder = index.removesuffix("data.pkl")
            with archive.open(index) as file:
                state = _Unpickler(file, lambda key: archive.read(f"{folder}data/{key}")).load()
    except (zipfile.BadZipFile, pickle.UnpicklingError, ValueError, KeyError, TypeError, EOFError) as error:
        raise DamagedWeights(
            f"{path.name} is not a file of torch weights that can be read: {error}"
        ) from error
    if not isinstance(state, dict):
        raise DamagedWeights(f"{path.name} holds something else than named tensors.")
    return {str(name): value for name, value in state.items() if isinstance(value, np.ndarray)}


class _Unpickler(pickle.Unpickler):
    """Knows tensors, storages and ordered dictionaries, and nothing else."""

    def __init__(self, file: IO[bytes], read: Callable[[str], bytes]) -> None:
        super().__init__(file)
        self._read = read

    def find_class(self, module: str, name: str) -> object:
        """What the pickle names, if it is one of the few things that weights are made of."""
        if module == "torch" and name in _STORAGES:
            return _StorageType(_STORAGES[name])
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return _rebuild_parameter
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        raise pickle.UnpicklingError(f"it names {module}.{name}")

    def persistent_load(self, pid: tuple[str, _StorageType, str, str, int]) -> NDArray[np.generic]:
        """A storage as a flat array."""
        _, kind, key, _, count = pid
        data = self._read(key)
        if kind.dtype == "bfloat16":
            return widened(np.frombuffer(data, "<u2", count))
        return np.frombuffer(data, kind.dtype, count)


def _rebuild_tensor(
    storage: NDArray[np.generic], offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: object
) -> NDArray[np.generic]:
    needed = offset + 1 + sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    if min((offset, *size, *stride), default=0) < 0 or (0 not in size and needed > len(storage)):
        raise pickle.UnpicklingError("a tensor lies outside its storage")
    strides = [step * storage.itemsize for step in stride]
    view = np.lib.stride_tricks.as_strided(storage[offset:], size, strides, writeable=False)
    return np.ascontiguousarray(view)


def _rebuild_parameter(data: NDArray[np.generic], *_: object) -> NDArray[np.generic]:
    return data
