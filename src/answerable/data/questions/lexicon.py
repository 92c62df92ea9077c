"""The words of a semantic model: every name, synonym and indexed value, by its folded singular words.

Built once per model revision; a question then looks up its n-grams in a dictionary.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from answerable.data.questions.chart import Item
from answerable.data.questions.english import (
    ALIASES,
    CONCEPTS,
    DEMONYMS,
    HEADS,
    PEOPLE,
    ROW_NOUNS,
    SALES_MONEY,
    SALES_ROWS,
    singular,
)
from answerable.data.questions.meanings import Field, Into, Named, Part, Pointing, Rows, Unit, Value
from answerable.data.questions.tokens import Token, phrase_words
from answerable.data.questions.verbs import ALIKE, NOUN_VERBS, happenings, is_past, past_forms, verb_forms
from answerable.data.semantics.model import (
    NUMERIC_TYPES,
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

Key = tuple[str, ...]
MAX_WORDS = 7
# Name suffixes that tell how a thing is identified, not what it is; earlier ones are better to show.
_IDENTIFIERS = ("name", "title", "label", "code", "id", "number", "no", "key", "nr")
_SAYS_LITTLE = frozenset({"id", "no", "nr", "number", "key", "code", "name", "row_id", "uuid"})
_TRUE = frozenset({"yes", "y", "true", "t", "1"})
_FALSE = frozenset({"no", "n", "false", "f", "0"})


Meaning = Field | Part | Rows | Value | Unit | Pointing | Named | Into


@dataclass(frozen=True, slots=True)
class Entry:
    """One meaning of a phrase in one dataset. A lower tier is a better fit: 0 the name itself,
    1 the name without what goes without saying, 2 a word for the same thing, 3 its last words."""

    category: str
    value: Meaning
    dataset: str
    tier: int


_DATE_WORDS = frozenset({"date", "at", "on", "time", "day"})
_COSTS = (0.0, 0.05, 0.2, 0.45)


class Lexicon:
    """Phrases to entries. `vocabulary` holds the single words, for misspellings."""

    def __init__(self, model: SemanticModel) -> None:
        self.model = model
        self._entries: dict[Key, list[Entry]] = defaultdict(list)
        self._longest: dict[str, int] = {}
        self._seen: set[tuple[Key, Entry]] = set()
        for dataset in model.datasets:
            metrics = [m for m in model.metrics if m.dataset == dataset.name]
            words = _DatasetWords(dataset, metrics, _Others.of(dataset, model), self._add)
            words.collect()
            words.segments([s for s in model.segments if s.dataset == dataset.name])
        self._keep_best()
        self._seen.clear()
        self._row_named = self._find_row_named()
        self.vocabulary = frozenset(word for key in self._entries for word in key)
        self._by_initial: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self.vocabulary):
            self._by_initial[word[:1]].append(word)

    def _add(self, key: Key, entry: Entry) -> None:
        if key and len(key) <= MAX_WORDS and (key, entry) not in self._seen:
            self._seen.add((key, entry))
            self._entries[key].append(entry)

    def _keep_best(self) -> None:
        """Of several fields under one phrase in one dataset only those of the best tier stay."""
        for key, entries in self._entries.items():
            best: dict[tuple[str, str], int] = {}
            for entry in entries:
                slot = (entry.dataset, "name" if entry.category in _NAMES else entry.category)
                best[slot] = min(entry.tier, best.get(slot, 9))
                if entry.category == "Value":  # a kind of visit is no other word for all of them
                    best[entry.dataset, "Rows"] = min(1, best.get((entry.dataset, "Rows"), 9))
            self._entries[key] = [
                e
                for e in entries
                if e.tier <= best[e.dataset, "name" if e.category in _NAMES else e.category]
            ]
            self._longest[key[0]] = max(len(key), self._longest.get(key[0], 0))

    def words_like(self, word: str) -> list[str]:
        """Known words with the same first letter."""
        return self._by_initial.get(word[:1], [])

    def lookup(self, key: Key) -> list[Entry]:
        """The entries of a folded phrase."""
        return self._entries.get(key, [])

    def row_named(self, dataset: str) -> frozenset[str]:
        """Fields of the dataset that its rows' noun names too: the product name in a list of products."""
        return self._row_named.get(dataset, frozenset())

    def _find_row_named(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for entries in self._entries.values():
            counted = {e.dataset for e in entries if e.category == "Rows"}
            for entry in entries:
                if entry.dataset in counted and entry.category == "Dim" and isinstance(entry.value, Field):
                    found[entry.dataset].add(entry.value.name)
        return {name: frozenset(fields) for name, fields in found.items()}

    def spot(self, words: list[str]) -> list[tuple[int, int, Entry]]:
        """Every n-gram of folded singular words that the model knows, with its entries."""
        spots: list[tuple[int, int, Entry]] = []
        for start, word in enumerate(words):
            for length in range(1, min(self._longest.get(word, 0), len(words) - start) + 1):
                entries = self._entries.get(tuple(words[start : start + length]))
                if entries:
                    spots += [(start, start + length, entry) for entry in entries]
        return spots


_NAMES = frozenset({"Num", "Dim", "TimeF", "Flag", "NotFlag", "Metric"})


def terminal(start: int, end: int, entry: Entry, last_word: str) -> Item:
    """The chart item of a spotted phrase; its last word as typed tells singular from plural."""
    value = entry.value
    if isinstance(value, Field | Rows | Named) and last_word != singular(last_word):
        value = replace(value, many=True)
    category = entry.category
    if category == "Table" and last_word != singular(last_word):
        category = "Rows"  # businesses are the rows of the table "business"
    if category == "Happening" and last_word != singular(last_word):
        category = "Happenings"
    return Item(category, start, end, value, _COSTS[entry.tier])


def key_of(text: str) -> Key:
    """Folded singular words of a name or value."""
    return tuple(singular(word) for word in phrase_words(text))


def token_words(tokens: Iterable[Token]) -> list[str]:
    """The same form for the tokens of a question."""
    return [singular(token.norm) for token in tokens]


def _aliases() -> dict[Key, tuple[Key, ...]]:
    found: dict[Key, list[Key]] = defaultdict(list)
    for alias, name in (*DEMONYMS.items(), *ALIASES.items()):
        found[key_of(name)].append(key_of(alias))
    return {key: tuple(aliases) for key, aliases in found.items()}


_ALIASES = _aliases()


@dataclass(frozen=True, slots=True)
class _Others:
    """What other datasets are called, and the fields of those that one leads to: words that this one takes
    for nothing of its own by a way around."""

    tables: frozenset[Key]
    fields: frozenset[Key]
    heads: frozenset[str]
    """The fields of this one that lead to another: a `customer_id` is how its customers are told apart."""

    @classmethod
    def of(cls, dataset: Dataset, model: SemanticModel) -> _Others:
        others = [other for other in model.datasets if other.name != dataset.name]
        related = sole_paths(model, dataset.name)
        fields = [field for other in others if other.name in related for field in other.fields]
        return cls(
            frozenset(
                key_of(text) for other in others for text in (other.name, other.label, *other.synonyms)
            ),
            frozenset(key_of(text) for field in fields for text in (field.name, _bare(field.label))),
            frozenset(link.left_field for link in model.relationships if link.left == dataset.name),
        )


class _DatasetWords:
    """Collects the phrases of one dataset."""

    def __init__(self, dataset: Dataset, metrics: list[Metric], others: _Others, add: object) -> None:
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
            self._put(key_of(_bare(field.label)), "Rows", rows, 1)
        known = field.distinct_count if field is not None else None
        for other in self._dataset.fields if known else ():
            # Each SKU has a product name of its own: the rows are products.
            name = key_of(_bare(other.label))
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
            if f.role is FieldRole.MEASURE and " ".join(key_of(_bare(f.label))) in SALES_MONEY
        ]  # fmt: skip
        if len(money) == 1:
            for word in ("revenue", "sale", "turnover"):
                if (word,) not in self._others.tables:
                    self._put((word,), "Num", Field(money[0].name), 3)

    def _metric(self, metric: Metric) -> None:
        names = {key_of(text) for text in (metric.name, _bare(metric.label), metric.label, *metric.synonyms)}
        for key, tier in _widened(names).items():
            self._put(key, "Metric", Part(metric=metric.name), tier)
        self._units(metric.unit)

    def _field(self, field: ModelField) -> None:
        names = {key_of(text) for text in (field.name, _bare(field.label), field.label, *field.synonyms)}
        keys = _widened(names)
        units = _unit_words(field)
        for key in names - ({key_of(field.label)} if _bare(field.label) != field.label else set()):
            self._shortened(key, keys, leads=field.name in self._others.heads)
        keys = {key: tier for key, tier in keys.items() if tier < 3 or not units.issuperset(key)}
        if field.type is FieldType.STRING:
            for key in names:
                if len(key) == 1:
                    keys.setdefault((*key, "name"), 1)
        for category in _categories(field):
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
        for stems, past, infinitives in ALIKE:
            known = {key_of(stem) for stem in stems.split("|")}
            fields = [f for f in times if _stems(f) & known]
            if len(fields) != 1:
                continue
            for category, words in (("TimeVerb", past), ("TimeForm", infinitives)):
                for word in words.split("|"):
                    self._put(key_of(word), category, Field(fields[0].name), 2)

    def _time_verbs(self, field: ModelField, names: set[Key]) -> None:
        """`shipped` for a ship date, `created` for created_at, `received` for itself."""
        for key in names:
            alone = len(key) == 1 and is_past(key[0])
            if alone or (len(key) == 2 and key[1] in _DATE_WORDS):
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
        values = _flag_values(field)
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
            value = _typed(field, text)
            if value is None:
                continue
            key = key_of(text)
            self._put(key, "Value", Value(field.name, value), 0)
            if len(key) == 1:
                self._happenings(key[0], Value(field.name, value))
            for alias in _ALIASES.get(key, ()):
                self._put(alias, "Value", Value(field.name, value), 1)


