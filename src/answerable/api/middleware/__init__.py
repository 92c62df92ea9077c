"""What every request passes before a route sees it."""

from answerable.api.middleware.body_limit import BodyLimit
from answerable.api.middleware.body_pace import BodyPace
from answerable.api.middleware.observation import Observation
from answerable.api.middleware.origin_guard import OriginGuard

__all__ = ["BodyLimit", "BodyPace", "Observation", "OriginGuard"]
