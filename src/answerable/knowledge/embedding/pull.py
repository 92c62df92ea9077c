"""Fetch the default embedding model from the Hugging Face hub."""

from __future__ import annotations

import shutil
from pathlib import Path

import huggingface_hub

from answerable.knowledge.embedding.errors import DamagedWeights
from answerable.knowledge.embedding.weights import (
    MODEL_FILES,
    MODEL_REPOSITORY,
    check_weights,
    prepare_model,
    pulled_folder,
)


def pull_model(data_dir: Path, *, endpoint: str | None = None) -> Path:
    """Download the model, check it and convert it; returns the folder of the converted model.

    `endpoint` is the address of a hub mirror; the official hub by default. Raises DamagedWeights when what
    came is not the official release (nothing of it is kept), and huggingface_hub's or httpx's errors when
    the hub cannot be reached.
    """
    folder = pulled_folder(data_dir)
    for name in MODEL_FILES:
        huggingface_hub.hf_hub_download(MODEL_REPOSITORY, name, local_dir=folder, endpoint=endpoint)
    try:
        check_weights(folder)
    except DamagedWeights:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    converted = prepare_model(data_dir)
    if converted is None:
        raise DamagedWeights(f"{folder} is not complete after the download.")
    return converted
