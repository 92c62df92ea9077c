"""Check of the installed plugins."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.cli.doctor.finding import Finding, Level
from answerable.inference.providers.registry import plugin_host, start_plugins
from answerable.knowledge.sources.registry import take_connectors
from answerable.plugins import PluginState, PluginStatus, normal_name


def check_plugins(allowed: Sequence[str]) -> list[Finding]:
    """One line for each plugin that is installed or approved; none of the others is imported."""
    start_plugins(allowed)
    take_connectors()
    states = plugin_host().states
    installed = {normal_name(state.package) for state in states}
    missing = [name for name in allowed if normal_name(name) not in installed]
    return [*map(_finding, states), *map(_missing, missing)]


def _finding(state: PluginState) -> Finding:
    subject = f"Plugin {state.package}"
    if state.status is PluginStatus.FAILED:
        advice = "Update the package, or take it out of ANSWERABLE_PLUGINS__ALLOWED."
        return Finding(subject, Level.WARN, f"{state.version} does not start: {state.detail}", advice)
    if state.status is PluginStatus.NOT_APPROVED:
        detail = f"{state.version} is installed and not approved: nothing of it runs"
        return Finding(subject, Level.OK, detail)
    return Finding(subject, Level.OK, f"{state.version} is loaded")


def _missing(name: str) -> Finding:
    advice = "Install the package, or take it out of ANSWERABLE_PLUGINS__ALLOWED."
    return Finding(f"Plugin {name}", Level.WARN, "is approved and not installed", advice)
