"""The words of a semantic model: every name, synonym and indexed value, by its folded singular words.

Built once per model revision; a question then looks up its n-grams in a dictionary.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from answerable.data.questions.chart import Item
from answerable.data.questions.english import singular
from answerable.data.questions.entries import Entry, Key
from answerable.data.questions.meanings import Field, Named, Rows
from answerable.data.questions.table_words import Others, TableWords
from answerable.data.questions.tokens import Token
from answerable.data.semantics.model import SemanticModel

MAX_WORDS = 7
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
            words = TableWords(dataset, metrics, Others.of(dataset, model), self._add)
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


def terminal(start: int, end: int, entry: Entry, last_word: str, *, one: bool = False) -> Item:
    """The chart item of a spotted phrase; its last word as typed tells singular from plural, `one` that an
    indefinite article stood before it."""
    value = entry.value
    if isinstance(value, Field) and one:
        value = replace(value, one=True)
    if isinstance(value, Field | Rows | Named) and last_word != singular(last_word):
        value = replace(value, many=True)
    category = entry.category
    if category == "Table" and last_word != singular(last_word):
        category = "Rows"  # businesses are the rows of the table "business"
    if category == "Happening" and last_word != singular(last_word):
        category = "Happenings"
    return Item(category, start, end, value, _COSTS[entry.tier])


def token_words(tokens: Iterable[Token]) -> list[str]:
    """The same form for the tokens of a question."""
    return [singular(token.norm) for token in tokens]
