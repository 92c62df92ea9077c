"""Limits on a model bind the calls that are sent to it, whatever name they asked for.

The function is 0011's but for the condition on `model`. A process of the version before reserves by the
requested name alone and is settled by both: what it did not reserve is taken off its lease, as what costs
more than was foreseen is.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import WORKSPACE

revision = "0037"
down_revision = "0036"

_BY_NAME = "l.model IS NULL OR l.model = i.requested_model"
_BY_TARGET = """l.model IS NULL OR l.model = i.requested_model
             OR (i.cache IS NULL AND l.model IN (i.model, i.provider || '/' || i.model))"""


def _record_usage(binds: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION record_usage(batch jsonb, writer uuid) RETURNS void
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
            RETURNING u.key_id, u.user_id, u.requested_model, u.provider, u.model, u.cache, u.outcome,
                u.started_at, u.cost_usd,
                u.input_tokens + u.output_tokens AS tokens, (u.parent_id IS NULL)::integer AS requests
        )
        SELECT l.id AS limit_id, date_trunc(l.period, i.started_at, 'UTC') AS window_start,
            sum(a.amount) AS amount,
            coalesce(sum(a.amount) FILTER (WHERE i.started_at >= s.since), 0) AS leased
        FROM inserted i JOIN limits l
          ON l.workspace_id = tenant AND l.measure <> 'concurrent'
         AND (l.key_id IS NULL OR l.key_id = i.key_id)
         AND (l.user_id IS NULL OR l.user_id = i.user_id)
         AND ({binds})
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
"""  # noqa: S608 (fixed conditions of ours)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(_record_usage(_BY_TARGET))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(_record_usage(_BY_NAME))
