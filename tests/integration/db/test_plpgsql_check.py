"""plpgsql_check reads each statement of our functions as the server would, also those that no test comes by."""

import subprocess
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

from tests import memory, other_servers
from tests.makers import Programs, an_empty
from tests.templates import build_small

_EXTENSION = "plpgsql_check"
# A trigger function is checked with each table that it is on, an event trigger's as it is.
_FINDINGS = """
    SELECT DISTINCT p.proname::text AS function, m.message, m.lineno
    FROM pg_proc AS p
    JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname = 'plpgsql'
    LEFT JOIN pg_trigger AS t ON t.tgfoid = p.oid AND NOT t.tgisinternal
    CROSS JOIN LATERAL plpgsql_check_function_tb(p.oid, coalesce(t.tgrelid, 0), fatal_errors => false,
        extra_warnings => true, performance_warnings => false, security_warnings => true) AS m
    WHERE p.pronamespace = 'birth'::regnamespace
    ORDER BY 1, 3, 2
"""
_UNSAFE = "text type variable is not sanitized"
_DYNAMIC = "cannot determinate a result of dynamic SQL"
# What is said of a function and is as it should be, with the reason.
_ALLOWED = {
    ("_birth_as_caller", _UNSAFE): "runs a statement that _birth_register_call quotes, as a role that owns nothing",
    ("_birth_plan_read", _DYNAMIC): "which counts come back is the composed statement's to say",
    ("_birth_explaining", _UNSAFE): "explains the queries of its callers, READ ONLY; private",
    ("_birth_reading", _UNSAFE): "runs the queries of its callers, READ ONLY; private",
    ("_birth_reading_codes", _UNSAFE): "runs the query of its callers, READ ONLY; private",
    ("_birth_reading_range", _UNSAFE): "runs the query of its callers, READ ONLY; private",
    ("_birth_reading_few", _UNSAFE): "runs the queries of its callers, READ ONLY; private",
    ("_birth_reading_bounds", _UNSAFE): "runs the query of its callers, READ ONLY; private",
    ("_birth_images", _UNSAFE): "the condition is made of %L by private callers; the table is one that events tell of",
    ("_birth_rows_noted", _UNSAFE): "the tables are those that it is a trigger of; the condition is a constant",
    ("birth_told_row", _UNSAFE): "the table is one that events tell of, by %I",
    ("birth_told_rows", _UNSAFE): "the tables are those that events tell of, by %I",
    ("birth_told_rows_of", _UNSAFE): "the tables are those that events tell of, by %I",
    ("birth_frozen_script_copes", _UNSAFE): "the condition is made of %I",
    ("birth_distributed", 'relation "pg_catalog.pg_dist_partition" does not exist'): "asked only where Citus made it",
    ("birth_registry_is_spread", 'relation "pg_dist_partition" does not exist'): "asked only where Citus made it",
    ("birth_registry_nodes", 'relation "pg_dist_shard" does not exist'): "asked only where Citus made it",
    **{
        (function, f'OUT variable "{name}" is maybe unmodified'): "its query returns rows"
        for function, names in {
            "birth_shards_since": ("collection_name", "dot_origin", "entity_code"),
            "_birth_withdraw_shards": ("entity_code", "row_xmin", "xid", "certified"),
            "_birth_withdraw_probe": ("entity_code", "row_xmin", "dot_origin", "collection_name", "certified"),
        }.items()
        for name in names
    },
    **{
        ("birth_registry_nodes", f'unmodified OUT variable "{name}"'): "follows from the dynamic query"
        for name in ("node", "place", "code", "shards", "numbers")
    },
    (
        "birth_codes_by_shard",
        "function get_shard_id_for_distribution_column(regclass, text) does not exist",
    ): "asked only where Citus made it",
    ("birth_windows", _UNSAFE): "runs its caller's query with its caller's rights, READ ONLY",
    ("birth_windows", _DYNAMIC): "whose columns are named in its comment",
    ("birth_windows", 'record "v_row" is not assigned yet'): "follows from the dynamic query",
    ("birth_windows", 'never read variable "v_row"'): "follows from the dynamic query",
    (
        "fn_birth_gateway",
        _UNSAFE,
    ): "expressions of quoted columns by _birth_identity_expression and _birth_register_call",
}


def _server() -> Path | None:
    """The folder of programs of a server that has the extension."""
    for folder in other_servers.found().values():
        asked = folder / "pg_config"
        if asked.exists():
            shared = subprocess.run([asked, "--sharedir"], capture_output=True, text=True, check=True).stdout.strip()
            if (Path(shared) / "extension" / f"{_EXTENSION}.control").exists():
                return folder
    return None


def test_plpgsql_check_finds_nothing_in_our_functions_but_what_is_allowed_with_a_reason() -> None:
    programs = _server()
    if programs is None:
        pytest.skip("NOT CHECKED: no server has plpgsql_check (Debian: apt install postgresql-15-plpgsql-check)")
    with memory.a_folder("birth-checked-") as folder, Programs(programs).serve(an_empty(folder / "home")) as dsn:
        build_small(dsn)
        with psycopg.connect(dsn, autocommit=True, row_factory=dict_row) as admin:
            admin.execute(f"CREATE EXTENSION {_EXTENSION}")
            found = admin.execute(_FINDINGS).fetchall()
    said = {(row["function"], row["message"]) for row in found}
    assert [
        f"{row['function']}, line {row['lineno']}: {row['message']}"
        for row in found
        if (row["function"], row["message"]) not in _ALLOWED
    ] == []
    assert _ALLOWED.keys() - said == set(), "is allowed, and not found any more"
