"""Which database a single process works on: the one that is set, or the running embedded one."""

from __future__ import annotations

from alembic.util.exc import CommandError

from answerable.api.supervisor import app_database_url
from answerable.cli.failure import CommandFailed
from answerable.kit.postgres import Cluster
from answerable.kit.settings import Settings


def admin_url(settings: Settings) -> str:
    """The address as the role that owns the tables. CommandFailed when there is no database."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    cluster = Cluster(settings.data_dir)
    if not cluster.is_alive():
        raise CommandFailed(
            "no PostgreSQL runs in the data folder: set ANSWERABLE_DATABASE_URL, "
            "or run 'answerable serve', which brings one."
        )
    return cluster.admin_url


def app_url(settings: Settings) -> str:
    """The address as the role that serves requests. CommandFailed when there is no database."""
    if settings.app_database_url is not None:
        return settings.app_database_url.get_secret_value()
    return app_database_url(settings, admin_url(settings))


def wrong_revision(error: CommandError) -> str:
    """What to do about a database whose revision this version does not know."""
    return (
        f"the database cannot be brought up to date ({error}): was it migrated by a newer version? "
        "Install that one, or restore a backup."
    )
