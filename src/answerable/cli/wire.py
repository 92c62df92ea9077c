"""What the command line reads of the server's answers; fields that it has no use for are left out."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, JsonValue


class Reason(BaseModel):
    """Why something failed."""

    code: str
    detail: str


class JobReference(BaseModel):
    id: str


class JobProgress(BaseModel):
    done: int
    total: int | None
    unit: str


class Job(BaseModel):
    """The state of a piece of work."""

    id: str
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    progress: JobProgress | None
    error: Reason | None

    @property
    def is_over(self) -> bool:
        return self.status in ("succeeded", "failed", "cancelled")


class Document(BaseModel):
    id: str
    title: str
    status: Literal["queued", "processing", "ready", "failed"]
    error: Reason | None = None


class UploadedDocument(BaseModel):
    """`job` is None when the same bytes were there already and are ready."""

    document: Document
    job: JobReference | None = None


class Version(BaseModel):
    """One state of a dataset; `file_name` is the upload that it came from."""

    file_name: str


class Dataset(BaseModel):
    """`label` is what people call it; `versions` come newest first, and not in lists."""

    id: str
    label: str
    status: Literal["queued", "processing", "ready", "failed"]
    created_at: datetime
    row_count: int | None = None
    error: Reason | None = None
    versions: list[Version] = []


class Datasets(BaseModel):
    items: list[Dataset]


class UploadedTables(BaseModel):
    """The first table's dataset; the job finds out whether the file holds more. All of them and no job
    when the file had been read before."""

    datasets: list[Dataset]
    job: JobReference | None


class Hit(BaseModel):
    title: str
    text: str
    page: int | None
    heading_path: list[str]
    score: float


class SearchResults(BaseModel):
    results: list[Hit]
    latency_ms: float


class User(BaseModel):
    id: str
    email: str


class Workspace(BaseModel):
    id: str
    name: str


class Tokens(BaseModel):
    """The answer to registration and sign-in; the access token lives for some minutes, the refresh token is
    exchanged for the next pair, once."""

    access_token: str
    refresh_token: str


class Membership(BaseModel):
    workspace: Workspace
    role: str


class Me(BaseModel):
    user: User
    memberships: list[Membership]


class KeyBudget(BaseModel):
    """What a key may spend in US dollars, by day or month."""

    period: str
    limit_usd: float
    spent_usd: float


class ApiKey(BaseModel):
    id: str
    name: str
    prefix: str
    scopes: list[str] | None = None
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    budgets: list[KeyBudget] = []


class NewApiKey(ApiKey):
    """`key` is shown this once."""

    key: str


class ApiKeys(BaseModel):
    items: list[ApiKey]
    next_cursor: str | None = None


class ConfiguredModel(BaseModel):
    """A model of a provider."""

    name: str
    upstream_name: str


class Provider(BaseModel):
    """A provider of models; `key_ending` is the end of its key."""

    id: str
    name: str
    kind: str
    base_url: str
    has_key: bool
    key_ending: str | None
    models: list[ConfiguredModel]


class Providers(BaseModel):
    items: list[Provider]


class CheckedModel(BaseModel):
    """How one model answered; `detail` says what to do."""

    model: str
    ok: bool
    problem: str | None
    detail: str | None
    latency_ms: float


class ProviderCheck(BaseModel):
    ok: bool
    models: list[CheckedModel]


class ModelTarget(BaseModel):
    """A model that a name leads to, with its circuit breaker's state."""

    provider: str
    model: str
    state: str


class ModelPrice(BaseModel):
    """US dollars per million tokens."""

    input_per_mtok: float
    output_per_mtok: float


class ModelListed(BaseModel):
    """A name that the workspace may call."""

    name: str
    kind: str
    providers: list[str]
    capabilities: list[str]
    context_window: int | None
    price: ModelPrice | None
    available: bool
    targets: list[ModelTarget]


class ModelsListed(BaseModel):
    items: list[ModelListed]
    next_cursor: str | None = None


class UsageFigures(BaseModel):
    """Sums over calls; those of unknown price cost nothing here."""

    calls: int
    failed_calls: int
    unpriced_calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float


class UsageGroup(UsageFigures):
    group: dict[str, str | None]


