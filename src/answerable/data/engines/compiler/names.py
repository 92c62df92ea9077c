"""Fields by the names that a query uses, and the nearest names when one is wrong."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from difflib import get_close_matches

from answerable.data.engines.compiler.plan import FieldRef
from answerable.data.semantics.model import Dataset, Relationship, SemanticModel
from answerable.data.semantics.paths import flaw

MAX_HOPS = 3


class UnknownName(ValueError):
    """A name that the model lacks, or that no sound join reaches; the message has the remedy."""


def find_dataset(model: SemanticModel, name: str) -> Dataset:
    """The dataset of that name. Raises UnknownName."""
    dataset = model.dataset(name)
    if dataset is None:
        raise UnknownName(f"there is no dataset {name!r}{nearest(name, (d.name for d in model.datasets))}")
    return dataset


def find_field(model: SemanticModel, dataset: Dataset, name: str) -> FieldRef:
    """The field `name` of the dataset, or `dataset__field` of one that its rows point at.

    Raises UnknownName, also where a join would multiply rows, as the data is now, or could go two ways.
    """
    own = dataset.field(name)
    if own is not None:
        return FieldRef(name, dataset, own)
    prefix, _, rest = name.partition("__")
    while rest:
        other = model.dataset(prefix)
        field = other.field(rest) if other is not None else None
        if other is not None and field is not None and other.name != dataset.name:
            path = join_path(model, dataset.name, other.name)
            if (why := flaw(path, model)) is not None:
                raise UnknownName(why)
            return FieldRef(name, other, field, path)
        more, _, rest = rest.partition("__")
        prefix = f"{prefix}__{more}"
    known = [f.name for f in dataset.fields]
    known += [f"{d.name}__{f.name}" for d in model.datasets if d != dataset for f in d.fields]
    raise UnknownName(f"{dataset.name} has no field {name!r}{nearest(name, known)}")


def join_path(model: SemanticModel, start: str, goal: str) -> tuple[Relationship, ...]:
    """The relationships that lead from rows of `start` to one row of `goal`, nearest first.

    Raises UnknownName where there is none in that direction, or more than one shortest way.
    """
    paths: deque[tuple[str, tuple[Relationship, ...]]] = deque([(start, ())])
    found: list[tuple[Relationship, ...]] = []
    while paths:
        here, path = paths.popleft()
        if len(path) >= MAX_HOPS or (found and len(path) >= len(found[0])):
            continue
        visited = {start, *(step.right for step in path)}
        for step in _steps(model, here):
            if step.right == goal:
                found.append((*path, step))
            elif step.right not in visited:
                paths.append((step.right, (*path, step)))
    if len(found) > 1 and len(found[0]) == len(found[1]):
        ways = " or ".join(".".join((path[0].left, path[0].left_field)) for path in found)
        raise UnknownName(f"{goal} can be reached in more than one way ({ways}); ask about one dataset alone")
    if found:
        return found[0]
    if any(_touch(link, start, goal) for link in model.relationships):
        raise UnknownName(
            f"one row of {start} has many of {goal}, so a join would count rows twice; "
            f"ask about {goal} instead"
        )
    raise UnknownName(f"no relationship leads from {start} to {goal}; add one to the model")


def find_pointer(model: SemanticModel, dataset: Dataset, pointing: str) -> Relationship:
    """The relationship over which rows of `pointing` point at rows of the dataset.

    Raises UnknownName where there is none, or more than one."""
    links = [link for link in model.relationships if (link.left, link.right) == (pointing, dataset.name)]
    if len(links) == 1:
        return links[0]
    if links:
        ways = " or ".join(link.left_field for link in links)
        raise UnknownName(f"{pointing} points at {dataset.name} in more than one way ({ways})")
    raise UnknownName(f"no rows of {pointing} point at {dataset.name}; add a relationship to the model")


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'a' or 'b'?`, or the names that exist when none is near."""
    names = list(dict.fromkeys(known))
    close = get_close_matches(name, names, n=3, cutoff=0.6)
    if close:
        return "; did you mean " + " or ".join(repr(n) for n in close) + "?"
    shown = ", ".join(names[:10])
    return f"; there are: {shown}{', …' if len(names) > 10 else ''}" if names else ""


def _steps(model: SemanticModel, dataset: str) -> list[Relationship]:
    """What rows of the dataset point at; a one-to-one relationship goes both ways."""
    steps = [link for link in model.relationships if link.left == dataset]
    steps += [
        Relationship(
            left=link.right,
            left_field=link.right_field,
            right=link.left,
            right_field=link.left_field,
            cardinality="one_to_one",
            status=link.status,
        )
        for link in model.relationships
        if link.right == dataset and link.cardinality == "one_to_one"
    ]
    return steps


def _touch(link: Relationship, start: str, goal: str) -> bool:
    return {link.left, link.right} == {start, goal}
