"""The answer contract: what every way of asking returns."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from answerable.chat.asking.abstaining import Reason
from answerable.chat.asking.warnings import Warning
from answerable.data.engines.rows import JsonCell
from answerable.data.explanations.schemas import ChangeExplained
from answerable.data.questions.outcome import Slot
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.result import Column
from answerable.knowledge.tools.used import ToolUsed


class Status(StrEnum):
    """answered: with evidence · ask_back: several readings, pick one · abstained: not answered, and
    says what can be · partial: only a part could be answered or supported."""

    ANSWERED = "answered"
    ASK_BACK = "ask_back"
    ABSTAINED = "abstained"
    PARTIAL = "partial"


class Route(StrEnum):
    DATA = "data"
    DOCUMENTS = "documents"
    BOTH = "both"


class VerifiedBy(BaseModel):
    """The verified question whose query was computed: an editor accepted it for `question`."""

    id: str
    question: str
    accepted_at: datetime | None


class QueryEvidence(BaseModel):
    """A query with its result: what was counted, over which version of the data. `verified` says that a
    person has confirmed that the question means this query; `sight` is the word for the row policies that
    bound it, null where none did and in messages. The first query of an answer to "why did it change" carries
    all that was computed of the change as `explanation`."""

    n: int
    kind: Literal["query"] = "query"
    dataset: str
    dataset_id: str
    version: int
    model_revision: str
    query: SemanticQuery
    words: str
    sql: str
    columns: list[Column]
    rows: list[list[JsonCell]]
    row_count: int
    truncated: bool = False
    sight: str | None = None
    verified: VerifiedBy | None = None
    explanation: ChangeExplained | None = None


class QuoteNote(BaseModel):
    """What an editor lets stand beside the quotes of a document. It is no part of the document."""

    id: str
    text: str
    accepted_at: datetime | None


class QuoteEvidence(BaseModel):
    """A verbatim quotation: the document's text from `start` to `end` (characters) is `quote`. `notes` are
    what editors of the workspace say of the document."""

    n: int
    kind: Literal["quote"] = "quote"
    document_id: str
    title: str
    page: int | None
    heading_path: list[str] = []
    quote: str
    start: int
    end: int
    score: float
    notes: list[QuoteNote] = []


class CatalogueEvidence(BaseModel):
    """The semantic model itself, for questions about what data there is. `fields` are those that the text
    names, by dataset; null in answers of before."""

    n: int
    kind: Literal["catalogue"] = "catalogue"
    model_revision: str
    datasets: list[str]
    fields: dict[str, list[str]] | None = None


Evidence = Annotated[QueryEvidence | QuoteEvidence | CatalogueEvidence, Field(discriminator="kind")]


class NearPassage(BaseModel):
    """A passage near a question that nothing answers well enough: worth reading, no evidence. `start` and
    `end` are its place in the document's text; answers of before do not have it."""

    document_id: str
    chunk_id: str
    title: str
    page: int | None = None
    heading_path: list[str]
    text: str
    start: int | None = None
    end: int | None = None
    score: float


class IntentReport(BaseModel):
    kind: str
    confidence: float


class AskBackOption(BaseModel):
    """One reading. Send its `query` with the same question to choose it; `patch` (RFC 6902) says how
    it differs from the first option's query."""

    label: str
    query: SemanticQuery
    patch: list[dict[str, JsonValue]]


class AskBack(BaseModel):
    """`about` is what the readings differ in; `change` where a few words may change the last query in
    several ways, null in answers of before."""

    question: str
    about: Slot | None = None
    options: list[AskBackOption]


class CarriedOver(BaseModel):
    """What a question took from the conversation before it. `question` is what was understood: the whole
    question, or the changed query in words.

    query: the query of the answer `from_answer_id`, changed by the `patch` (RFC 6902) · question: words of
    its question · choice: one of the readings that it offered."""

    kind: Literal["query", "question", "choice"]
    from_answer_id: str
    question: str
    patch: list[dict[str, JsonValue]] = []
    by: str = "rules"  # or the model that completed the question


class Usage(BaseModel):
    cost_usd: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    latency_ms: float = 0.0
    cached: bool = False


class Calibration(BaseModel):
    """How sure the answer's own rules were, and the version of the curve that made the stated confidence of
    it; null: the rules' own is stated."""

    raw: float
    version: int | None


class Answer(BaseModel):
    """One answer. `as_of` is the now that relative times were counted from; asking again with it
    gives the same query."""

    model_config = ConfigDict(ser_json_inf_nan="null")

    id: str
    run_id: str
    session_id: str | None = None
    message_id: str | None = None  # the message of the session that shows this answer
    question: str
    as_of: datetime
    text: str
    status: Status
    route: Route
    intent: IntentReport
    confidence: float
    calibration: Calibration | None = None  # null where nothing was answered, or a person confirmed it
    stage: str = "rules"
    evidence: list[Evidence] = []
    chart: dict[str, JsonValue] | None = None
    reasons: list[Reason] = []  # why it was not answered
    ask_back: AskBack | None = None
    carried_over: CarriedOver | None = None
    suggestions: list[str] = []  # questions near this one that can be answered
    nearest: list[NearPassage] = []
    warnings: list[Warning] = []
    usage: Usage = Usage()
    tool: ToolUsed | None = None  # the RAG tool that the documents were asked by
    trace_id: str = ""
