"""Which datasets the rows of one lead to, and over which relationships."""

from __future__ import annotations

from answerable.data.semantics.model import Relationship, SemanticModel

MAX_HOPS = 3
Path = tuple[Relationship, ...]


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
