"""What is wrong with a tool, or with what is asked of it."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.kit.errors import Conflict, FieldError, InvalidInput, PreconditionFailed


class ToolNameTaken(Conflict):
    code, title = "tool_name_taken", "A tool of that name exists"


class StaleTool(PreconditionFailed):
    code = "stale_tool"


class UnknownTool(InvalidInput):
    """A request names a tool that the workspace does not have."""

    code, title = "unknown_tool", "There is no such tool"

    def __init__(self, field: str) -> None:
        super().__init__(
            "The workspace has no tool of that name or id. 'GET /api/v1/tools' lists what there is.",
            errors=[FieldError(field, "no tool of this workspace")],
        )


class UnknownSource(InvalidInput):
    """A tool is to look in a source that the workspace does not have."""

    code, title = "unknown_source", "There is no such source"

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(
            "The workspace does not have these sources. 'GET /api/v1/sources' lists those that it has.",
            errors=[FieldError(field, "no source of this workspace") for field in fields],
        )


class WrongToolKind(InvalidInput):
    """A retrieval tool was named where an answer is wanted."""

    code, title = "wrong_tool_kind", "The tool is of another kind"

    def __init__(self, field: str) -> None:
        super().__init__(
            "A retrieval tool finds passages and does not answer. Name a tool of the kind 'rag'.",
            errors=[FieldError(field, "not a RAG tool")],
        )


class UnknownVersion(InvalidInput):
    code, title = "unknown_tool_version", "The tool has no such version"

    def __init__(self) -> None:
        super().__init__(
            "The tool has no version of that number. 'GET /api/v1/tools/{id}/versions' lists them.",
            errors=[FieldError("version", "no version of this tool")],
        )
