"""Why a document is not taken, not read or not shown."""

from __future__ import annotations

from answerable.kit.errors import AnswerableError, Conflict, InvalidInput
from answerable.knowledge.parsing.failures import ParseFailed


class DocumentNotReady(Conflict):
    code, title = "document_not_ready", "The document has no text yet"


class AlreadyInWorkspace(Conflict):
    code, title = "already_in_workspace", "The workspace has the same file"


class DocumentUnreadable(InvalidInput):
    """The file gives no text, and trying again would not help. `code` is a parsing Reason."""

    title = "The file cannot be read"

    def __init__(self, failure: ParseFailed) -> None:
        super().__init__(failure.detail)
        self.code = failure.reason.value  # each reason has a code of its own


class DocumentChanged(AnswerableError):
    """The document was deleted, given away or read by somebody else while it was put into the index."""

    code, status, title = "document_changed", 503, "The document changed meanwhile"

    def __init__(self) -> None:
        super().__init__(
            "The document was deleted, given to the workspace or read anew while this was under way."
        )
