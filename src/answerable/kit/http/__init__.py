"""What every endpoint module stands on: the router and idempotent POSTs."""

from answerable.kit.http.idempotency import Replay, claim, replay_if_known
from answerable.kit.http.router import Router

__all__ = ["Replay", "Router", "claim", "replay_if_known"]
