"""Who may see which events, beyond the scope that all of them need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence

from answerable.events.tables import EventRow
from answerable.kit.db import Session

# Called with the session and events about subjects of a type; gives the ids of those its principal may see.
Visible = Callable[[Session, Sequence[EventRow]], Awaitable[Collection[str]]]


class EventWall:
    """The rules of slices, by the type of an event's subject. Without a rule everybody in the workspace who
    may read data hears of it."""

    def __init__(self) -> None:
        self._rules: dict[str, Visible] = {}

    def guard(self, subject_type: str, visible: Visible) -> None:
        """Show events about subjects of a type to those alone for whom `visible` gives them."""
        self._rules[subject_type] = visible

    async def visible(self, session: Session, rows: Sequence[EventRow]) -> frozenset[str]:
        """The ids of those among the events that the session's principal may see."""
        shown = {row.id for row in rows if row.subject_type not in self._rules}
        for subject_type, rule in self._rules.items():
            about = [row for row in rows if row.subject_type == subject_type]
            if about:
                shown |= set(await rule(session, about))
        return frozenset(shown)
