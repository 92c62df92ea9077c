"""Usage and limits: one row a call, budgets and rate limits, and each process's share of them.

`record_usage` writes calls and settles what they cost in one transaction, so that the rows and the
counters cannot disagree. `lease_limit` gives a process a share of what a limit has left. Both run with
the caller's rights, behind the tenant wall. A process gives all of its shares back by its own id: the
policies `replica` open exactly these rows, on a setting that only the server's own statements set.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.notifications import CHANNEL, announce_changes
from answerable.kit.db.wall import WORKSPACE, enable_tenant_wall
from answerable.kit.postgres.credentials import APP_ROLE

revision = "0011"
down_revision = "0010"

_REPLICA = "nullif(current_setting('answerable.replica', true), '')::uuid"

_FUNCTIONS = (
    "record_usage(jsonb, uuid)",
    "lease_limit(uuid, timestamptz, uuid, numeric, numeric, numeric, timestamptz, double precision)",
)

_TABLES = (
    """
    CREATE TABLE usage_records (
        id uuid CONSTRAINT pk_usage_records PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_usage_records_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        user_id uuid,
        key_id uuid,
        operation text NOT NULL,
        route text NOT NULL,
        requested_model text NOT NULL,
        provider text,
        model text,
        stage text,
        outcome text NOT NULL,
        error_code text,
        input_tokens bigint NOT NULL,
        output_tokens bigint NOT NULL,
        cached_input_tokens bigint NOT NULL,
        cache_write_tokens bigint NOT NULL,
        reasoning_tokens bigint NOT NULL,
        estimated boolean NOT NULL,
        cost_usd numeric NOT NULL,
        price_version text NOT NULL,
        cache text,
        attempts integer NOT NULL,
        streamed boolean NOT NULL,
        started_at timestamptz NOT NULL,
        latency_ms double precision NOT NULL,
        first_token_ms double precision,
        trace_id text,
        parent_id uuid
    )
    """,
    "CREATE INDEX ix_usage_records_workspace_id ON usage_records (workspace_id, started_at, id)",
    """
    CREATE TABLE limits (
        id uuid CONSTRAINT pk_limits PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_limits_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        key_id uuid CONSTRAINT fk_limits_key_id REFERENCES api_keys (id) ON DELETE CASCADE,
        user_id uuid CONSTRAINT fk_limits_user_id REFERENCES users (id) ON DELETE CASCADE,
        model text,
        measure text NOT NULL
            CONSTRAINT ck_limits_measure CHECK (measure IN ('cost_usd', 'tokens', 'requests', 'concurrent')),
        period text
            CONSTRAINT ck_limits_period CHECK (period IN ('minute', 'day', 'month')),
        amount numeric NOT NULL CONSTRAINT ck_limits_amount CHECK (amount >= 0),
        mode text NOT NULL CONSTRAINT ck_limits_mode CHECK (mode IN ('hard', 'soft')),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT ck_limits_subject CHECK (key_id IS NULL OR user_id IS NULL),
        CONSTRAINT ck_limits_window CHECK ((period IS NULL) = (measure = 'concurrent')),
        CONSTRAINT uq_limits_workspace_id
            UNIQUE NULLS NOT DISTINCT (workspace_id, key_id, user_id, model, measure, period, mode)
    )
    """,
    "CREATE INDEX ix_limits_key_id ON limits (key_id)",
    "CREATE INDEX ix_limits_user_id ON limits (user_id)",
    """
    CREATE TABLE limit_counters (
        limit_id uuid NOT NULL
            CONSTRAINT fk_limit_counters_limit_id REFERENCES limits (id) ON DELETE CASCADE,
        window_start timestamptz NOT NULL,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_limit_counters_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        spent numeric NOT NULL DEFAULT 0,
        tight_until timestamptz NOT NULL DEFAULT '-infinity',
        CONSTRAINT pk_limit_counters PRIMARY KEY (limit_id, window_start)
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX ix_limit_counters_workspace_id ON limit_counters (workspace_id)",
    """
    CREATE TABLE limit_leases (
        limit_id uuid NOT NULL,
        window_start timestamptz NOT NULL,
        replica uuid NOT NULL,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_limit_leases_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        amount numeric NOT NULL,
        since timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        recalled boolean NOT NULL DEFAULT false,
        CONSTRAINT pk_limit_leases PRIMARY KEY (limit_id, window_start, replica),
        CONSTRAINT fk_limit_leases_limit_id FOREIGN KEY (limit_id, window_start)
            REFERENCES limit_counters (limit_id, window_start) ON DELETE CASCADE
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX ix_limit_leases_replica ON limit_leases (replica)",
    "CREATE INDEX ix_limit_leases_workspace_id ON limit_leases (workspace_id)",
)

# The shared lock keeps a limit from being made, with the sum of what was spent, between the rows and
# the counters of one batch. Counters are locked before leases, as lease_limit does. Calls that began before
# their process knew of the limit were not reserved from its lease, and are not taken off it.
_RECORD_USAGE = f"""
CREATE FUNCTION record_usage(batch jsonb, writer uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    tenant uuid := {WORKSPACE};
    moved record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(tenant::text, 11));
    IF NOT EXISTS (SELECT FROM workspaces w WHERE w.id = tenant) THEN
        RETURN;
    END IF;
    FOR moved IN
        WITH inserted AS (
            INSERT INTO usage_records AS u (
                id, workspace_id, user_id, key_id, operation, route, requested_model, provider, model, stage,
                outcome, error_code, input_tokens, output_tokens, cached_input_tokens, cache_write_tokens,
                reasoning_tokens, estimated, cost_usd, price_version, cache, attempts, streamed, started_at,
                latency_ms, first_token_ms, trace_id, parent_id)
            SELECT r.id, tenant, r.user_id, r.key_id, r.operation, r.route, r.requested_model, r.provider,
                r.model, r.stage, r.outcome, r.error_code, r.input_tokens, r.output_tokens,
                r.cached_input_tokens, r.cache_write_tokens, r.reasoning_tokens, r.estimated, r.cost_usd,
                r.price_version, r.cache, r.attempts, r.streamed, r.started_at, r.latency_ms,
                r.first_token_ms, r.trace_id, r.parent_id
            FROM jsonb_to_recordset(batch) AS r (
                id uuid, user_id uuid, key_id uuid, operation text, route text, requested_model text,
                provider text, model text, stage text, outcome text, error_code text, input_tokens bigint,
                output_tokens bigint, cached_input_tokens bigint, cache_write_tokens bigint,
                reasoning_tokens bigint, estimated boolean, cost_usd numeric, price_version text, cache text,
                attempts integer, streamed boolean, started_at timestamptz, latency_ms double precision,
                first_token_ms double precision, trace_id text, parent_id uuid)
            ON CONFLICT (id) DO NOTHING
            RETURNING u.key_id, u.user_id, u.requested_model, u.outcome, u.started_at, u.cost_usd,
                u.input_tokens + u.output_tokens AS tokens, (u.parent_id IS NULL)::integer AS requests
        )
        SELECT l.id AS limit_id, date_trunc(l.period, i.started_at, 'UTC') AS window_start,
            sum(a.amount) AS amount,
            coalesce(sum(a.amount) FILTER (WHERE i.started_at >= s.since), 0) AS leased
        FROM inserted i JOIN limits l
          ON l.workspace_id = tenant AND l.measure <> 'concurrent'
         AND (l.key_id IS NULL OR l.key_id = i.key_id)
         AND (l.user_id IS NULL OR l.user_id = i.user_id)
         AND (l.model IS NULL OR l.model = i.requested_model)
        CROSS JOIN LATERAL (SELECT CASE l.measure WHEN 'cost_usd' THEN i.cost_usd
            WHEN 'tokens' THEN i.tokens ELSE i.requests END AS amount) a
        LEFT JOIN limit_leases s
          ON s.limit_id = l.id AND s.window_start = date_trunc(l.period, i.started_at, 'UTC')
         AND s.replica = writer
        WHERE i.outcome <> 'refused'
        GROUP BY 1, 2
        ORDER BY 1, 2
    LOOP
        INSERT INTO limit_counters AS c (limit_id, window_start, workspace_id, spent)
        VALUES (moved.limit_id, moved.window_start, tenant, moved.amount)
        ON CONFLICT (limit_id, window_start) DO UPDATE SET spent = c.spent + excluded.spent;
        UPDATE limit_leases s SET amount = s.amount - moved.leased
        WHERE s.limit_id = moved.limit_id AND s.window_start = moved.window_start AND s.replica = writer;
    END LOOP;
END $$
"""  # noqa: S608 (a fixed condition of ours)

# `needed` is what the callers who wait must have at least, `wanted` what all of them would have, `block`
# what is handy beyond. The nearer the limit, the smaller the share, down to exactly what is wanted.
# A lease below zero says that more was spent than was leased; it is in `spent` already, so it is forgiven.
_LEASE_LIMIT = f"""
CREATE FUNCTION lease_limit(
    which uuid, starts timestamptz, taker uuid, needed numeric, wanted numeric, block numeric,
    began timestamptz, seconds double precision,
    OUT granted numeric, OUT forgiven numeric, OUT unclaimed numeric, OUT waiting integer, OUT tight boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    rule record;
    counter record;
    moment timestamptz;
    others numeric;
    mine numeric;
    room numeric;
BEGIN
    SELECT l.workspace_id, l.amount, l.mode, l.measure INTO rule FROM limits l WHERE l.id = which;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO limit_counters (limit_id, window_start, workspace_id)
    VALUES (which, starts, rule.workspace_id) ON CONFLICT DO NOTHING;
    SELECT c.spent, c.tight_until INTO counter FROM limit_counters c
    WHERE c.limit_id = which AND c.window_start = starts FOR UPDATE;
    moment := clock_timestamp();
    DELETE FROM limit_leases s
    WHERE s.limit_id = which AND s.window_start = starts AND s.replica <> taker AND s.expires_at < moment;
    SELECT coalesce(sum(greatest(s.amount, 0)) FILTER (WHERE s.replica <> taker), 0),
           coalesce(sum(s.amount) FILTER (WHERE s.replica = taker), 0),
           count(*) FILTER (WHERE s.replica <> taker AND s.recalled AND s.amount > 0)
    INTO others, mine, waiting
    FROM limit_leases s WHERE s.limit_id = which AND s.window_start = starts;
    forgiven := greatest(-mine, 0);
    needed := needed - forgiven;
    wanted := wanted - forgiven;
    room := rule.amount - counter.spent - others - greatest(mine, 0);
    tight := counter.tight_until > moment;
    IF rule.mode = 'soft' THEN
        granted := greatest(wanted, least(block, greatest(room, 0) / 8), 0);
    ELSIF room >= needed AND room > 0 THEN
        granted := least(room, greatest(wanted, CASE WHEN tight THEN 0 ELSE least(block, room / 8) END, 0));
        IF rule.measure <> 'cost_usd' THEN
            granted := floor(granted);
        END IF;
    ELSE
        granted := 0;
        IF needed > 0 AND others > 0 AND NOT tight THEN
            UPDATE limit_counters c SET tight_until = moment + interval '10 seconds'
            WHERE c.limit_id = which AND c.window_start = starts;
            UPDATE limit_leases s SET recalled = true
            WHERE s.limit_id = which AND s.window_start = starts AND s.replica <> taker AND s.amount > 0;
            GET DIAGNOSTICS waiting = ROW_COUNT;
            tight := true;
            PERFORM pg_notify('{CHANNEL}', 'limit_recall ' || rule.workspace_id);
        END IF;
    END IF;
    INSERT INTO limit_leases AS s (limit_id, window_start, replica, workspace_id, amount, since, expires_at)
    VALUES (which, starts, taker, rule.workspace_id, granted, began, moment + make_interval(secs => seconds))
    ON CONFLICT (limit_id, window_start, replica)
    DO UPDATE SET amount = greatest(s.amount, 0) + excluded.amount, expires_at = excluded.expires_at;
    unclaimed := room - granted;
END $$
"""  # noqa: S608 (a fixed name of ours)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    enable_tenant_wall(op, "usage_records", grants="SELECT, INSERT")
    for table in ("limits", "limit_counters", "limit_leases"):
        enable_tenant_wall(op, table)
    for command in ("SELECT", "UPDATE", "DELETE"):
        op.execute(
            f"CREATE POLICY replica_{command.lower()} ON limit_leases FOR {command} "
            f"USING (replica = {_REPLICA})"
        )
    for function in (_RECORD_USAGE, _LEASE_LIMIT):
        op.execute(function)
    for signature in _FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP_ROLE}")
    announce_changes(op, "limits", "limits")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for signature in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    for table in ("limit_leases", "limit_counters", "limits", "usage_records"):
        op.execute(f"DROP TABLE {table}")
