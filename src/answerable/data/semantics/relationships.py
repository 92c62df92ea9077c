"""Which tables belong together: columns that may point at another table's rows, and which of them do.

Values decide, names only help: a column points at a key when its values are found among the key's.
Where chance could do that (whole numbers, digits, row numbers), the names have to agree as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from answerable.data.semantics.model import (
    Dataset,
    FieldRole,
    FieldType,
    ModelField,
    Relationship,
    SemanticModel,
)
from answerable.data.semantics.overlap import Overlap

MOST_CANDIDATES = 200
_KEYED = frozenset({FieldType.STRING, FieldType.INTEGER})
_POINTS = frozenset({FieldRole.KEY, FieldRole.DIMENSION})
_IDENTIFIER = re.compile(r"_?(?:id|ids|uuid|guid|key|nr|no|num|number|nummer|code|sku|ref|reference)$")
# Names that say nothing of what is identified: two row numbers are called so too.
_SAYS_NOTHING = frozenset(
    {
        "id", "no", "nr", "num", "number", "key", "code", "name", "title", "label", "row", "row_no",
        "row_number", "row_id", "line", "line_no", "line_number", "pos", "position", "index", "rank", "seq",
        "sequence", "version", "type", "status", "date", "value", "ref", "reference", "uuid", "guid",
    }
)  # fmt: skip
_FEWEST_UNNAMED = 10  # different values that must be found before values alone are believed
_SMALL_PART = 0.2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column that may point at a key. `kinship` is how far the names agree, 0 to 1."""

    left: str
    left_field: str
    right: str
    right_field: str
    kinship: float


def candidates(model: SemanticModel, row_counts: Mapping[str, int]) -> list[Candidate]:
    """The pairs of columns worth measuring, names that agree first. `row_counts` has the rows of each
    dataset by name; a dataset without is left out. Only columns that name single rows are pointed at."""
    found: list[Candidate] = []
    sides = [d for d in model.datasets if d.name in row_counts]
    for right in sides:
        keys = [f for f in right.fields if _may_be_key(f, right, row_counts[right.name])]
        for left in sides:
            if left.name != right.name:
                found += _between(left, right, keys)
    found.sort(key=lambda c: (-c.kinship, c.left, c.left_field, c.right, c.right_field))
    return found[:MOST_CANDIDATES]


def _between(left: Dataset, right: Dataset, keys: Sequence[ModelField]) -> list[Candidate]:
    found = []
    for key in keys:
        for field in left.fields:
            if field.type is not key.type or field.role not in _POINTS:
                continue
            kinship = _kinship(field.name, key.name, right)
            most = key.distinct_count or 0
            # The profile's counts are exact where a column may be unique, else within a few percent.
            values = field.distinct_count
            fits = values is None or values <= 1.2 * most + 2
            believed = key.type is FieldType.STRING and (values is None or values >= _FEWEST_UNNAMED)
            if fits and (kinship > 0 or believed):
                found.append(Candidate(left.name, field.name, right.name, key.name, kinship))
    return found


def _may_be_key(field: ModelField, dataset: Dataset, rows: int) -> bool:
    if field.type not in _KEYED or field.nullable or rows < 2 or field.distinct_count != rows:
        return False
    noun = _words(dataset.row_noun)
    named = _stem(field.name) == noun or field.name in (noun, "name", f"{noun}_name")
    # Texts that happen to occur once are called keys too: a town with one office identifies no office.
    identifying = [
        f.name
        for f in dataset.fields
        if f.role is FieldRole.KEY and f.distinct_count == rows and _IDENTIFIER.search(f.name) is not None
    ]
    return named or field.name in identifying or (not identifying and dataset.primary_key == (field.name,))


def _words(text: str) -> str:
    return re.sub(r"\W+", "_", text.casefold()).strip("_")


def _stem(name: str) -> str:
    """What is identified: the customer of `customer_id`."""
    return _IDENTIFIER.sub("", name)


def _kinship(left: str, key: str, right: Dataset) -> float:
    """How far the names agree: the same telling name, or the other table's noun with an ending."""
    noun = _words(right.row_noun)
    stem, own = _stem(left), _stem(key)
    if left == key and left not in _SAYS_NOTHING:
        return 1.0
    names_rows = own in ("", noun) or key in ("name", noun)
    if names_rows and noun and stem == noun:
        return 1.0
    if names_rows and noun and stem.endswith(f"_{noun}"):
        return 0.9
    if stem and stem == own and stem not in _SAYS_NOTHING:
        return 0.8
    return 0.0


