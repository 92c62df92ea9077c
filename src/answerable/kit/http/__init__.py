"""What every endpoint module stands on: the router, idempotent POSTs, and work that ends with its client."""

from answerable.kit.http.idempotency import REPEATED, Replay, claim, lead_repeats_to, replay_if_known
from answerable.kit.http.leaving import while_client_waits
from answerable.kit.http.router import Router

__all__ = [
    "REPEATED",
    "Replay",
    "Router",
    "claim",
    "lead_repeats_to",
    "replay_if_known",
    "while_client_waits",
]
