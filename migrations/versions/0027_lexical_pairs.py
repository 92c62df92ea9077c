"""Candidates by words among very many chunks: those that have two of the query's rarer words.

Where even the rarest word occurs in thousands of chunks, the few that are looked at for it were any of them.
The function now looks besides for pairs of words, whose lists the index cuts with each other. The tenant's
condition is written so that no index serves it: words are numbered by workspace, so the word's own list is
the workspace's already, and a list of all its chunks would be read for nothing.

The new parameters have defaults, so the code before calls the function as it was.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import WORKSPACE
from answerable.kit.postgres.credentials import APP_ROLE

revision = "0027"
down_revision = "0026"

_ROLE = "answerable_lexical"
_TYPES = "integer[], sparsevec, integer, integer, uuid[], uuid[], jsonpath, jsonb"
_OLD, _NEW = f"lexical_candidates({_TYPES})", f"lexical_candidates({_TYPES}, integer[], integer[])"
_PARAMETERS = (
    "rare integer[], query sparsevec, enough integer, wanted integer, documents uuid[] DEFAULT NULL, "
    "sources uuid[] DEFAULT NULL, condition jsonpath DEFAULT NULL, vars jsonb DEFAULT '{}'"
)
_HEAD = """
RETURNS TABLE (chunk_id bigint, score double precision)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50
SET search_path = pg_catalog, public, pg_temp
"""
_FILTER = f"""
    AND (documents IS NULL OR c.document_id = ANY (documents))
    AND ((sources IS NULL AND condition IS NULL) OR (
        SELECT (sources IS NULL OR d.source_id = ANY (sources))
           AND (condition IS NULL OR jsonb_path_match(d.facts, condition, vars, true))
        FROM public.indexed_documents d
        WHERE d.document_id = c.document_id AND d.workspace_id = {WORKSPACE}))
"""  # noqa: S608 (a fixed condition of ours)
_WITHOUT_PAIRS = f"""
BEGIN ATOMIC
    SELECT found.id, -(found.weights OPERATOR(public.<#>) query) AS score
    FROM (SELECT c.id, c.weights FROM public.chunks c
          WHERE c.workspace_id = {WORKSPACE} AND c.terms && rare {_FILTER} LIMIT enough) found
    ORDER BY score DESC
    LIMIT wanted;
END
"""  # noqa: S608
_WITH_PAIRS = f"""
SET enable_seqscan = off
BEGIN ATOMIC
    SELECT DISTINCT found.id, -(found.weights OPERATOR(public.<#>) query) AS score
    FROM ((SELECT c.id, c.weights FROM public.chunks c
           WHERE (c.workspace_id = {WORKSPACE}) IS TRUE AND c.terms && rare {_FILTER} LIMIT enough)
          UNION ALL
          SELECT both_words.id, both_words.weights
          FROM unnest(firsts, seconds) AS pair (first, second)
          CROSS JOIN LATERAL (
              SELECT c.id, c.weights FROM public.chunks c
              WHERE (c.workspace_id = {WORKSPACE}) IS TRUE
                AND c.terms @> ARRAY[pair.first, pair.second] {_FILTER}
              LIMIT least(enough / 5, 200)) both_words) found
    ORDER BY score DESC
    LIMIT wanted;
END
"""  # noqa: S608


def _replace(old: str, new: str, parameters: str, body: str) -> None:
    op.execute(f"GRANT {_ROLE} TO CURRENT_USER")
    op.execute(f"GRANT CREATE ON SCHEMA public TO {_ROLE}")
    op.execute(f"DROP FUNCTION {old}")
    op.execute(f"CREATE FUNCTION lexical_candidates({parameters}) {_HEAD} {body}")
    op.execute(f"ALTER FUNCTION {new} OWNER TO {_ROLE}")
    op.execute(f"REVOKE CREATE ON SCHEMA public FROM {_ROLE}")
    op.execute(f"REVOKE ALL ON FUNCTION {new} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {new} TO {APP_ROLE}")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    pairs = ", firsts integer[] DEFAULT '{}', seconds integer[] DEFAULT '{}'"
    _replace(_OLD, _NEW, _PARAMETERS + pairs, _WITH_PAIRS)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _replace(_NEW, _OLD, _PARAMETERS, _WITHOUT_PAIRS)
