"""Guards that refuse with no code of their own: what each does, the words it is turned off by, and its tests."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Guard(NamedTuple):
    """In `file`, what stands for `text` once the guard is off; and the tests that must notice."""

    file: str
    text: str
    off: str
    tests: tuple[str, ...]


_SOURCES = "tests/integration/backfill"
_SPREAD = _SOURCES + "/test_spread_registry.py"
_UNSEEN = (
    _SPREAD + "::test_a_registry_that_was_spread_after_it_was_bound_and_a_function_that_citus_refuses_close_the_gate"
)
_TRUST, _BACKFILL, _DOCTOR = "tests/faults/trust", "tests/faults/backfill", "tests/integration/trust"
_RUNS = "tests/integration/backfill"
_CALM = "tests/integration/backfill/test_calm.py"
GUARDS: Final[Mapping[str, Guard]] = {
    "foreign code runs as birth_caller": Guard(
        "kernel/as_caller.sql",
        "SECURITY DEFINER",
        "SECURITY INVOKER",
        (_TRUST + "/test_attack_caller.py::test_every_kind_of_code_runs_as_birth_caller_and_gains_nothing",),
    ),
    "what is installed is compared with the catalogs": Guard(
        "trust/schema_record.sql",
        "WHERE o.aspects IS DISTINCT FROM c.aspects",
        "WHERE false AND o.aspects IS DISTINCT FROM c.aspects",
        (_DOCTOR + "/test_doctor.py::test_what_others_put_into_the_schema_of_birth_owner_is_named",),
    ),
    "no event is older than the one before": Guard(
        "kernel/chain.sql",
        "greatest(v_clock, max(at_us))",
        "coalesce(v_clock, max(at_us))",
        (_TRUST + "/test_attack_clock.py::test_a_clock_that_is_set_back_breaks_no_chain_and_is_told_in_the_event",),
    ),
    "people who can act as each other are found": Guard(
        "trust/audit_roles.sql",
        "SELECT 'people_apart', 'failed', concat(r.name,",
        "SELECT 'people_apart', 'off', concat(r.name,",
        (
            _DOCTOR
            + "/test_effects.py::test_every_configuration_is_found_with_its_verdict_and_clean_again_after_its_cure",
        ),
    ),
    "rows that joined the registry hide none that was deleted": Guard(
        "trust/acceptance.sql",
        "v_birth.fresh = v_grown AND v_joined = 0",
        "v_birth.fresh = v_grown AND true",
        (_TRUST + "/test_attack_certify.py::test_old_rows_of_another_table_stand_for_none_that_was_deleted",),
    ),
    "what came since a plan is never looked up row by row": Guard(
        "backfill/diff.sql",
        "SET enable_nestloop = 'off' SET jit",
        "SET jit",
        (
            _DOCTOR + "/test_verify_reads.py"
            "::test_items_are_read_once_also_where_the_registry_was_analysed_during_its_first_batch",
        ),
    ),
    "nor after a withdrawal": Guard(
        "trust/withdrawal.sql",
        "THEN v_joined = 0 AND v_now",
        "THEN true AND v_now",
        (_RUNS + "/test_withdraw.py::test_a_withdrawal_passes_every_gate_and_the_identity_is_free_again",),
    ),
    "a partition is a part of its table": Guard(
        "trust/audit_objects.sql",
        "SELECT i.inhrelid FROM part JOIN",
        "SELECT part.oid FROM part JOIN",
        (
            _DOCTOR
            + "/test_effects.py::test_every_configuration_is_found_with_its_verdict_and_clean_again_after_its_cure",
        ),
    ),
    "alerts about tables of others concern no run": Guard(
        "backfill/alerts.sql",
        "WHERE f.about IS NULL",
        "WHERE true OR f.about IS NULL",
        (_TRUST + "/test_attack_alerts.py::test_triggers_of_others_make_no_plan_stale_and_no_run_uncertifiable",),
    ),
    "a permit of a run is for no other plan": Guard(
        "backfill/permit.sql",
        "WHEN p_permit.run_id IS NOT NULL AND (",
        "WHEN false AND (",
        (_BACKFILL + "/test_gate_permit.py::test_a_permit_for_a_run_admits_no_other_plan_of_the_same_rows",),
    ),
    "a permit with hours sleeps outside of them": Guard(
        "backfill/permit.sql",
        "WHEN p_permit.hours_from IS NOT NULL AND NOT {S}.birth_permit_awake(",
        "WHEN false AND NOT {S}.birth_permit_awake(",
        (_BACKFILL + "/test_gate_permit.py::test_a_permit_admits_nothing_outside_its_hours",),
    ),
    "what registers rows that no trigger meets was stated": Guard(
        "backfill/gates.sql",
        "v_instead text := {S}.birth_distributed_attested();",
        "v_instead text := coalesce({S}.birth_distributed_attested(), 'nobody');",
        (_SOURCES + "/test_shards.py::test_of_tables_on_nodes_the_whole_line_ends_with_every_row_accounted_for",),
    ),
    "what was stated excuses no trigger that is off": Guard(
        "backfill/gates.sql",
        "CASE WHEN c.trigger_state = 'never fires: distributed' THEN v_instead END",
        "CASE WHEN c.trigger_state <> 'enabled' THEN v_instead END",
        (_SOURCES + "/test_shards.py::test_what_was_stated_of_tables_on_nodes_excuses_no_trigger_that_is_off",),
    ),
    "shards are read for who may read the table": Guard(
        "kernel/shards.sql",
        "IF NOT has_table_privilege(session_user, p_relid, 'SELECT') THEN",
        "IF false THEN",
        (_SOURCES + "/test_shards.py::test_of_tables_on_nodes_nobody_is_read_what_they_may_not_read_themselves",),
    ),
    "a registry that was spread after it was bound is not written": Guard(
        "kernel/unseen.sql", "AND l.lanname = 'plpgsql'", "AND true", (_UNSEEN,)
    ),
    "a register function whose INSERT Citus refuses is not called": Guard(
        "kernel/unseen.sql", "f.function_name = 'fn_birth_register' AND", "false AND", (_UNSEEN,)
    ),
    "a register function that writes nodes as its owner is not called": Guard(
        "kernel/unseen.sql", "AND p.prosecdef AND", "AND false AND", (_UNSEEN,)
    ),
    "a row whose shard was moved is not withdrawn": Guard(
        "backfill/withdraw_shards.sql",
        "WHEN w.noted -> 'node' IS DISTINCT FROM n.now -> g.shard THEN 'moved'",
        "",
        (_SPREAD + "::test_a_run_in_a_registry_that_is_spread_takes_back_what_its_batches_wrote_where_it_stayed",),
    ),
    "a row of a node that was changed since is not withdrawn": Guard(
        "backfill/withdraw_shards.sql",
        "g.xid > w.xid AND pg_visible_in_snapshot(g.xid, w.shown)",
        "true",
        (_SPREAD + "::test_a_run_in_a_registry_that_is_spread_takes_back_what_its_batches_wrote_where_it_stayed",),
    ),
    "a row of a node is withdrawn in the planned version alone": Guard(
        "backfill/withdraw_shards.sql",
        " AND b.xmin::text = %4$L::jsonb ->> b.%2$I::text",
        " AND %4$L::text IS NOT NULL",
        (_SPREAD + "::test_a_run_in_a_registry_that_is_spread_takes_back_what_its_batches_wrote_where_it_stayed",),
    ),
    "a batch looks again after a transaction of others": Guard(
        "backfill/calm.sql",
        "v_to::text::bigint - v_from::text::bigint <> v_known",
        "v_known < 0",
        (_CALM + "::test_a_transaction_that_ended_meanwhile_may_have_changed_anything",),
    ),
    "a batch looks again after one that a later one overtook": Guard(
        "backfill/calm.sql",
        "IF EXISTS (SELECT pg_snapshot_xip(p_before) EXCEPT",
        "IF false AND EXISTS (SELECT pg_snapshot_xip(p_before) EXCEPT",
        (_CALM + "::test_a_transaction_that_ended_meanwhile_may_have_changed_anything",),
    ),
    "a batch looks again after what it defined itself": Guard(
        "backfill/calm.sql",
        "RETURN {S}._birth_catalogs_written() = p_catalogs;",
        "RETURN true;",
        (_CALM + "::test_what_the_transaction_itself_defines_is_seen",),
    ),
}
