"""Arguments that no command would send are refused by the database itself, each by its code."""

import pytest

from tests import line
from tests.databases import Database
from tests.faults.attacker import add_goods, ask, begun, refusal


def _looked_up(column: str, kind: str, value: str) -> str:
    by = f'[{{"column": "code", "{kind}": "{value}"}}]'
    source = f'{{"schema": "public", "table": "goods", "column": "{column}", "by": {by}}}'
    return f"birth_bind_register_column('species_code', '{source}')".replace("{", "{{").replace("}", "}}")


# Two queries of one moment that disagree.
_COUNTED = """{{"rows": 5, "codes": 5, "distinct_codes": 5, "foreign_codes": 0, "longest": 8,
    "recounted": "another", "unidentified": 0}}"""
# Login, call, state and code, of a run at work whose entry is claimed under epoch 1 with 5 rows.
REFUSED = (
    ("operator1", "birth_backfill_claim({run}, 0)", "BR002", "bad_batch_size"),
    ("operator1", "birth_backfill_claim({run}, NULL)", "BR002", "bad_batch_size"),
    ("operator1", "birth_backfill_split({entry}, 1, 0)", "BR002", "bad_split"),
    ("operator1", "birth_backfill_split({entry}, 1, 6)", "BR002", "bad_split"),
    ("operator1", "birth_backfill_steer({run}, 'pause', NULL, ' ')", "BR002", "reason_missing"),
    ("operator1", "birth_identity_classify('goods', 'column', '{{code}}', 1, 'x', '[1]')", "BR002", "bad_evidence"),
    ("operator1", "birth_identity_unclassify('goods', 1, ' ')", "BR002", "reason_missing"),
    ("operator1", "birth_identity_undo('parts', 3, ' ')", "BR002", "reason_missing"),
    ("operator1", "birth_backfill_compare({run}, '{{}}')", "BR002", "bad_batches"),
    ("operator1", "birth_backfill_compare({run}, '[{{\"ledger_id\": 1, \"registered\": 100000}}]')", "BR002",
     "bad_batches"),
    ("operator1", "birth_identity_classify('goods', 'column', '[0:0]={{code}}', 1, 'x', NULL)", "BR002",
     "bad_template"),
    ("operator1", "birth_identity_classify('goods', 'synthetic', '{{{{id,code}}}}', 1, 'x', NULL)", "BR002",
     "bad_template"),
    # 366 days where each month has 30, and fifteen years by the calendar; and sums that no timestamp holds.
    ("operator1", "birth_permit_request({run}, '1000 years -359634 days', 'x', NULL, NULL)", "BR002", "bad_permit"),
    ("operator1", "birth_permit_request({run}, '1 hour', 'x', NULL, ' ')", "BR002", "bad_permit"),
    ("gatekeeper1", "birth_permit_open(1, '1000 years -359634 days', 'x', NULL, NULL)", "BR002", "bad_permit"),
    ("gatekeeper1", "birth_permit_open(1, '-3000000 days 72000001 hours', 'x', NULL, NULL)", "BR002",
     "bad_permit"),
    ("gatekeeper1", "birth_permit_open(1, '1 hour', 'x', '{{NULL}}', NULL)", "BR002", "bad_permit"),
    ("gatekeeper1", "birth_permit_open(1, '1 hour', 'x', '[5:5]={{goods}}', NULL)", "BR002", "bad_permit"),
    ("gatekeeper1", "birth_policy_set('goods', 'MAYBE', 'x')", "BR002", "bad_requirement"),
    ("gatekeeper1", "birth_policy_set('goods', NULL, 'x')", "BR002", "bad_requirement"),
    ("gatekeeper1", "birth_permit_open(1, '1 hour', 'x', NULL, NULL, NULL, NULL, NULL, 'other')", "BR002",
     "bad_permit"),
    ("gatekeeper1", "birth_permit_close(4711, 'x')", "BR002", "unknown_permit"),
    ("gatekeeper1", "birth_permit_grant(4711)", "BR002", "unknown_request"),
    ("gatekeeper1", "birth_history_accept(' ')", "BR002", "reason_missing"),
    ("gatekeeper1", "birth_history_accept('looked')", "BR002", "history_unchanged"),
    ("reviewer1", "birth_alert_acknowledge({run}, 'none', 'looked')", "BR002", "unknown_alert"),
    ("reviewer1", "birth_alert_acknowledge({run}, 'none', ' ')", "BR002", "reason_missing"),
    ("viewer1", "birth_backfill_facts(4711)", "BR002", "unknown_run"),
    ("viewer1", "birth_acceptance(4711)", "BR002", "unknown_run"),
    ("gatekeeper1", "birth_permit_open(1, '1 hour', 'x', '{{nowhere}}', NULL)", "BR002", "unknown_collection"),
    ("gatekeeper1", "birth_permit_open(1, '1 hour', 'x', NULL, NULL, 4711)", "BR002", "unknown_run"),
    ("gatekeeper1", "birth_permit_close(1, ' ')", "BR002", "reason_missing"),
    ("gatekeeper1", "birth_policy_set('nowhere', 'EXEMPT', 'x')", "BR002", "unknown_collection"),
    ("gatekeeper1", "birth_policy_set('goods', 'EXEMPT', ' ')", "BR002", "reason_missing"),
    ("operator1", "birth_backfill_steer(4711, 'pause', NULL, 'x')", "BR002", "unknown_run"),
    ("operator1", "birth_identity_classify('x', 'column', '{{code}}', 1, 'x', NULL)", "BR003", "not_classifiable"),
    ("operator1", "birth_identity_unclassify('goods', 99, 'x')", "BR004", "identity_changed"),
    ("operator1", "birth_identity_unclassify('nowhere', 1, 'x')", "BR003", "not_classified"),
    ("operator1", "birth_identity_retire('goods', 1, ' ')", "BR002", "reason_missing"),
    ("operator1", "birth_identity_retire('nowhere', 1, 'x')", "BR003", "not_classified"),
    ("operator1", "birth_identity_retire('parts', 3, 'x')", "BR003", "nothing_registered"),
    ("operator1", "birth_backfill_finish(4711)", "BR004", "run_not_applying"),
    ("operator1", "birth_backfill_plan(ARRAY['nowhere'])", "BR003", "not_plannable"),
    ("operator1", "birth_backfill_rehearse({entry}, 1, 1001)", "BR002", "bad_batch_size"),
    ("operator1", "birth_backfill_reconcile_drift({run}, 'x', -1)", "BR002", "bad_option"),
    ("operator1", "birth_run_withdraw({run}, ' ')", "BR002", "reason_missing"),
    ("operator1", "birth_run_withdraw({run}, 'x')", "BR003", "withdraw_not_allowed"),
    # An administrator's script, too, binds nothing that is not there, or that a run or an inspection gives.
    ("postgres", "birth_bind_gateway('public', 'goods', 'trg_%')", "BR003", "not_bindable"),
    ("postgres", "birth_gateway_bind('birth.nothing(text)', '{{}}')", "BR003", "not_bindable"),
    ("postgres", "birth_bind_table('registry', 'public', 'nowhere', NULL)", "BR003", "not_bindable"),
    ("postgres", "birth_bind_register_column('nowhere', NULL)", "BR003", "not_bindable"),
    ("postgres", "birth_bind_register_column('certified', NULL)", "BR003", "not_bindable"),
    ("postgres", "birth_ledger_append('noted', to_jsonb(repeat('x', 100001)))", "BR002", "text_too_long"),
    ("postgres", f"_birth_plan_finish({{entry}}, '{_COUNTED}', true)", "BR004", "plan_differs"),
    ("postgres", _looked_up("nowhere", "value", "code"), "BR003", "not_bindable"),
    ("postgres", _looked_up("code", "registered", "species_code"), "BR003", "not_bindable"),  # it needs itself
)  # fmt: skip


