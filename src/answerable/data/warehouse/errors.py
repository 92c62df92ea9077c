"""Why the warehouse gives or takes no rows. Callers are told what to do, the log has what the server said."""

from __future__ import annotations

from answerable.kit.errors import Unavailable


class WarehouseUnavailable(Unavailable):
    """It does not answer, or ended the session. What was asked for did not happen, and may be tried again."""

    code, title = "warehouse_unavailable", "The data warehouse does not answer"


class WarehouseUnfit(Unavailable):
    """It answers, and is not set up as it must be: the operator has to put it right."""

    code, title = "warehouse_unfit", "The data warehouse is not set up as it must be"
