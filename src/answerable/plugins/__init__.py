"""Plugins: packages that add to Answerable, found by entry points and started when approved."""

from answerable.plugins.host import PluginHost, PluginState, PluginStatus, normal_name
from answerable.plugins.markers import hookimpl, hookspec

__all__ = ["PluginHost", "PluginState", "PluginStatus", "hookimpl", "hookspec", "normal_name"]
