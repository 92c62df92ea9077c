"""What a caller is told when calls cannot be counted."""

from __future__ import annotations

from answerable.kit.errors import Unavailable


class UsageLogFull(Unavailable):
    """The call is refused before it costs anything: it could not be counted."""

    code, title = "usage_log_full", "Calls cannot be counted right now"

    def __init__(self) -> None:
        super().__init__(
            "The server cannot record what calls cost: its database is away or its disk is full. "
            "Nothing was sent to a model. Try again shortly.",
            headers={"Retry-After": "5"},
        )