_MEASURES_OF = frozenset(
    [
        "hour",
        "minute",
        "second",
        "day",
        "week",
        "month",
        "year",
        "eur",
        "usd",
        "gbp",
        "euro",
        "dollar",
        "percent",
        "pct",
        "kg",
        "g",
        "km",
        "m",
        "pc",
    ]
)


def _unit_words(field: ModelField) -> frozenset[str]:
    """Words at a name's end that tell its unit, not what it is: the hours of `resolution_hours`."""
    return _MEASURES_OF | set(key_of(field.unit.symbol) if field.unit else ())


def _bare(label: str) -> str:
    """A header without its bracketed unit."""
    text = label
    for opening, closing in (("(", ")"), ("[", "]")):
        start, end = text.find(opening), text.rfind(closing)
        if 0 < start < end:
            text = text[:start] + text[end + 1 :]
    return text


def _widened(names: set[Key]) -> dict[Key, int]:
    """The names, and words for the same thing."""
    keys = dict.fromkeys(names, 0)
    for key in names:
        text = " ".join(key)
        for group in CONCEPTS:
            if text in group or any(text == " ".join(key_of(word)) for word in group):
                for word in group:
                    keys.setdefault(key_of(word), 2)
    return {key: tier for key, tier in keys.items() if key}


