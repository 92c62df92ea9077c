"""Check of the embedding model's weights."""

from __future__ import annotations

from pathlib import Path

from answerable.cli.doctor.finding import Finding, Level
from answerable.knowledge.embedding.errors import DamagedWeights
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
