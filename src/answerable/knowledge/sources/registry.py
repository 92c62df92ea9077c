"""Which connector reads which kind of source: the built-in ones, then those of approved plugins."""

from __future__ import annotations

from pathlib import Path

from answerable.inference.providers.registry import plugin_host
from answerable.kit.outbound import Outbound
from answerable.kit.runtime import Runtime
from answerable.knowledge.sources import builtin
from answerable.knowledge.sources.errors import UnknownConnector
from answerable.knowledge.sources.tables import UPLOAD
from answerable.plugins import PluginHost, connectors
from answerable.plugins.connectors import Connector, ConnectorContext, ReaderBounds

_HOOK = "answerable_connectors"
_PARTS = ("kind", "summary", "config", "snapshot", "check", "changes")


def connector_for(kind: str) -> Connector:
    """The connector of a kind. Raises UnknownConnector, which lists the known ones."""
    try:
        return _connectors[kind]
    except KeyError:
        known = ", ".join(_connectors)
        raise UnknownConnector(f"No connector reads '{kind}'. Known kinds: {known}.") from None


def all_connectors() -> tuple[Connector, ...]:
    """Every connector, built-in ones first."""
    return tuple(_connectors.values())


def take_connectors() -> None:
    """Take the connectors of the plugins that were started; one cannot take the place of a kind that
    is there. Called once while a process starts."""
    _connectors.update(_collect(plugin_host(), dict(_connectors)))


def context_of(runtime: Runtime, run_folder: Path | None = None) -> ConnectorContext:
    """What this server gives its connectors; `run_folder` belongs to the sync that asks."""
    settings = runtime.settings.sources
    return ConnectorContext(
        outbound=runtime.get(Outbound),
        roots=tuple(settings.roots),
        private_hosts=tuple(settings.private_hosts),
        closed=(runtime.settings.data_dir,),
        max_item_bytes=settings.max_item_bytes,
        politeness_seconds=settings.politeness_seconds,
        readers=ReaderBounds(tuple(settings.readers), settings.reader_seconds, settings.reader_memory_bytes),
        run_folder=run_folder,
    )


def _collect(host: PluginHost, known: dict[str, Connector]) -> dict[str, Connector]:
    found = dict(known)
    for name, offered in host.call(_HOOK):
        for connector in offered if isinstance(offered, list | tuple) else (offered,):
            kind = getattr(connector, "kind", None)
            if not isinstance(kind, str) or not all(hasattr(connector, part) for part in _PARTS):
                host.report_failure(name, f"{_HOOK} gave something that is no connector")
            elif kind in found or kind == UPLOAD:
                host.report_failure(name, f"the kind of source '{kind}' is taken")
            else:
                found[kind] = connector
    return found


_connectors = _collect(PluginHost([connectors], built_in=[builtin]), {})
