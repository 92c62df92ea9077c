"""Vectors by the encoder that made them, so that another encoder's can be built beside them.

`encoders` lists the encoders that vectors were made with, each with a number, its generation. A
generation's vectors are a partition of `chunk_vectors` with an index for their length, made and dropped by
two functions of fixed text, because the app's role owns nothing. `workspace_encoders` says which generation
each workspace is searched by and which is being built; it lies outside the tenant wall, as the clock's other
tables do: it holds ids and numbers alone.

The vectors of before are copied. The columns that they were in stay for the code before, which finds by words
alone what is indexed from now on, and is found by it; background work embeds what that code indexes.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import WORKSPACE, enable_tenant_wall, grant
from answerable.kit.postgres.credentials import APP_ROLE

revision = "0028"
down_revision = "0027"

_TABLES = (
    """
    CREATE TABLE encoders (
        generation integer GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_encoders PRIMARY KEY,
        fingerprint text NOT NULL CONSTRAINT uq_encoders_fingerprint UNIQUE,
        spec jsonb NOT NULL,
        dimensions integer NOT NULL CONSTRAINT ck_encoders_dimensions CHECK (dimensions BETWEEN 1 AND 4000),
        baseline double precision NOT NULL,
        wanted_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    """
    CREATE TABLE workspace_encoders (
        tenant uuid CONSTRAINT pk_workspace_encoders PRIMARY KEY
            CONSTRAINT fk_workspace_encoders_tenant REFERENCES workspaces (id) ON DELETE CASCADE,
        active integer NOT NULL
            CONSTRAINT fk_workspace_encoders_active REFERENCES encoders (generation),
        building integer
            CONSTRAINT fk_workspace_encoders_building REFERENCES encoders (generation),
        job_id uuid,
        done integer NOT NULL DEFAULT 0,
        total integer NOT NULL DEFAULT 0,
        switched_at timestamptz
    )
    """,
    """
    CREATE TABLE chunk_vectors (
        generation integer NOT NULL,
        chunk_id bigint NOT NULL
            CONSTRAINT fk_chunk_vectors_chunk_id REFERENCES chunks (id) ON DELETE CASCADE,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_chunk_vectors_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        document_id uuid NOT NULL,
        embedding halfvec NOT NULL,
        sentences bytea NOT NULL,
        CONSTRAINT pk_chunk_vectors PRIMARY KEY (generation, chunk_id)
    ) PARTITION BY LIST (generation)
    """,
    "ALTER TABLE chunk_vectors ALTER embedding SET STORAGE PLAIN, ALTER sentences SET STORAGE EXTERNAL",
    "CREATE INDEX ix_chunk_vectors_chunk_id ON chunk_vectors (chunk_id)",
    "CREATE INDEX ix_chunk_vectors_document_id ON chunk_vectors (document_id)",
    "CREATE INDEX ix_chunk_vectors_workspace_id ON chunk_vectors (workspace_id)",
)
_CONDITION = f"workspace_id = {WORKSPACE}".replace("'", "''")
# Both functions put numbers alone into what they run.
_ADD = """
CREATE FUNCTION add_encoder(print text, described jsonb, length integer, base double precision)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $body$
DECLARE made integer; part text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('answerable encoders', 0));
    UPDATE encoders SET wanted_at = clock_timestamp() WHERE fingerprint = print
    RETURNING generation INTO made;
    IF made IS NOT NULL THEN
        RETURN made;
    END IF;
    INSERT INTO encoders (fingerprint, spec, dimensions, baseline) VALUES (print, described, length, base)
    RETURNING generation INTO made;
    part := format('chunk_vectors_%s', made);
    EXECUTE format('CREATE TABLE public.%I PARTITION OF public.chunk_vectors FOR VALUES IN (%s)', part, made);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY tenant ON %I USING (@condition) WITH CHECK (@condition)', part);
    EXECUTE format('GRANT SELECT ON %I TO @app', part);
    EXECUTE format(
        'CREATE INDEX %I ON %I USING hnsw ((embedding::halfvec(%s)) halfvec_cosine_ops)',
        'ix_' || part || '_embedding', part, length);
    RETURN made;
END
$body$
"""
_DROP = """
CREATE FUNCTION drop_unused_encoders() RETURNS integer[] LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $body$
DECLARE gone integer; dropped integer[] := '{}';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('answerable encoders', 0));
    FOR gone IN
        SELECT e.generation FROM encoders e
        WHERE e.generation <> (SELECT l.generation FROM encoders l ORDER BY l.wanted_at DESC LIMIT 1)
          AND NOT EXISTS (SELECT FROM workspace_encoders w
                          WHERE e.generation IN (w.active, w.building)
                             OR w.switched_at > clock_timestamp() - interval '10 minutes')
    LOOP
        EXECUTE format('DROP TABLE public.chunk_vectors_%s', gone);
        DELETE FROM encoders WHERE generation = gone;
        dropped := dropped || gone;
    END LOOP;
    RETURN dropped;
END
$body$
"""
_FUNCTIONS = ("add_encoder(text, jsonb, integer, double precision)", "drop_unused_encoders()")
_DEFAULT = """
SELECT add_encoder('all-MiniLM-L6-v2', '{"kind": "default", "name": "all-MiniLM-L6-v2"}', 384, 0)
"""
# A packed sketch: two numbers of two bytes and one of four, little endian (sentences, dimensions, words in
# all), three numbers of four bytes a sentence and one a word, then the vectors.
_COPY = """
INSERT INTO chunk_vectors (generation, chunk_id, workspace_id, document_id, embedding, sentences)
SELECT 1, c.id, c.workspace_id, c.document_id, c.embedding, substr(c.sentences, 9 + 4 * (
    3 * (get_byte(c.sentences, 0) + 256 * get_byte(c.sentences, 1))
    + get_byte(c.sentences, 4) + 256 * get_byte(c.sentences, 5) + 65536 * get_byte(c.sentences, 6)))
FROM chunks c WHERE c.embedding IS NOT NULL
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    enable_tenant_wall(op, "chunk_vectors")
    grant(op, "encoders", "SELECT")
    grant(op, "workspace_encoders", "SELECT, INSERT, UPDATE, DELETE")
    op.execute(_ADD.replace("@condition", _CONDITION).replace("@app", APP_ROLE))
    op.execute(_DROP)
    for function in _FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {APP_ROLE}")
    op.execute(_DEFAULT)
    op.execute(_COPY)
    op.execute("INSERT INTO workspace_encoders (tenant, active) SELECT DISTINCT workspace_id, 1 FROM chunks")
    op.execute("DROP INDEX ix_chunks_embedding")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "UPDATE chunks SET embedding = v.embedding FROM chunk_vectors v"
        " WHERE v.generation = 1 AND v.chunk_id = chunks.id AND chunks.embedding IS NULL"
    )
    op.execute("CREATE INDEX ix_chunks_embedding ON chunks USING hnsw (embedding halfvec_cosine_ops)")
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for table in ("chunk_vectors", "workspace_encoders", "encoders"):
        op.execute(f"DROP TABLE {table}")
