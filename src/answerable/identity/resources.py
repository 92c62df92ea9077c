"""The long-lived objects of identity, as the runtime makes them."""

from __future__ import annotations

from answerable.identity.access_tokens import AccessTokens
from answerable.identity.admissions import Admissions
from answerable.identity.passwords import Passwords
from answerable.identity.secret import ServerSecret, load_secret
from answerable.identity.watch import AccessWatch
from answerable.identity.workspaces import tasks
from answerable.kit.db.notifications import Notifications
from answerable.kit.runtime import Runtime

BACKGROUND_WORK = (tasks.remove_files_of_deleted, tasks.remove_leftovers)


def provide_identity(runtime: Runtime) -> None:
    """Register how identity's objects are made."""
    runtime.provide(ServerSecret, lambda made: load_secret(made.settings))
    runtime.provide(
        AccessTokens,
        lambda made: AccessTokens(made.get(ServerSecret), seconds=made.settings.auth.access_token_seconds),
    )
    runtime.provide(AccessWatch, lambda made: AccessWatch(made.database, made.clock))
    runtime.provide(Admissions, lambda made: Admissions(made, made.get(Notifications)))
    runtime.provide(Passwords, lambda made: Passwords(made.settings.auth))
