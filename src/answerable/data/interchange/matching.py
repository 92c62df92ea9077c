"""Which table and column of the workspace a name of a foreign model means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from answerable.data.ingestion.headers import snake_case
from answerable.data.interchange.errors import UnknownTable
from answerable.data.interchange.report import Inexpressible
from answerable.data.semantics.model import Dataset, ModelField, SemanticModel
from answerable.kit.errors import FieldError

_IDENTIFIER = re.compile(r'[\w$ -]+|"[^"]+"|`[^`]+`|\[[^\]]+\]')
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class Tables:
    """Finds the datasets of a model for names of a foreign one, each for one name."""

    def __init__(self, model: SemanticModel, mapping: Mapping[str, str]) -> None:
        self._model = model
        self._mapping = {name: self._mapped(name, meant) for name, meant in mapping.items()}
        self._asked: set[str] = set()
        self._taken: dict[str, str] = {}

    def find(self, name: str, source: str = "") -> Dataset:
        """The dataset that is meant: by the mapping, else by its name, else by its table's name. Raises
        Inexpressible where none, several or a taken one is."""
        self._asked.add(name)
        found = self._mapping.get(name) or self._named(name, source)
        if self._taken.setdefault(found.name, name) != name:
            raise Inexpressible(f"the dataset {found.name} is taken already by {self._taken[found.name]!r}")
        return found

    def require_used(self) -> None:
        """Raises UnknownTable for names of the mapping that the files do not have."""
        unused = [name for name in self._mapping if name not in self._asked]
        if unused:
            raise UnknownTable(
                "The mapping names tables that the files do not have; take them out.",
                errors=[
                    FieldError(f"tables.{name}", "the files have no table of this name") for name in unused
                ],
            )

    def _mapped(self, name: str, meant: str) -> Dataset:
        found = next((d for d in self._model.datasets if meant in (d.name, d.id)), None)
        if found is None:
            known = ", ".join(d.name for d in self._model.datasets[:20]) or "none"
            error = FieldError(f"tables.{name}", f"there is no dataset {meant!r}; there are: {known}")
            raise UnknownTable("The mapping names a dataset that is not there.", errors=[error])
        return found

    def _named(self, name: str, source: str) -> Dataset:
        table = _last_part(source)
        if source and table is None:
            raise Inexpressible(
                "its source is a query, not a table; say which dataset is meant with 'tables'"
            )
        wanted = [w for w in (name, table) if w]
        if table is not None and snake_case(table) != snake_case(name):
            wanted.reverse()  # the table is what there is; the name is what it is called there
        for each in wanted:
            for means in _MEANS:
                found = [d for d in self._model.datasets if means(d.name, d.label, each)]
                if len(found) == 1:
                    return found[0]
                if found:
                    names = ", ".join(d.name for d in found)
                    raise Inexpressible(f"it could be {names}; say which is meant with 'tables'")
        raise Inexpressible(
            "no dataset is called so; upload or connect it, or say which is meant with 'tables'"
        )


def find_column(dataset: Dataset, column: str) -> ModelField:
    """The field of a column, by its name, else by its label. Raises Inexpressible."""
    for means in _MEANS:
        found = [field for field in dataset.fields if means(field.name, field.label, column)]
        if len(found) == 1:
            return found[0]
    raise Inexpressible(f"{dataset.name} has no column {column!r}")


def plain_name(text: str) -> str:
    """A name as models here have them: the text itself where it is one."""
    return text if _NAME.fullmatch(text) else snake_case(text, fallback="metric")


_MEANS: tuple[Callable[[str, str, str], bool], ...] = (
    lambda name, _label, text: name == text,
    lambda name, _label, text: name == snake_case(text),
    lambda _name, label, text: label.strip().casefold() == text.strip().casefold(),
    lambda _name, label, text: snake_case(label) == snake_case(text),
)


def _last_part(source: str) -> str | None:
    """The table's own name of `database.schema.table`; None for what is no such name."""
    parts = _IDENTIFIER.findall(source)
    if not parts or ".".join(parts) != source or re.match(r"(?i)\s*(select|with)\b", source):
        return None
    return str(parts[-1]).strip('"`[] ')
