"""Guards that refuse with no code of their own: what each does, the words it is turned off by, and its tests."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Guard(NamedTuple):
    """In `file`, what stands for `text` once the guard is off; and the tests that must notice."""

    file: str
    text: str
    off: str
    tests: tuple[str, ...]


_TRUST, _BACKFILL, _DOCTOR = "tests/faults/trust", "tests/faults/backfill", "tests/integration/trust"
_RUNS = "tests/integration/backfill"
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
        "WHEN NOT {S}.birth_permit_awake(",
        "WHEN false AND NOT {S}.birth_permit_awake(",
        (_BACKFILL + "/test_gate_permit.py::test_a_permit_admits_nothing_outside_its_hours",),
    ),
}
