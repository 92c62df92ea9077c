"""Which datasets the rows of one lead to, and over which relationships."""

from __future__ import annotations

from collections.abc import Iterable

from answerable.data.semantics.model import (
    NUMERIC_TYPES,
    TEMPORAL_TYPES,
    FieldType,
    Relationship,
    SemanticModel,
)

MAX_HOPS = 3
Path = tuple[Relationship, ...]


def flaw(path: Iterable[Relationship], model: SemanticModel) -> str | None:
    """Why the data as it is now lets nothing be looked up over a path, with what to do; None where it does.

    Rows that lead to several rows of another table would be counted more than once, or be told by parts of
    different ones."""
    return next((why for link in path if (why := _flaw(link, model)) is not None), None)


def _flaw(link: Relationship, model: SemanticModel) -> str | None:
    owner, pointed = model.dataset(link.left), model.dataset(link.right)
    left = owner.field(link.left_field) if owner is not None else None
    right = pointed.field(link.right_field) if pointed is not None else None
    if left is None or right is None:
        return None
    column = f"{link.right}.{link.right_field}"
    if not _comparable(left.type, right.type):
        return (
            f"{link.left}.{link.left_field} holds {left.type} and {column} {right.type}, whose values are "
            "never equal: change the relationship in the semantic model, or upload one of them in the type "
            "of the other"
        )
    if right.unique is False:
        return (
            f"{column} has values that are in more than one row, so that a row of {link.left} leads to "
            f"several of {link.right}: upload {link.right} with one row for each {link.right_field}, or "
            "change the relationship in the semantic model"
        )
    return None


def _comparable(one: FieldType, other: FieldType) -> bool:
    return one is other or any({one, other} <= kinds for kinds in (NUMERIC_TYPES, TEMPORAL_TYPES))


def sole_paths(model: SemanticModel, start: str) -> dict[str, Path]:
    """The datasets that a row of `start` leads to one row of, with the way there, nearest step first.
    A dataset that can be reached in two ways is left out: which one is meant would be a guess."""
    found: dict[str, list[Path]] = {}
    waiting: list[Path] = [(step,) for step in _steps(model, start)]
    while waiting:
        path = waiting.pop()
        here = path[-1].right
        found.setdefault(here, []).append(path)
        visited = {start, *(step.right for step in path)}
        if len(path) < MAX_HOPS:
            waiting += [(*path, step) for step in _steps(model, here) if step.right not in visited]
    return {goal: paths[0] for goal, paths in found.items() if len(paths) == 1 and goal != start}


def _steps(model: SemanticModel, dataset: str) -> list[Relationship]:
    """What rows of the dataset point at; a one-to-one relationship goes both ways."""
    steps = [link for link in model.relationships if link.left == dataset]
    steps += [
        link.model_copy(
            update={
                "left": link.right,
                "left_field": link.right_field,
                "right": link.left,
                "right_field": link.left_field,
            }
        )
        for link in model.relationships
        if link.right == dataset and link.cardinality == "one_to_one"
    ]
    return steps