def test_arguments_that_no_command_sends_are_refused_by_the_database(small: Database) -> None:
    line.open_permit(small)
    add_goods(small, 1, 5)
    with small.psql() as operator:
        run = begun(operator)
        entry = ask(operator, f"SELECT ledger_id FROM birth.birth_backfill_claim({run}, 100)")
        ask(operator, "SELECT birth.birth_identity_unclassify('parts', 1, 'x')")
        ask(operator, "SELECT birth.birth_identity_classify('parts', 'synthetic', '{shop,part}', NULL, 'x', '{}')")
    for login, call, state, code in REFUSED:
        with small.psql(login) as session:
            found, message = refusal(session, f"SELECT birth.{call.format(run=run, entry=entry)}")
            assert (found, message.partition(":")[0]) == (state, code), call
    small.run("UPDATE birth.birth_policy SET requirement = 'EXEMPT'")
    with small.psql() as operator:
        assert refusal(operator, "SELECT birth.birth_backfill_plan(NULL)")[1].startswith("nothing_plannable")
    # Also of who may write the table by hand.
    with small.psql("postgres") as owner:
        for name, refused in (("linh  NGUYỄN", ("BR003", "person_alike")), (" \u200b", ("BR002", "no_person"))):
            state, message = refusal(owner, f"INSERT INTO birth.birth_person_login VALUES ('another', '{name}')")
            assert (state, message.partition(":")[0]) == refused


@pytest.mark.parametrize("limits", ["-1, NULL", "NULL, -1"])
def test_a_run_begins_under_no_negative_limit(small: Database, limits: str) -> None:
    with small.psql("postgres") as owner:
        state, message = refusal(owner, f"SELECT birth._birth_limit_record(1, {limits})")
    assert (state, message.partition(":")[0]) == ("BR002", "bad_limit")
