"""What binds the rows that a query reads, as one word."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence

from answerable.data.semantics.reach import RowLimit


def sight_of(limits: Mapping[str, Sequence[RowLimit]], datasets: Collection[str]) -> str | None:
    """The word for the limits on datasets, by their names; None: nothing binds. Who has the same word sees
    the same rows."""
    bound = {name: [_told(limit) for limit in limits[name]] for name in set(datasets) & limits.keys()}
    if not bound:
        return None
    return hashlib.sha256(json.dumps(bound, sort_keys=True).encode()).hexdigest()[:16]


def _told(limit: RowLimit) -> list[object]:
    steps = [[step.left, step.left_field, step.right, step.right_field] for step in limit.path]
    return [limit.field.name if limit.field is not None else None, steps, list(limit.values)]
