"""Why a file gives no text: a closed set of codes, each with a sentence that says what to do."""

from __future__ import annotations

from enum import StrEnum

from answerable.kit.sandbox.limits import Refusal


class Reason(StrEnum):
    EMPTY_FILE = "empty_file"
    UNSUPPORTED_TYPE = "unsupported_type"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    NO_TEXT = "no_text"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASH = "crash"


SENTENCES: dict[Reason, str] = {
    Reason.EMPTY_FILE: "The file is empty. Upload a file with content.",
    Reason.UNSUPPORTED_TYPE: (
        "Files of this type are not read. Upload an office file, PDF, EPUB, web page, e-mail, archive (ZIP, "
        "TAR) or text of any kind."
    ),
    Reason.ENCRYPTED: "The file is protected by a password. Remove the password, then upload it again.",
    Reason.DAMAGED: "The file is damaged or cut off. Save or export it again, then upload the new file.",
    Reason.TOO_LARGE: "The file holds more than can be read. Split it into smaller files, then upload those.",
    Reason.NO_TEXT: (
        "The file holds no text. If it shows some, run text recognition (OCR) on it, then upload the result."
    ),
    Reason.TIMEOUT: "Reading the file took too long. Split it, or save it in a simpler format.",
    Reason.MEMORY: "Reading the file took too much memory. Split it into smaller files, then upload those.",
    Reason.CRASH: "The file made its reader fail. Save it in another format, such as PDF, then upload that.",
}


class ParseFailed(Exception):
    """A file that gave no document. `detail` says what to do."""

    def __init__(self, reason: Reason, detail: str | None = None) -> None:
        self.reason = reason
        self.detail = detail or SENTENCES[reason]
        super().__init__(f"{reason}: {self.detail}")


def refuse(reason: Reason, detail: str | None = None) -> Refusal:
    """The same inside the child: `raise refuse(Reason.DAMAGED)`."""
    return Refusal(reason.value, detail or SENTENCES[reason])
