"""Why an insight cannot be watched."""

from __future__ import annotations

from answerable.kit.errors import InvalidInput


class NotWatchable(InvalidInput):
    code, title = "not_watchable", "The insight cannot be watched like that"
