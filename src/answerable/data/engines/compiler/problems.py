"""What is wrong with a query, gathered so that a caller sees all of it at once."""

from __future__ import annotations

from answerable.data.engines.errors import InvalidQuery
from answerable.kit.errors import FieldError

MAX_REPORTED = 20


class Problems:
    """Problems by the path of the field that has them (`measures[0].field`)."""

    def __init__(self) -> None:
        self._found: list[FieldError] = []

    def add(self, field: str, message: str) -> None:
        """Note a problem and its remedy."""
        self._found.append(FieldError(field, message))

    def __bool__(self) -> bool:
        return bool(self._found)

    def raise_any(self) -> None:
        """Raise InvalidQuery when something was found."""
        if self._found:
            first = self._found[0]
            raise InvalidQuery(f"{first.field}: {first.message}.", errors=self._found[:MAX_REPORTED])
