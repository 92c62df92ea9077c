"""Words as numbers, so that PostgreSQL can index them as integers.

The number is a hash of the word under the workspace's key: no vocabulary table to keep, and one
workspace's words never lie in another's posting lists.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

DIMENSIONS = 1_000_000_000
"""Size of the number space: the largest that pgvector's sparsevec has."""


_REMEMBERED = 50_000
"""Words whose numbers are kept at hand: a long document has no end of them."""


class TermIds:
    """The numbering of one workspace."""

    def __init__(self, workspace_id: str) -> None:
        self._key = workspace_id.encode()
        self._known: dict[str, int] = {}

    def __call__(self, word: str) -> int:
        """The word's number, 1 to DIMENSIONS."""
        number = self._known.get(word)
        if number is None:
            digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8, key=self._key)
            number = 1 + int.from_bytes(digest.digest(), "big") % DIMENSIONS
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[word] = number
        return number

    def of(self, words: Iterable[str]) -> list[int]:
        """The numbers of words, in their order."""
        return [self(word) for word in words]
