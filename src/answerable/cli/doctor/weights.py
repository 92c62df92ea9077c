"""Checks of the models that search uses on this machine."""

from __future__ import annotations

from pathlib import Path

from answerable.cli.doctor.finding import Finding, Level
from answerable.kit.settings import RerankerSettings
from answerable.knowledge.embedding.architecture import read_config
from answerable.knowledge.embedding.conversion import TOKENIZER_FILE, WEIGHT_FILES
from answerable.knowledge.embedding.errors import DamagedWeights, ModelFilesError
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
    if settings.folder is None:
        return []
    remedy = "Put the model's files there, or name another folder in ANSWERABLE_SEARCH__RERANKER__FOLDER."
    try:
        kind = read_config(settings.folder).model_type
    except (ModelFilesError, OSError) as error:
        return [Finding("Reranker", Level.FAIL, str(error), remedy)]
    if not (settings.folder / TOKENIZER_FILE).is_file() or not any(
        (settings.folder / name).is_file() for name in WEIGHT_FILES
    ):
        missing = f"{settings.folder} lacks {TOKENIZER_FILE} or weights"
        return [Finding("Reranker", Level.FAIL, missing, remedy)]
    return [Finding("Reranker", Level.OK, f"{kind} in {settings.folder}")]
