"""The long-lived objects of data, and its background work."""

from __future__ import annotations

from answerable.data.datasets import tasks
from answerable.data.datasets.storage import tables_root
from answerable.data.engines.resources import provide_engines
from answerable.kit.runtime import Runtime

BACKGROUND_WORK = (tasks.ingest, tasks.discard)


def provide_data(runtime: Runtime) -> None:
    """Register how data's objects are made."""
    runtime.keep_workspaces_below(tables_root(runtime.settings))
    provide_engines(runtime)
