"""Text whose words are distributed as in natural language, from a seed: Zipf's law with topics."""

from __future__ import annotations

import numpy as np

_LETTERS = "etaoinshrdlucmfwypvbgk"
_TOPICS = 400
_TOPIC_WORDS = 250
_TOPIC_SHARE = 0.35


class NaturalText:
    """A generator of passages and of questions about them."""

    def __init__(self, seed: int, vocabulary: int = 120_000) -> None:
        self._random = np.random.default_rng(seed)
        self._words = _words(self._random, vocabulary)
        ranks = np.arange(1, vocabulary + 1)
        self._cumulative = np.cumsum(1 / ranks) / np.sum(1 / ranks)
        # A topic prefers its own words, from the middle of the ranks down.
        self._topics = self._random.integers(300, vocabulary, size=(_TOPICS, _TOPIC_WORDS))

    def __len__(self) -> int:
        return len(self._words)

    def words_of(self, numbers: np.ndarray) -> list[str]:
        """The words with these ranks."""
        return [self._words[number] for number in numbers]

    def topic(self) -> int:
        """A topic at random."""
        return int(self._random.integers(_TOPICS))

    def word_numbers(self, topic: int, count: int) -> np.ndarray:
        """Ranks of `count` words of a passage on a topic."""
        plain = np.searchsorted(self._cumulative, self._random.random(count))
        own = self._topics[topic, (self._random.random(count) ** 2 * _TOPIC_WORDS).astype(int)]
        return np.where(self._random.random(count) < _TOPIC_SHARE, own, plain)

    def text(self, numbers: np.ndarray) -> str:
        """The words with these ranks as sentences of about a dozen words."""
        words = self.words_of(numbers)
        sentences = [words[start : start + 13] for start in range(0, len(words), 13)]
        return " ".join(" ".join(sentence).capitalize() + "." for sentence in sentences)

    def passage(self, count: int) -> str:
        """A passage of `count` words on some topic."""
        return self.text(self.word_numbers(self.topic(), count))

    def query(self, numbers: np.ndarray, count: int) -> str:
        """A question in words of a passage."""
        return " ".join(self.words_of(self._random.choice(numbers, count, replace=False)))


def _words(random: np.random.Generator, count: int) -> list[str]:
    """Distinct pronounceable-length words; frequent ones are short."""
    made: dict[str, None] = {}
    weights = 1 / np.arange(2, len(_LETTERS) + 2)
    while len(made) < count:
        length = 2 + int(np.log2(len(made) + 2) / 2) + int(random.integers(0, 3))
        letters = random.choice(list(_LETTERS), size=length, p=weights / weights.sum())
        made["".join(letters)] = None
    return list(made)
