"""Which adapter speaks which protocol: the built-in ones, then those of approved plugins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from answerable.inference.providers import builtin, hooks
from answerable.inference.providers.adapter import Adapter
from answerable.kit.errors import InvalidInput
from answerable.plugins import PluginHost, PluginState, connectors, vector_stores


class UnknownProviderKind(InvalidInput):
    """No adapter speaks the protocol that a provider's configuration names."""

    code = "unknown_provider_kind"


def adapter_for(kind: str) -> Adapter:
    """The adapter of a protocol. Raises UnknownProviderKind, which lists the known ones."""
    try:
        return _adapters[kind]
    except KeyError:
        known = ", ".join(provider_kinds())
        raise UnknownProviderKind(f"No adapter speaks '{kind}'. Known kinds: {known}.") from None


def provider_kinds() -> tuple[str, ...]:
    """The kinds that providers may have, built-in ones first."""
    return tuple(_adapters)


def start_plugins(allowed: Iterable[str]) -> Sequence[PluginState]:
    """Load the approved plugins of this environment and take their adapters.

    Called once while a process starts; returns what became of every installed plugin.
    """
    global _host
    host = _host = PluginHost([hooks, connectors, vector_stores], built_in=[builtin], allowed=allowed)
    host.load()
    # A plugin cannot take the place of a kind that is there.
    _adapters.update(_collect(host))
    return host.states


def plugin_host() -> PluginHost:
    """The plugins of this process, for the slices whose hooks they fill besides; none before the start."""
    return _host


def _collect(host: PluginHost) -> dict[str, Adapter]:
    found: dict[str, Adapter] = {}
    for name, adapters in host.call("answerable_providers"):
        for adapter in adapters if isinstance(adapters, list | tuple) else (adapters,):
            kind = getattr(adapter, "kind", None)
            if not isinstance(kind, str) or not kind:
                host.report_failure(name, "answerable_providers gave something that is no adapter")
            elif kind in found:
                host.report_failure(name, f"the kind '{kind}' is taken")
            else:
                found[kind] = adapter
    return found


_host = PluginHost([hooks, connectors, vector_stores], built_in=[builtin])
_adapters = _collect(_host)