def decide(measured: Sequence[tuple[Candidate, Overlap]]) -> tuple[Relationship, ...]:
    """The relationships that the values prove, each with its confidence: at most one for a column and
    the table that it points at, and none that only repeats two others."""
    best: dict[tuple[str, str, str], tuple[float, Relationship]] = {}
    for candidate, overlap in measured:
        confidence = _confidence(candidate, overlap)
        if confidence is None:
            continue
        unique = overlap.left_distinct == overlap.left_rows
        found = Relationship(
            left=candidate.left,
            left_field=candidate.left_field,
            right=candidate.right,
            right_field=candidate.right_field,
            cardinality="one_to_one" if unique else "many_to_one",
            confidence=confidence,
        )
        slot = (candidate.left, candidate.left_field, candidate.right)
        if slot not in best or best[slot][0] < confidence:
            best[slot] = (confidence, found)
    kept = _without_mirrors([found for _, found in best.values()])
    return tuple(sorted(_without_detours(kept), key=_identity))


def _confidence(candidate: Candidate, overlap: Overlap) -> float | None:
    """0 to 1, or None where the values do not prove a key, or chance could explain them."""
    if overlap.right_nulls or overlap.right_distinct != overlap.right_rows or overlap.left_distinct < 2:
        return None
    values = overlap.shared_values / overlap.left_distinct
    rows = overlap.matched_rows / overlap.left_rows
    if candidate.kinship >= 0.8:
        needed = 0.9 if candidate.kinship >= 1.0 else 0.98
        if min(values, rows) < needed or overlap.shared_values < 2:
            return None
        return round(0.55 + 0.2 * candidate.kinship + 0.2 * min(values, rows), 3)
    part = overlap.shared_values / overlap.right_distinct
    enough = overlap.shared_values >= _FEWEST_UNNAMED and part >= _SMALL_PART
    if overlap.digits or values < 1.0 or not enough:
        return None
    return round(0.6 + 0.1 * min(part, 1.0), 3)


def _without_mirrors(found: list[Relationship]) -> list[Relationship]:
    """Of two one-to-one relationships over the same columns, one in each direction, the first."""
    kept: list[Relationship] = []
    for link in sorted(found, key=lambda link: (-(link.confidence or 0), _identity(link))):
        mirror = (link.right, link.right_field, link.left, link.left_field)
        if mirror not in {_identity(other) for other in kept}:
            kept.append(link)
    return kept


def _without_detours(found: list[Relationship]) -> list[Relationship]:
    """Without a link from A to C where A points at B and B's same key at C: two ways for one thing."""
    by_column = {(link.left, link.left_field, link.right): link for link in found}
    kept = []
    for link in found:
        repeated = any(
            (other.right, other.right_field, link.right) in by_column
            for other in found
            if (other.left, other.left_field) == (link.left, link.left_field) and other is not link
        )
        if not repeated:
            kept.append(link)
    return kept


def merge_relationships(
    current: SemanticModel, base: SemanticModel, guessed: Sequence[Relationship]
) -> tuple[SemanticModel, SemanticModel]:
    """(the model, the new base) with newly proved relationships: what people edited or added stays, what
    they took out stays out, what was only guessed and no longer holds goes."""
    mine = {_identity(link): link for link in current.relationships}
    old = {_identity(link): link for link in base.relationships}
    new = {_identity(link): link for link in guessed}
    kept = [new.get(key, link) if link == old.get(key) else link for key, link in mine.items()
            if link != old.get(key) or key in new]  # fmt: skip
    kept += [link for key, link in new.items() if key not in mine and key not in old]
    # One that people took out is remembered even while the data does not show it.
    out = tuple(link for key, link in old.items() if key not in mine and key not in new)
    return (
        current.model_copy(update={"relationships": tuple(kept)}),
        base.model_copy(update={"relationships": (*new.values(), *out)}),
    )


def changed_ends(before: Sequence[Relationship], after: Sequence[Relationship]) -> frozenset[str]:
    """The names of the datasets at either end of relationships that came, went or changed
    their cardinality."""
    ways = {(*_identity(link), link.cardinality) for link in before}
    ways ^= {(*_identity(link), link.cardinality) for link in after}
    return frozenset(name for left, _, right, _, _ in ways for name in (left, right))


def _identity(link: Relationship) -> tuple[str, str, str, str]:
    return link.left, link.left_field, link.right, link.right_field
