"""`/v1/*`: the protocols of OpenAI and Anthropic, served without FastAPI on their way."""

from answerable.api.relay.app import RelayApp
from answerable.api.relay.system_model import SystemModel

__all__ = ["RelayApp", "SystemModel"]
