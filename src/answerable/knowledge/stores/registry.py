"""Which kinds of vector stores there are, and the stores of a process, opened as the settings say."""

from __future__ import annotations

import time
from collections.abc import Mapping

from pydantic import JsonValue, ValidationError

from answerable.inference.providers.registry import plugin_host
from answerable.kit.outbound import Outbound
from answerable.kit.runtime import Runtime
from answerable.kit.settings import SearchSettings
from answerable.knowledge.stores import builtin
from answerable.knowledge.stores.pgvector import PGVECTOR
from answerable.plugins import PluginHost, vector_stores
from answerable.plugins.vector_stores import VectorStore, VectorStoreAway, VectorStoreKind

_HOOK = "answerable_vector_stores"
_PARTS = ("name", "summary", "config", "open")
_REST_SECONDS = 5.0
"""How long a store that did not answer is left alone by searches."""


def kinds() -> tuple[VectorStoreKind, ...]:
    """Every kind of store, built-in ones first."""
    return tuple(_kinds.values())


def kind_of(name: str) -> VectorStoreKind:
    """The kind of that name. VectorStoreAway, which lists the known ones."""
    if name not in _kinds:
        raise VectorStoreAway(f"No vector store is called '{name}'. Known stores: {', '.join(_kinds)}.")
    return _kinds[name]


def take_stores() -> None:
    """Take the stores of the plugins that were started; one cannot take a name that is there. Called once
    while a process starts."""
    _kinds.update(_collect(plugin_host(), dict(_kinds)))


def offered(settings: SearchSettings) -> tuple[str, ...]:
    """The names of the stores that workspaces may choose: pgvector, and those that the settings have."""
    return tuple(dict.fromkeys([PGVECTOR, *settings.stores]))


def opened(name: str, settings: SearchSettings, outbound: Outbound) -> VectorStore:
    """The store of that name, with its entry in the settings. Raises VectorStoreAway for one that is not
    there or is set wrongly."""
    kind = kind_of(name)
    given: Mapping[str, JsonValue] | None = settings.stores.get(name)
    if given is None and name != PGVECTOR:
        raise VectorStoreAway(f"The setting search.stores has no entry '{name}'.")
    try:
        config = kind.config.model_validate(given or {})
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the entry"
        raise VectorStoreAway(f"search.stores.{name}: {place}: {first['msg']}") from error
    return kind.open(config, outbound)


class OpenStores:
    """The stores of a process, opened on first use."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._open: dict[str, VectorStore] = {}
        self._rests_until: dict[str, float] = {}

    def of(self, name: str) -> VectorStore:
        """The store of that name. Raises VectorStoreAway."""
        if name not in self._open:
            outbound = self._runtime.get(Outbound)
            self._open[name] = opened(name, self._runtime.settings.search, outbound)
        return self._open[name]

    def rested(self, name: str) -> VectorStore:
        """The same for a search, which does not wait for a store that failed a moment ago."""
        if time.monotonic() < self._rests_until.get(name, 0.0):
            raise VectorStoreAway("It did not answer a moment ago.")
        return self.of(name)

    def let_rest(self, name: str) -> None:
        """Leave the store alone for a moment: it did not answer."""
        self._rests_until[name] = time.monotonic() + _REST_SECONDS


def _collect(host: PluginHost, known: dict[str, VectorStoreKind]) -> dict[str, VectorStoreKind]:
    found = dict(known)
    for name, given in host.call(_HOOK):
        for kind in given if isinstance(given, list | tuple) else (given,):
            label = getattr(kind, "name", None)
            if not isinstance(label, str) or not all(hasattr(kind, part) for part in _PARTS):
                host.report_failure(name, f"{_HOOK} gave something that is no vector store")
            elif label in found:
                host.report_failure(name, f"the vector store '{label}' is taken")
            else:
                found[label] = kind
    return found


_kinds = _collect(PluginHost([vector_stores], built_in=[builtin]), {})
