"""How putting documents into the index fails."""

from __future__ import annotations

from answerable.kit.errors import AnswerableError


class StaleVectors(AnswerableError):
    """The workspace went over to another encoder while a document was embedded."""

    code, status, title = "encoder_changed", 503, "The encoder changed meanwhile"

    def __init__(self) -> None:
        super().__init__("The document is embedded anew for the encoder that is used now.")
