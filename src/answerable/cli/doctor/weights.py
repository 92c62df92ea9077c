"""Checks of the models that search uses on this machine."""

from __future__ import annotations

from pathlib import Path

from answerable.cli.doctor.finding import Finding, Level
from answerable.kit.settings import RerankerSettings, SearchSettings
from answerable.knowledge.embedding.architecture import read_config
from answerable.knowledge.embedding.conversion import TOKENIZER_FILE, WEIGHT_FILES
from answerable.knowledge.embedding.errors import DamagedWeights, ModelFilesError
from answerable.knowledge.embedding.pooling import read_pooling
from answerable.knowledge.embedding.weights import MODEL_NAME, check_weights, find_weights


def check_embedding_weights(data_dir: Path, weights_dir: Path | None) -> Finding:
    """Whether the weights are there and are the official ones, byte for byte."""
    folder = find_weights(data_dir, weights_dir)
    if folder is None:
        detail = f"{MODEL_NAME} is not here: search is by words only"
        return Finding("Embedding model", Level.WARN, detail, "Run 'answerable models pull'.")
    try:
        check_weights(folder)
    except (DamagedWeights, OSError) as error:
        return Finding(
            "Embedding model", Level.FAIL, str(error), "Remove the file, run 'answerable models pull'."
        )
    return Finding("Embedding model", Level.OK, f"{MODEL_NAME} in {folder}")


def check_reranker(settings: RerankerSettings) -> list[Finding]:
    """Whether the reranker's files are there and of a kind that can be used; nothing where none is set. One
    behind an address is not asked."""
    if settings.url is not None:
        return [Finding("Reranker", Level.OK, f"asked at {settings.url}")]
    return [] if settings.folder is None else [_check_folder("Reranker", settings.folder)]


def check_encoder(search: SearchSettings, data_dir: Path) -> Finding:
    """Whether the encoder that the settings name can be used; without one, whether the default one can."""
    if search.encoder.url is not None:
        return Finding("Embedding model", Level.OK, f"asked at {search.encoder.url}")
    if search.encoder.folder is None:
        return check_embedding_weights(data_dir, search.weights_dir)
    try:
        read_pooling(search.encoder.folder)
    except ModelFilesError as error:
        return Finding("Embedding model", Level.FAIL, str(error), "Serve it by an embedding server instead.")
    return _check_folder("Embedding model", search.encoder.folder)


def _check_folder(subject: str, folder: Path) -> Finding:
    remedy = "Put the model's files there, or name another folder in the settings."
    try:
        kind = read_config(folder).model_type
    except (ModelFilesError, OSError) as error:
        return Finding(subject, Level.FAIL, str(error), remedy)
    if not (folder / TOKENIZER_FILE).is_file() or not any((folder / name).is_file() for name in WEIGHT_FILES):
        return Finding(subject, Level.FAIL, f"{folder} lacks {TOKENIZER_FILE} or weights", remedy)
    return Finding(subject, Level.OK, f"{kind} in {folder}")
