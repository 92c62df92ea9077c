"""Why a change is not explained."""

from __future__ import annotations

from answerable.kit.errors import InvalidInput


class ChangeNotExplained(InvalidInput):
    """The change has no parts, or one of its sides no value; the message has the remedy."""

    code, title = "change_not_explained", "The change cannot be split into parts"
