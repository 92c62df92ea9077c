"""Why an upload is not taken, or a dataset cannot be used."""

from __future__ import annotations

from answerable.kit.errors import AnswerableError, Conflict, InvalidInput, PreconditionFailed, UnsupportedType


class FileRefused(InvalidInput):
    """The file holds no table that can be read. `code` says why: `empty_file`, `line_too_long`,
    `damaged_file`, `encrypted_file`, `archive_bomb`, `no_table` and so on."""

    title = "The file cannot be read as tables"

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code  # each refusal has a code of its own


class FileTooHeavy(InvalidInput):
    """Reading the file needs more memory or time than an ingestion may use."""

    code, title = "file_too_heavy", "The file needs too much memory or time"


class NotATable(UnsupportedType):
    code, title = "unsupported_type", "The file holds no tables"


class VersionOutdated(Conflict):
    code, title = "version_outdated", "The dataset shows another version now"


class DatasetBusy(Conflict):
    code, title = "dataset_busy", "A version of the dataset is being made"


class VersionExpired(AnswerableError):
    code, status, title = "version_expired", 410, "The version is no longer kept"


class RulesRefused(InvalidInput):
    code, title = "rules_refused", "The rules cannot run over the table"


class StaleRules(PreconditionFailed):
    """Somebody else changed the rules since they were read."""

    code, title = "stale_rules", "The rules changed since you read them"


class ReadLive(Conflict):
    """What is asked needs a version that is kept, and this dataset's rows stay in another database."""

    code, title = "dataset_read_live", "The dataset is read live"


class EngineFixed(Conflict):
    """Which engine a dataset has is chosen once, when it is made."""

    code, title = "engine_fixed", "The dataset has another engine"


class AlreadyInWorkspace(Conflict):
    code, title = "already_in_workspace", "The workspace has the same table"


class DatasetNotReady(Conflict):
    code, title = "dataset_not_ready", "The dataset has no data yet"
