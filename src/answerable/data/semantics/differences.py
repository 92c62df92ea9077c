"""What differs between two models, part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, JsonValue

from answerable.data.semantics.model import SemanticModel

Kind = Literal["added", "changed", "removed"]

_PLACES = {
    "dataset": "datasets",
    "metric": "metrics",
    "segment": "segments",
    "relationship": "relationships",
    "policy": "policies",
    "hidden_field": "hidden_fields",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A part that differs. `before` and `after` hold what differs of it alone, as JSON; how sure a guess is
    makes no difference."""

    part: str  # dataset, field, metric, segment, relationship, calendar, policy, hidden_field
    name: str
    change: Kind
    before: Mapping[str, JsonValue]
    after: Mapping[str, JsonValue]

    @property
    def path(self) -> str:
        """Where the part stands in the model: datasets.orders.fields.amount, metrics.revenue."""
        if self.part == "field":
            dataset, _, field = self.name.partition(".")
            return f"datasets.{dataset}.fields.{field}"
        return self.part if self.part == "calendar" else f"{_PLACES[self.part]}.{self.name}"


def differences(before: SemanticModel, after: SemanticModel) -> list[Change]:
    """The changes that lead from one model to another, in the model's order."""
    old, new = _parts(before), _parts(after)
    found = []
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key, {}), new.get(key, {})
        if was == now:
            continue
        kind: Kind = "changed" if key in old and key in new else "added" if key in new else "removed"
        names = [name for name in dict.fromkeys((*was, *now)) if was.get(name) != now.get(name)]
        found.append(
            Change(
                *key,
                kind,
                {name: was[name] for name in names if name in was},
                {name: now[name] for name in names if name in now},
            )
        )
    return found


def _parts(model: SemanticModel) -> dict[tuple[str, str], dict[str, JsonValue]]:
    found = {("calendar", "calendar"): _plain(model.calendar)}
    for dataset in model.datasets:
        found["dataset", dataset.name] = {k: v for k, v in _plain(dataset).items() if k != "fields"}
        for field in dataset.fields:
            found["field", f"{dataset.name}.{field.name}"] = _plain(field)
    for metric in model.metrics:
        found["metric", metric.name] = _plain(metric)
    for segment in model.segments:
        found["segment", segment.name] = _plain(segment)
    for link in model.relationships:
        name = f"{link.left}.{link.left_field} → {link.right}.{link.right_field}"
        found["relationship", name] = _plain(link)
    for policy in model.policies:
        found["policy", policy.name] = _plain(policy)
    for hidden in model.hidden_fields:
        found["hidden_field", f"{hidden.dataset}.{hidden.field}"] = _plain(hidden)
    return found


def _plain(part: BaseModel) -> dict[str, JsonValue]:
    content: dict[str, JsonValue] = part.model_dump(mode="json", exclude={"confidence"})
    return content
