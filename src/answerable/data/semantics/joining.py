"""A workspace's model and a conversation's, as one: questions within the conversation are asked of both."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.data.ingestion.headers import unique
from answerable.data.semantics.model import SemanticModel

_MARK = "."
"""Between the two revisions of a joined model."""


@dataclass(frozen=True, slots=True)
class Revised:
    """A model with its revision, which takes long to make."""

    revision: str
    model: SemanticModel


def join(workspace: SemanticModel, own: SemanticModel) -> SemanticModel:
    """The workspace's model with a conversation's datasets, whose metrics make way for the workspace's names,
    and with those of its relationships that hold."""
    taken = {metric.name for metric in workspace.metrics}
    names = {metric.name: unique(metric.name, taken) for metric in own.metrics}
    metrics = list(workspace.metrics)
    for metric in own.metrics:
        changed = {"name": metric.name, "minus": metric.minus, "per": metric.per}
        metrics.append(metric.model_copy(update={part: names.get(n or "", n) for part, n in changed.items()}))
    datasets = (*workspace.datasets, *own.datasets)
    fields = {(dataset.name, field.name) for dataset in datasets for field in dataset.fields}
    more = {
        "datasets": datasets,
        "metrics": tuple(metrics),
        "segments": (*workspace.segments, *own.segments),
        "relationships": (
            *workspace.relationships,
            *(
                link
                for link in own.relationships
                if (link.left, link.left_field) in fields and (link.right, link.right_field) in fields
            ),
        ),
    }
    return workspace.model_copy(update=more)


def joined_revision(workspace: Revised, own: Revised) -> str:
    """What names both revisions: the joined model can be had again from what is kept of each."""
    return f"{workspace.revision}{_MARK}{own.revision}"


def revisions_of(revision: str) -> tuple[str, str | None]:
    """The revision of the workspace's model, and of the conversation's where there is one."""
    first, mark, second = revision.partition(_MARK)
    return first, second if mark else None
