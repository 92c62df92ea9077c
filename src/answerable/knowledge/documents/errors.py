"""Why a document is not taken, not read or not shown."""

from __future__ import annotations

from answerable.kit.errors import Conflict, InvalidInput
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
