"""Why a query is not run. Every error names the field and the remedy."""

from __future__ import annotations

from answerable.kit.errors import AnswerableError, Conflict, InvalidInput, TooLarge, Unavailable


class InvalidQuery(InvalidInput):
    """The query names what the model lacks, or asks for what would give a wrong number."""

    code, title = "invalid_query", "The query does not fit the semantic model"


class StatementRefused(InvalidInput):
    """The statement is not one SELECT over the tables and functions that are allowed."""

    code, title = "statement_refused", "The statement is not allowed"


class QueryTooLarge(TooLarge):
    """The estimate exceeds a limit; nothing was run."""

    code, title = "query_too_large", "The query would read too much"


class QueryTimeout(AnswerableError):
    """The deadline passed; the engine has been stopped."""

    code, status, title = "query_timeout", 504, "The query took too long"


class QueryOutOfMemory(TooLarge):
    code, title = "query_out_of_memory", "The query needs more memory than it may use"


class QueryFailed(Conflict):
    """The engine refused or failed: the data does not have the types that the model says."""

    code, title = "query_failed", "The query could not be computed"


class QueryOverflow(QueryFailed):
    code, title = "query_overflow", "A number is too large to be computed"


class EngineUnavailable(Unavailable):
    code, title = "query_engine_unavailable", "The query engine is not available"