class UsageReport(BaseModel):
    since: datetime
    until: datetime
    group_by: list[str]
    items: list[UsageGroup]
    totals: UsageFigures
    next_cursor: str | None = None


class SyncCounts(BaseModel):
    """Items of a sync, each counted once."""

    seen: int
    added: int
    changed: int
    unchanged: int
    deleted: int
    failed: int


class ItemProblem(BaseModel):
    """An item that could not be taken in."""

    item_id: str
    code: str
    detail: str


class SyncRun(BaseModel):
    """A sync; `errors` come where one run is read."""

    id: str
    status: Literal["queued", "running", "paused", "succeeded", "failed", "cancelled"]
    reason: str
    counts: SyncCounts
    total: int | None
    rate_per_second: float | None
    remaining_seconds: float | None
    error: Reason | None
    created_at: datetime
    finished_at: datetime | None
    errors: list[ItemProblem] = []


class SyncRuns(BaseModel):
    items: list[SyncRun]


class Source(BaseModel):
    """Where documents come from."""

    id: str
    kind: str
    name: str
    status: str
    schedule: str | None
    synced_at: datetime | None
    next_sync_at: datetime | None
    document_count: int
    run: SyncRun | None


class ConnectionRole(BaseModel):
    name: str


class ConnectionFacts(BaseModel):
    """What a test of a connection found."""

    product: str
    role: ConnectionRole
    warnings: list[str]


class ConnectionPlace(BaseModel):
    dialect: str
    host: str
    database: str


class Connection(BaseModel):
    """A connected database, without its secret."""

    id: str
    name: str
    config: ConnectionPlace
    facts: ConnectionFacts
    tested_at: datetime


class Connections(BaseModel):
    items: list[Connection]


class ConnectionColumn(BaseModel):
    name: str
    type: str | None


class ConnectionTable(BaseModel):
    """A table that may be read, and the dataset made of it."""

    name: str
    rows: int | None
    columns: list[ConnectionColumn]
    dataset_id: str | None


class ConnectionTables(BaseModel):
    items: list[ConnectionTable]


class ImportStarted(BaseModel):
    job: JobReference


class Sources(BaseModel):
    items: list[Source]


class RemovedSource(BaseModel):
    job: JobReference


class Tool(BaseModel):
    """A retrieval tool or a RAG tool, as the version that holds sets it."""

    id: str
    name: str
    kind: str
    version: int
    description: str
    configuration: dict[str, JsonValue]


class Tools(BaseModel):
    items: list[Tool]


class ToolVersion(BaseModel):
    version: int
    description: str
    configuration: dict[str, JsonValue]
    restored_from: int | None
    created_at: datetime


class ToolVersions(BaseModel):
    items: list[ToolVersion]


class ToolDefaults(BaseModel):
    """The ids of the tools that searches and questions go by which name none."""

    search: str | None
    ask: str | None


class StageScore(BaseModel):
    score: float
    rank: int


class TriedStages(BaseModel):
    dense: StageScore | None
    lexical: StageScore | None
    fused: StageScore | None


class TriedPassage(BaseModel):
    title: str
    text: str
    score: float
    kept: bool
    stages: TriedStages


class TriedQuote(BaseModel):
    quote: str
    score: float


class TriedAnswer(BaseModel):
    abstained: bool
    confidence: float
    least_confidence: float
    quotes: list[TriedQuote]


class ToolTrial(BaseModel):
    """What a tool does with a question."""

    mode: str
    results: list[TriedPassage]
    answer: TriedAnswer | None
    search_ms: float


class SemanticModelId(BaseModel):
    id: str
    revision: str


class SemanticModelIds(BaseModel):
    items: list[SemanticModelId]


class ImportRemark(BaseModel):
    """A part of an imported file that was left out or changed, with its place."""

    kind: str
    name: str
    reason: str
    file: str
    line: int


class ImportChange(BaseModel):
    part: str
    name: str
    change: str
    after: dict[str, JsonValue]


class ModelImport(BaseModel):
    """What an import of a semantic model did, or would do."""

    revision: str
    previous_revision: str
    changes: list[ImportChange]
    left_out: list[ImportRemark]
    notes: list[ImportRemark]
