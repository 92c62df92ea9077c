"""The long-lived objects of data, and its background work."""

from __future__ import annotations

from functools import partial

from answerable.data.alerts import service as alerts
from answerable.data.alerts import tasks as alerts_tasks
from answerable.data.connections import tasks as connections_tasks
from answerable.data.dashboards import tasks as dashboards_tasks
from answerable.data.datasets import repository, tasks
from answerable.data.datasets.retention import tasks as retention_tasks
from answerable.data.datasets.storage import UPLOADS_FOLDER, tables_root
from answerable.data.engines.resources import provide_engines
from answerable.data.insights import tasks as insights_tasks
from answerable.data.schedules import tasks as schedules_tasks
from answerable.data.schedules.service import ALERT
from answerable.data.verified import tasks as verified_tasks
from answerable.data.warehouse import leftovers
from answerable.events import EventWall
from answerable.kit.leftovers import KeptElsewhere, KeptFiles
from answerable.kit.runtime import Runtime

BACKGROUND_WORK = (
    tasks.ingest,
    tasks.discard,
    retention_tasks.expire,
    retention_tasks.expire_old,
    insights_tasks.refresh,
    dashboards_tasks.refresh,
    alerts_tasks.evaluate,
    schedules_tasks.run_due,
    connections_tasks.import_tables,
    verified_tasks.check,
)


def provide_data(runtime: Runtime) -> None:
    """Register how data's objects are made."""
    runtime.keep_files(KeptFiles(runtime.files.root, UPLOADS_FOLDER, repository.known_uploads))
    runtime.keep_files(KeptFiles(tables_root(runtime.settings), "", repository.known_tables))
    runtime.keep_elsewhere(
        KeptElsewhere(
            "the data warehouse",
            partial(leftovers.workspaces, runtime),
            partial(leftovers.remove_workspace, runtime),
            partial(leftovers.remove_unnamed, runtime),
        )
    )
    provide_engines(runtime)
    runtime.get(EventWall).guard(ALERT, alerts.visible)
