"""What kept answers can depend on. An answer names all of it; whoever changes something forgets its tag."""

from __future__ import annotations

DOCUMENTS = "documents"
"""All documents of the workspace: what was looked for among them depends on each that comes or goes."""

DATASETS = "datasets"
"""All datasets of the workspace."""


def document_tag(document_id: str) -> str:
    """One document, `doc_…`."""
    return f"document:{document_id}"


def dataset_tag(dataset_id: str) -> str:
    """One dataset, `ds_…`, in its present version."""
    return f"dataset:{dataset_id}"
