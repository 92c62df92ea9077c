"""What the app's role may call, read from the catalogue: a new version of PostgreSQL or of an extension
brings functions, and each that does more than compute is looked at before it is allowed."""

from __future__ import annotations

import re

import psycopg
import pytest

# Functions that change something, or see past the statement's own snapshot, by why they may be called.
_ALLOWED = {
    "our own, and the queue's": r"procrastinate_\w+|record_usage|lease_limit|lexical_candidates",
    "our own, which make and drop partitions of vectors": r"add_encoder|drop_unused_encoders",
    "time, chance and ids": r"clock_timestamp|timeofday|random(_normal)?|setseed|gen_random_uuid|uuidv[47]"
    r"|array_(sample|shuffle)",
    "sequences, by their own privileges": r"nextval|currval|lastval|setval|pg_sequence_last_value"
    r"|pg_get_sequence_data",
    "locks that end with the transaction, and giving back others": r"pg_(try_)?advisory_xact_lock(_shared)?"
    r"|pg_advisory_unlock\w*",
    "the queue's signals": r"pg_notify|pg_notification_queue_usage",
    "the caller's own statement and session": r"current_query|currtid2?|pg_stat_(clear|force)_\w+",
    "numbers about the server": r"pg_stat_get_\w+|pg_control_\w+|pg_\w*wal\w*|pg_\w*xact\w*|txid_status"
    r"|pg_\w+_size|pg_partition_\w+|pg_lock_status|pg_(safe_snapshot_)?blocking_pids|pg_is_in_recovery"
    r"|pg_(isolation_test|jit|last|get_wait|get_loaded|get_multixact|collation|database)_\w+|pg_blocking_pids",
    "refused inside to all but a superuser, an owner or a replica": r"binary_upgrade_\w+|brin_\w+"
    r"|gin_clean_pending_list|pg_import_system_collations|pg_(clear|restore)_\w+_stats"
    r"|pg_extension_config_dump|pg_stop_making_pinned_objects|pg_sync_replication_slots|pg_nextoid"
    r"|pg_logical_slot_\w+|pg_(create|copy|drop)_\w*replication_slot|pg_replication_slot_advance",
    "parts of the server that no statement can call": r"\w*(handler|support|validator|validate)"
    r"|dsnowball_\w+|bernoulli|system",
}
_VOLATILE = """
    SELECT DISTINCT proname FROM pg_proc
    WHERE has_function_privilege(oid, 'execute') AND provolatile = 'v'
      AND prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
"""
_NAMED = """
    SELECT proname FROM pg_proc
    WHERE has_function_privilege(oid, 'execute') AND proname ~ %s
"""
# Run a text as SQL, read whole tables by name, change settings, reach files and other servers.
_DANGEROUS = (
    r"^(query|cursor|table|schema|database)_to_xml|^ts_(stat|rewrite)$|^set_config$|^lo_|^lo(read|write)$"
    r"|^pg_(read|ls|stat)_(binary_)?(file|dir|\w+dir)$|^pg_file_|^pg_(reload_conf|rotate_logfile|promote)$"
    r"|^pg_(cancel|terminate)_backend$|^pg_stat_get_(backend_)?activity$|^pg_sleep|^pg_export_snapshot$"
    r"|^pg_logical_emit_message$|^pg_(try_)?advisory_lock(_shared)?$|^dblink|^xpath_table$|^crosstab"
    r"|^pg_log_backend_memory_contexts$|^pg_stat_reset|^pg_create_restore_point$|^pg_switch_wal$"
)


def _names(app_url: str, statement: str, *parameters: str) -> set[str]:
    with psycopg.connect(app_url) as connection:
        return {name for (name,) in connection.execute(statement, parameters)}


def test_each_function_that_does_more_than_compute_is_known(app_url: str) -> None:
    allowed = re.compile("|".join(f"(?:{pattern})" for pattern in _ALLOWED.values()))
    callable_names = _names(app_url, _VOLATILE)
    assert "gen_random_uuid" in callable_names
    assert {name for name in callable_names if not allowed.fullmatch(name)} == set()


def test_no_function_that_crosses_the_wall_can_be_called(app_url: str) -> None:
    assert _names(app_url, _NAMED, _DANGEROUS) == set()


@pytest.mark.parametrize(
    "call",
    [
        "ts_rewrite('a'::tsquery, 'SELECT t, s FROM aliases')",
        "ts_stat('SELECT vector FROM texts')",
        "table_to_xml('documents', true, false, '')",
        "cursor_to_xml('c', 1, true, false, '')",
        "schema_to_xml('public', true, false, '')",
        "database_to_xml(true, false, '')",
        "pg_logical_emit_message(true, 'a', 'b')",
        "lo_import('/etc/passwd')",
        "pg_read_binary_file('/etc/passwd')",
        "pg_ls_dir('/')",
        "pg_stat_file('/etc/passwd')",
        "pg_advisory_lock(1)",
        "pg_try_advisory_lock(1)",
        "pg_export_snapshot()",
        "pg_drop_replication_slot('a')",
        "pg_create_physical_replication_slot('a')",
        "pg_create_logical_replication_slot('a', 'pgoutput')",
        "pg_reload_conf()",
        "pg_import_system_collations('public')",
        "pg_clear_relation_stats('public', 'documents')",
        "binary_upgrade_set_record_init_privs(true)",
        "setval('procrastinate_jobs_id_seq', 1)",
    ],
)
def test_a_call_that_crosses_the_wall_is_refused(app_url: str, call: str) -> None:
    with psycopg.connect(app_url) as connection, pytest.raises(psycopg.Error) as refused:
        connection.execute(f"SELECT {call}")
    # insufficient_privilege, or cant_change_runtime_param: works only while a server is upgraded
    assert refused.value.sqlstate in {"42501", "55P02"}, refused.value
