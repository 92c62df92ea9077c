"""The words of other tables that a table's rows lead to: the customer's country, said of orders.

Only what groups and filters comes from there. A number of the other table is never measured here: each
of its rows would be counted once for every row that points at it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from answerable.data.questions.entries import Entry
from answerable.data.questions.meanings import Field, Named, Pointing, Rows, Value
from answerable.data.semantics.model import Dataset, FieldType, ModelField, SemanticModel
from answerable.data.semantics.paths import Path, sole_paths
from answerable.data.semantics.segments import within

Spot = tuple[int, int, Entry]
_LONGEST_NAME = 63
_GROUPED = frozenset({FieldType.STRING, FieldType.BOOLEAN, FieldType.INTEGER})
_NAMES = frozenset({"Dim", "Num", "TimeF", "Flag", "NotFlag", "Metric"})
_NOUNS = frozenset({"Rows", "Table"})


class Reach:
    """What one dataset's rows lead to. `fields` are the fields of the other tables, under the names that a
    query gives them; `paths` the way to each table, `pointers` the fields that tell its rows apart
    here."""

    def __init__(self, model: SemanticModel, dataset: Dataset) -> None:
        self.dataset = dataset
        self._model = model
        self.paths: dict[str, Path] = sole_paths(model, dataset.name)
        self._names: dict[tuple[str, str], str] = {}
        found: list[ModelField] = []
        for goal, path in self.paths.items():
            other = model.dataset(goal)
            for field in other.fields if other is not None else ():
                name = f"{goal}__{field.name}"
                if field.name == path[-1].right_field:
                    self._names[goal, field.name] = self._pointer(path)
                elif field.type in _GROUPED and len(name) <= _LONGEST_NAME:
                    self._names[goal, field.name] = name
                    found.append(field.model_copy(update={"name": name}))
        self.fields = tuple(found)
        self.pointers = frozenset(
            (goal, self._pointer(path)) for goal, path in self.paths.items()
        ) | frozenset(
            (goal, name) for (goal, field), name in self._names.items() if self._is_name(goal, field)
        )
        links = [link.left for link in model.relationships if link.right == dataset.name]
        self._keys = {
            (link.left, link.left_field): link.right_field
            for link in model.relationships
            if link.right == dataset.name and dataset.primary_key == (link.right_field,)
        }
        self._pointing = {
            other.name: Pointing(other.name, other.default_time)
            for other in model.datasets
            if links.count(other.name) == 1 and other.name not in self.paths
        }

    def _pointer(self, path: Path) -> str:
        """The field that says which row of the other table it is."""
        last = path[-1]
        return last.left_field if last.left == self.dataset.name else f"{last.left}__{last.left_field}"

    def spots(self, spots: Collection[Spot], words: list[str]) -> list[Spot]:
        """The phrases of the reachable tables as phrases of this one. The nearest table wins: a word of the
        dataset's own is not looked for elsewhere."""
        own = {(start, end, _kind(e)) for start, end, e in spots if e.dataset == self.dataset.name}
        # The guests of a booking are its number of them, and those in the table of guests.
        kinds = [(s, e, one.category) for s, e, one in spots if one.dataset == self.dataset.name]
        numbers = {(s, e) for s, e, kind in kinds if kind == "Num" and (s, e, "Dim") not in kinds}
        theirs = [(start, end, e) for start, end, e in spots if e.dataset in self.paths and e.tier < 3]
        nouns = {
            (s, e, entry.dataset) for s, e, entry in theirs if entry.category in _NOUNS and entry.tier == 0
        }
        called = {(s, e, entry.dataset) for s, e, entry in theirs if self._tells_apart(entry)}
        found = [*self._pointed(spots), *self._pointed_values(spots), *self._key_values(spots)]
        told = nouns | called
        for start, end, entry in theirs:
            if any((start, end, goal) in told for goal in self._leads_to(entry)):
                continue  # the site of a meter is the site, not the number that leads there
            if entry.category in _NOUNS:
                if (start, end, entry.dataset) in called:
                    continue  # a course is told by its name, where no two have the same
                named = self._noun(entry) if entry.tier == 0 else None
            elif (start, end, entry.dataset) in nouns and (start, end, entry.dataset) not in called:
                continue  # the noun alone stands for the other table's row
            else:
                named = self._named(entry)
            if named is None:
                continue
            thing = (entry.category in _NOUNS or self._tells_apart(entry)) and (start, end) in numbers
            if thing or (start, end, _kind(named)) not in own:
                found.append((start, end, named))
            if entry.category not in _NOUNS:
                found += _with_noun(start, end, named, entry.dataset, nouns, words)
        return found

    def _leads_to(self, entry: Entry) -> list[str]:
        """The tables that the phrase's field leads to from another table."""
        if entry.category != "Dim" or not isinstance(entry.value, Field):
            return []
        return [
            link.right
            for link in self._model.relationships
            if (link.left, link.left_field) == (entry.dataset, entry.value.name)
        ]

    def _tells_apart(self, entry: Entry) -> bool:
        """Whether the phrase is a field by which the other table's rows can be told apart."""
        if entry.category != "Dim" or not isinstance(entry.value, Field) or entry.tier > 0:
            return False
        return self._is_name(entry.dataset, entry.value.name)

    def _is_name(self, dataset: str, name: str) -> bool:
        """Whether no two rows of the other table have the same of a field that is not its key."""
        other = self._model.dataset(dataset)
        field = other.field(name) if other is not None else None
        if other is None or field is None or field.nullable or len(other.primary_key) != 1:
            return False
        key = other.field(other.primary_key[0])
        return key is not None and name != key.name and field.distinct_count == key.distinct_count

    def _pointed(self, spots: Collection[Spot]) -> list[Spot]:
        """The nouns of tables whose rows point here, and the verbs of their dates: orders, ordered."""
        found: list[Spot] = []
        for start, end, entry in spots:
            pointing = self._pointing.get(entry.dataset)
            if pointing is None:
                found += self._beyond(start, end, entry)
                continue
            if entry.category in _NOUNS and entry.tier == 0:
                found.append((start, end, Entry("Pointing", pointing, self.dataset.name, 0)))
            dated = isinstance(entry.value, Field) and entry.value.name == pointing.time
            if dated and entry.category in ("TimeVerb", "TimeForm"):
                found.append((start, end, Entry("PointingVerb", pointing, self.dataset.name, 0)))
        return found

    def _pointed_values(self, spots: Collection[Spot]) -> list[Spot]:
        """The values of tables whose rows point here, as `dataset__field`: the paint of paint repairs. Not
        what is a value here or where these rows lead to as well."""
        near = {self.dataset.name, *self.paths}
        taken = {(start, end) for start, end, e in spots if e.category == "Value" and e.dataset in near}
        found: list[Spot] = []
        for start, end, entry in spots:
            value = entry.value
            if entry.dataset not in self._pointing or entry.category != "Value" or (start, end) in taken:
                continue
            if isinstance(value, Value):
                named = Value(f"{entry.dataset}__{value.field}", value.value)
                found.append((start, end, Entry("PointedValue", named, self.dataset.name, entry.tier)))
        return found

    def _key_values(self, spots: Collection[Spot]) -> list[Spot]:
        """The values of fields that point at the key here, as values of the key: the client of a repair."""
        found: list[Spot] = []
        for start, end, entry in spots:
            value = entry.value
            key = self._keys.get((entry.dataset, value.field)) if isinstance(value, Value) else None
            if key is not None and isinstance(value, Value):
                named = Value(key, value.value)
                found.append((start, end, Entry("KeyValue", named, self.dataset.name, entry.tier)))
        return found

    def _beyond(self, start: int, end: int, entry: Entry) -> list[Spot]:
        """The nouns of what the rows that point here point at too: the courses, of students by enrolments."""
        if entry.category not in _NOUNS or entry.tier > 0:
            return []
        between = [p for name, p in self._pointing.items() if entry.dataset in sole_paths(self._model, name)]
        if len(between) != 1 or entry.dataset == self.dataset.name:
            return []
        return [(start, end, Entry("PointedThing", between[0], self.dataset.name, 0))]

    def _noun(self, entry: Entry) -> Entry:
        return Entry("Dim", Field(self._pointer(self.paths[entry.dataset])), self.dataset.name, 1)

    def _named(self, entry: Entry) -> Entry | None:
        value = entry.value
        if isinstance(value, Named):
            segment = self._model.segment(value.segment)
            if segment is None or within(segment, self.dataset.name, self._model) is None:
                return None
            pointer = self._pointer(self.paths[entry.dataset])
            reached = replace(value, owner=entry.dataset, pointer=pointer)
            return replace(entry, value=reached, dataset=self.dataset.name)
        if isinstance(value, Field) and entry.category == "Dim":
            name = self._names.get((entry.dataset, value.name))
            return replace(entry, value=Field(name), dataset=self.dataset.name) if name else None
        if isinstance(value, Value):
            name = self._names.get((entry.dataset, value.field))
            return replace(entry, value=Value(name, value.value), dataset=self.dataset.name) if name else None
        return None


def _kind(entry: Entry) -> str:
    return "name" if entry.category in _NAMES else entry.category


def _with_noun(
    start: int, end: int, named: Entry, dataset: str, nouns: set[tuple[int, int, str]], words: list[str]
) -> list[Spot]:
    """`customer country` and `country of the customer` are the country in the table of customers."""
    if isinstance(named.value, Rows) or named.category in ("Value", "Segment"):
        return []
    found = [(low, end, named) for low, high, name in nouns if name == dataset and high == start]
    after = end + 1
    if end < len(words) and words[end] == "of":
        found += [(start, high, named) for low, high, name in nouns if name == dataset and low == after]
    return found
