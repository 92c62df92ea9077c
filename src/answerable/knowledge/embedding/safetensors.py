"""Read a safetensors file with numpy alone.

Format: https://github.com/huggingface/safetensors#format (8 bytes little-endian header length, a JSON
header with dtype, shape and byte range of each tensor, then the bytes).
"""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from answerable.knowledge.embedding.errors import DamagedWeights

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LENGTH = struct.Struct("<Q")
_HEADER_LIMIT = 100_000_000  # the format's own limit
_HALVED = "BF16"
_NUMPY_DTYPES = {"F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", _HALVED: "<u2"}


def read_safetensors(path: Path) -> dict[str, NDArray[np.generic]]:
    """The file's tensors by name, as read-only views of a memory map (bfloat16 alone is copied).

    Raises DamagedWeights when the file is not a whole safetensors file or has a dtype that no supported
    model uses.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        prefix = file.read(_LENGTH.size)
        if len(prefix) < _LENGTH.size:
            raise DamagedWeights(f"{path.name} is too short to be a safetensors file.")
        (header_length,) = _LENGTH.unpack(prefix)
        if header_length > min(_HEADER_LIMIT, size - _LENGTH.size):
            raise DamagedWeights(f"{path.name} has a header that is longer than the file.")
        try:
            header = json.loads(file.read(header_length))
        except ValueError as error:
            raise DamagedWeights(f"{path.name} has a header that is not JSON.") from error
    data = np.memmap(path, dtype=np.uint8, mode="r", offset=_LENGTH.size + header_length)
    return {name: _tensor(name, entry, data) for name, entry in header.items() if name != "__metadata__"}


def widened(halves: NDArray[np.uint16]) -> NDArray[np.float32]:
    """bfloat16, which numpy lacks, as float32: it is the upper half of one."""
    wide: NDArray[np.float32] = (halves.astype("<u4") << 16).view("<f4")
    return wide


def _tensor(name: str, entry: object, data: NDArray[np.uint8]) -> NDArray[np.generic]:
    match entry:
        case {"dtype": str(kind), "shape": [*shape], "data_offsets": [int(start), int(end)]}:
            dtype = _NUMPY_DTYPES.get(kind)
            if dtype is None:
                raise DamagedWeights(f"Tensor {name} has the dtype {kind}, which is not supported.")
            expected = math.prod(shape) * np.dtype(dtype).itemsize
            if not 0 <= start <= end <= data.size or end - start != expected:
                raise DamagedWeights(f"Tensor {name} does not lie inside the file.")
            numbers = data[start:end].view(dtype)
            return (widened(numbers) if kind == _HALVED else numbers).reshape(shape)
    raise DamagedWeights(f"Tensor {name} has no valid header entry.")
