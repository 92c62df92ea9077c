"""The workspace with a scripted model that questions are asked in, for recaps too."""

from tests.chat.asking.conftest import asked_upstream, desk, upstream

__all__ = ["asked_upstream", "desk", "upstream"]
