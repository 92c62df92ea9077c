"""What every endpoint module stands on: the router and idempotent POSTs."""

from answerable.kit.http.idempotency import Replay, claim
from answerable.kit.http.router import Router

__all__ = ["Replay", "Router", "claim"]
