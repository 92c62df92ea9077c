"""The phrases of one table: its nouns, its fields, their values and the deeds that its dates tell of."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from answerable.data.questions.english import (
    ALIASES,
    DEMONYMS,
    HEADS,
    PEOPLE,
    ROW_NOUNS,
    SALES_MONEY,
    SALES_ROWS,
    singular,
)
from answerable.data.questions.entries import Entry, Key, Meaning, key_of
from answerable.data.questions.field_words import (
    DATE_WORDS,
    bare,
    categories,
    flag_values,
    stems,
    typed,
    unit_words,
    widened,
)
from answerable.data.questions.meanings import Field, Into, Named, Part, Rows, Unit, Value
from answerable.data.questions.tokens import phrase_words
from answerable.data.questions.verbs import ALIKE, NOUN_VERBS, happenings, is_past, past_forms, verb_forms
from answerable.data.semantics.model import (
    TEMPORAL_TYPES,
    Dataset,
    FieldRole,
    FieldType,
    Metric,
    ModelField,
    Segment,
    SemanticModel,
)
from answerable.data.semantics.model import Unit as ModelUnit
from answerable.data.semantics.paths import sole_paths
from answerable.data.semantics.units import convertible

# Name suffixes that tell how a thing is identified, not what it is; earlier ones are better to show.
_IDENTIFIERS = ("name", "title", "label", "code", "id", "number", "no", "key", "nr")
_SAYS_LITTLE = frozenset({"id", "no", "nr", "number", "key", "code", "name", "row_id", "uuid"})


def _aliases() -> dict[Key, tuple[Key, ...]]:
    found: dict[Key, list[Key]] = defaultdict(list)
    for alias, name in (*DEMONYMS.items(), *ALIASES.items()):
        found[key_of(name)].append(key_of(alias))
    return {key: tuple(aliases) for key, aliases in found.items()}


_ALIASES = _aliases()


@dataclass(frozen=True, slots=True)
class Others:
    """What other datasets are called, and the fields of those that one leads to: words that this one takes
    for nothing of its own by a way around."""

    tables: frozenset[Key]
    fields: frozenset[Key]
    heads: frozenset[str]
    """The fields of this one that lead to another: a `customer_id` is how its customers are told apart."""

    @classmethod
    def of(cls, dataset: Dataset, model: SemanticModel) -> Others:
        others = [other for other in model.datasets if other.name != dataset.name]
        related = sole_paths(model, dataset.name)
        fields = [field for other in others if other.name in related for field in other.fields]
        return cls(
            frozenset(
                key_of(text) for other in others for text in (other.name, other.label, *other.synonyms)
            ),
            frozenset(key_of(text) for field in fields for text in (field.name, bare(field.label))),
            frozenset(link.left_field for link in model.relationships if link.left == dataset.name),
        )


class TableWords:
    """Collects the phrases of one dataset."""

    def __init__(self, dataset: Dataset, metrics: list[Metric], others: Others, add: object) -> None:
        self._dataset = dataset
        self._metrics = metrics
        self._others = others
        self._add = add
        self._noun = key_of(dataset.row_noun) if dataset.row_noun not in ("row", "") else ()

    def _put(self, key: Key, category: str, value: Meaning, tier: int) -> None:
        assert callable(self._add)
        if category == "Num" and key == self._noun and isinstance(value, Field):
            value = replace(value, as_rows=True)
        self._add(key, Entry(category, value, self._dataset.name, tier))

    def collect(self) -> None:
        rows = Rows(self._dataset.name)
        for text in (
            self._dataset.row_noun,
            self._dataset.name,
            self._dataset.label,
            *self._dataset.synonyms,
        ):
            key = key_of(text)
            self._put(key, "Rows" if key == self._noun or phrase_words(text) != key else "Table", rows, 0)
        if len(self._dataset.primary_key) == 1:
            self._keyed_rows(rows)
        self._alike(self._noun, rows)
        for text in ("row", "record", "entry"):
            self._put((singular(text),), "Rows", rows, 2)
        for metric in self._metrics:
            self._metric(metric)
        for field in self._dataset.fields:
            self._field(field)
        self._deeds()
        self._revenue()

    def segments(self, segments: list[Segment]) -> None:
        """The names of segments, without the rows' own noun, which is said of them: enterprise customers."""
        nouns = {key_of(text) for text in (self._dataset.row_noun, self._dataset.name, self._dataset.label)}
        for segment in segments:
            for text in (segment.name, segment.label, *segment.synonyms):
                key = key_of(text)
                bare = next((key[: -len(n)] for n in nouns if n and key[-len(n) :] == n and key != n), key)
                self._put(bare, "Segment", Named(segment.name), 0)

    def _keyed_rows(self, rows: Rows) -> None:
        """What tells the rows apart counts them: the SKUs of a stock list; employees are people."""
        field = self._dataset.field(self._dataset.primary_key[0])
        if field is not None and field.name not in _SAYS_LITTLE:
            self._put(key_of(bare(field.label)), "Rows", rows, 1)
        known = field.distinct_count if field is not None else None
        for other in self._dataset.fields if known else ():
            # Each SKU has a product name of its own: the rows are products.
            name = key_of(bare(other.label))
            alone = other.distinct_count == known and not other.nullable
            if alone and other.type is FieldType.STRING and len(name) > 1 and name[-1] in ("name", "title"):
                self._put(name[:-1], "Rows", rows, 1)
                self._alike(name[:-1], rows)
        if self._noun and self._noun[-1] in PEOPLE:
            self._put(("person",), "Rows", rows, 2)

    def _alike(self, noun: Key, rows: Rows) -> None:
        """Other nouns for the same sort of row: rides are trips."""
        for group in ROW_NOUNS:
            for text in group if " ".join(noun) in group else ():
                self._put(key_of(text), "Rows", rows, 2)

    def _revenue(self) -> None:
        """In a table of orders or invoices, `revenue` is the sum of their only amount of money."""
        if not SALES_ROWS & set(self._noun):
            return
        if self._dataset.default_time is not None:
            for word in ("bought", "buy", "purchased"):
                self._put((word,), "TimeForm", Field(self._dataset.default_time), 0)
        money = [
            f for f in self._dataset.fields
            if f.role is FieldRole.MEASURE and " ".join(key_of(bare(f.label))) in SALES_MONEY
        ]  # fmt: skip
        if len(money) == 1:
            for word in ("revenue", "sale", "turnover"):
                if (word,) not in self._others.tables:
                    self._put((word,), "Num", Field(money[0].name), 3)

    def _metric(self, metric: Metric) -> None:
        names = {key_of(text) for text in (metric.name, bare(metric.label), metric.label, *metric.synonyms)}
        for key, tier in widened(names).items():
            self._put(key, "Metric", Part(metric=metric.name), tier)
        self._units(metric.unit)

    def _field(self, field: ModelField) -> None:
        names = {key_of(text) for text in (field.name, bare(field.label), field.label, *field.synonyms)}
        keys = widened(names)
        units = unit_words(field)
        for key in names - ({key_of(field.label)} if bare(field.label) != field.label else set()):
            self._shortened(key, keys, leads=field.name in self._others.heads)
        keys = {key: tier for key, tier in keys.items() if tier < 3 or not units.issuperset(key)}
        if field.type is FieldType.STRING:
            for key in names:
                if len(key) == 1:
                    keys.setdefault((*key, "name"), 1)
        for category in categories(field):
            for key, tier in keys.items():
                self._put(key, category, Field(field.name), tier)
        if field.type in TEMPORAL_TYPES:
            self._time_verbs(field, names)
        self._flags(field, keys)
        self._values(field)
        if field.unit is not None:
            self._put(key_of(field.unit.symbol), "UnitOf", Unit(field.unit.symbol.casefold()), 0)
        self._units(field.unit)

    def _units(self, unit: ModelUnit | None) -> None:
        """The other units in which a number of this one can be asked for: tonnes, of kilograms."""
        for symbol, word in convertible(unit):
            self._put(key_of(word), "UnitName", Into(symbol), 0)

    def _shortened(self, key: Key, keys: dict[Key, int], *, leads: bool) -> None:
        """`order status` is `status` in orders; `customer name` is `customer`; `net amount` is `amount`."""
        if self._noun and key[: len(self._noun)] == self._noun and len(key) > len(self._noun):
            keys.setdefault(key[len(self._noun) :], 1)
        if len(key) > 1 and key[-1] in _IDENTIFIERS:
            # By country is by the customer's `country`, not by the `country_code` of the order.
            if leads or key[:-1] not in self._others.fields:
                keys.setdefault(key[:-1], 1 if key[-1] in _IDENTIFIERS[:3] else 2)
            return
        for start in range(1, len(key)):
            if key[-1] in HEADS:
                keys.setdefault(key[start:], 3)

    def _deeds(self) -> None:
        """Other verbs for what is done on the only date of its kind: joined, on a hire date."""
        times = [field for field in self._dataset.fields if field.type in TEMPORAL_TYPES]
        for names, past, infinitives in ALIKE:
            known = {key_of(stem) for stem in names.split("|")}
            fields = [f for f in times if stems(f) & known]
            if len(fields) != 1:
                continue
            for category, words in (("TimeVerb", past), ("TimeForm", infinitives)):
                for word in words.split("|"):
                    self._put(key_of(word), category, Field(fields[0].name), 2)

    def _time_verbs(self, field: ModelField, names: set[Key]) -> None:
        """`shipped` for a ship date, `created` for created_at, `received` for itself."""
        for key in names:
            alone = len(key) == 1 and is_past(key[0])
            if alone or (len(key) == 2 and key[1] in DATE_WORDS):
                self._put(key[:1], "TimeStem", Field(field.name), 0)
                for form in past_forms(key[0]):
                    self._put(form, "TimeVerb", Field(field.name), 0)
                for verb in verb_forms(key[0]):
                    self._put((verb,), "TimeForm", Field(field.name), 0)
                if field.nullable:
                    for form in past_forms(key[0]):
                        if len(form) == 1:
                            self._put(("un" + form[0],), "Untimed", Field(field.name), 0)
            elif key[-1] in NOUN_VERBS:
                past, _ = NOUN_VERBS[key[-1]]
                self._put((*key[:-1], past), "TimeVerb", Field(field.name), 0)

    def _flags(self, field: ModelField, keys: dict[Key, int]) -> None:
        values = flag_values(field)
        if values is None:
            return
        yes, no = values
        for key, tier in keys.items():
            bare = key[1:] if key[0] in ("is", "was", "has") and len(key) > 1 else key
            self._put(bare, "Flag", Value(field.name, yes), tier)
            if len(bare) == 1:
                self._happenings(bare[0], Value(field.name, yes))
            if len(bare) == 1:
                for prefix in ("un", "non", "in"):
                    self._put((prefix + bare[0],), "Flag", Value(field.name, no), tier)
                self._put(("non", bare[0]), "Flag", Value(field.name, no), tier)

    def _happenings(self, word: str, value: Value) -> None:
        """The noun of what happened: the cancellation of what was cancelled."""
        for form in happenings(word):
            self._put((form,), "Happening", value, 0)

    def _values(self, field: ModelField) -> None:
        if field.values is None or field.personal:
            return
        for text in field.values:
            value = typed(field, text)
            if value is None:
                continue
            key = key_of(text)
            self._put(key, "Value", Value(field.name, value), 0)
            if len(key) == 1:
                self._happenings(key[0], Value(field.name, value))
            for alias in _ALIASES.get(key, ()):
                self._put(alias, "Value", Value(field.name, value), 1)