def _categories(field: ModelField) -> tuple[str, ...]:
    if field.type in TEMPORAL_TYPES:
        return ("TimeF",)
    if field.type in NUMERIC_TYPES and field.role is FieldRole.MEASURE:
        return ("Num",)
    if field.type in NUMERIC_TYPES and field.role is not FieldRole.KEY:
        return ("Num", "Dim")
    return ("Dim",)


def _stems(field: ModelField) -> set[Key]:
    """What a date is of: `hire` of a hire date, `check in` of itself."""
    keys = {key_of(text) for text in (field.name, field.label)}
    return keys | {key[:-1] for key in keys if len(key) > 1 and key[-1] in _DATE_WORDS}


def _flag_values(field: ModelField) -> tuple[bool | str, bool | str] | None:
    """What a field holds for yes and for no, or None when it is no yes-or-no field."""
    if field.type is FieldType.BOOLEAN:
        return True, False
    values = field.values
    if values is None or len(values) != 2:
        return None
    yes = [v for v in values if v.casefold() in _TRUE]
    no = [v for v in values if v.casefold() in _FALSE]
    return (yes[0], no[0]) if yes and no else None


def _typed(field: ModelField, text: str) -> bool | int | str | None:
    """The value as the field's type; flags are spoken of by the field's name instead."""
    if _flag_values(field) is not None or field.type in TEMPORAL_TYPES:
        return None
    if field.type is FieldType.INTEGER:
        try:
            return int(text)
        except ValueError:
            return None
    return text if field.type is FieldType.STRING else None
