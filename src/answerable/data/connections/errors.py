"""What is wrong with a connection, or with what is asked of it."""

from __future__ import annotations

from answerable.kit.errors import Conflict, InvalidInput


class PlaceRefused(InvalidInput):
    """The address or the path is not one that may be connected to."""

    code, title = "connection_place_refused", "That place may not be connected to"


class RoleWrites(InvalidInput):
    """The role could change data."""

    code, title = "connection_role_writes", "The role could write"


class NameTaken(Conflict):
    code, title = "connection_name_taken", "A connection of that name exists"


class NoSuchTable(InvalidInput):
    code, title = "connection_no_such_table", "The database has no such table"


class ImportIncomplete(Conflict):
    """Tables or columns cannot be read; all else was imported. The detail names them."""

    code, title = "connection_import_incomplete", "Not everything could be imported"


class SecretUnreadable(Conflict):
    code, title = "connection_secret_unreadable", "The connection's password cannot be opened"
