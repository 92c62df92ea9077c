"""Finds plugins, starts the approved ones, and says what became of each.

A plugin is an installed package with an entry point in the group `answerable`:

    [project.entry-points.answerable]
    acme = "acme_answerable.plugin"

Being installed is not being approved: code of a package runs only when the package's name is in the
setting `plugins.allowed`. A plugin that fails is reported and left out; the system starts without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

import pluggy
import structlog

from answerable.plugins.markers import PROJECT

log = structlog.get_logger(__name__)


class PluginStatus(StrEnum):
    """What became of an installed plugin."""

    LOADED = "loaded"
    NOT_APPROVED = "not_approved"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PluginState:
    """One installed plugin; `detail` says why it failed."""

    name: str
    package: str
    version: str
    status: PluginStatus
    detail: str = ""


class PluginHost:
    """The plugins of one process.

    `specs` are modules or classes with functions marked by `hookspec`, `built_in` the ones with
    functions marked by `hookimpl` that belong to the system. `allowed` are names of packages.
    """

    def __init__(
        self,
        specs: Sequence[ModuleType | type],
        *,
        built_in: Sequence[object] = (),
        allowed: Iterable[str] = (),
    ) -> None:
        self._plugins = pluggy.PluginManager(PROJECT)
        for spec in specs:
            self._plugins.add_hookspecs(spec)
        self._order: list[object] = list(built_in)
        for plugin in built_in:
            self._plugins.register(plugin)
        self._allowed = frozenset(normal_name(name) for name in allowed)
        self._states: dict[str, PluginState] = {}

    def load(self, installed: Callable[[], Iterable[EntryPoint]] | None = None) -> Sequence[PluginState]:
        """Import and register the approved plugins; what became of every installed one.

        `installed` gives the entry points; by default those of the environment. Nothing of a
        package that is not approved is imported.
        """
        found = installed() if installed else entry_points(group=PROJECT)
        for point in sorted(found, key=lambda point: (_package(point), point.name)):
            self._load(point)
        return self.states

    @property
    def states(self) -> Sequence[PluginState]:
        """Every installed plugin and what became of it, by package."""
        return tuple(self._states.values())

    def call(self, hook: str) -> list[tuple[str, object]]:
        """What each plugin answers to a hook without arguments, with its name, built-in ones first.

        A plugin that raises is marked as failed and gives nothing.
        """
        answers = []
        for plugin in self._order:
            name = self._plugins.get_name(plugin) or repr(plugin)
            others = [other for other in self._order if other is not plugin]
            caller = self._plugins.subset_hook_caller(hook, remove_plugins=others)
            try:
                answers += [(name, answer) for answer in caller()]
            except Exception as error:
                if name not in self._states:
                    raise  # one of our own
                self.report_failure(name, f"{hook}: {error!r}")
        return answers

    def report_failure(self, name: str, detail: str) -> None:
        """Note that a plugin does not do what its hook promises."""
        state = self._states[name]
        self._note(PluginState(name, state.package, state.version, PluginStatus.FAILED, detail))

    def _load(self, point: EntryPoint) -> None:
        package, version = _package(point), point.dist.version if point.dist else ""
        name = f"{package}:{point.name}"
        if normal_name(package) not in self._allowed or not package:
            self._note(PluginState(name, package, version, PluginStatus.NOT_APPROVED))
            return
        try:
            plugin = point.load()
            self._plugins.register(plugin, name)
            self._plugins.check_pending()
        except Exception as error:  # noqa: BLE001 - whatever a stranger's code raises, we start without it
            if self._plugins.has_plugin(name):
                self._plugins.unregister(name=name)
            self._note(PluginState(name, package, version, PluginStatus.FAILED, repr(error)))
            return
        self._order.append(plugin)
        self._note(PluginState(name, package, version, PluginStatus.LOADED))

    def _note(self, state: PluginState) -> None:
        self._states[state.name] = state
        if state.status is PluginStatus.FAILED:
            log.error("plugin_failed", plugin=state.name, version=state.version, detail=state.detail)
        elif state.status is PluginStatus.LOADED:
            log.info("plugin_loaded", plugin=state.name, version=state.version)


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else ""


def normal_name(name: str) -> str:
    """A package's name in the form that compares equal (PyPA name normalisation)."""
    return re.sub(r"[-_.]+", "-", name).lower()
