"""Who is shown at work on a run is at work: a session that died is forgotten with its claim."""

from tests import line
from tests.databases import Database
from tests.faults.attacker import add_goods, ask, begun, claimed


def test_a_session_that_died_is_no_longer_shown_once_its_claim_is_taken_over(small: Database) -> None:
    line.open_permit(small)
    add_goods(small, 1, 3)
    with small.psql() as dying:
        run = begun(dying)
        claimed(dying, run)
        ask(dying, f"SELECT birth.birth_backfill_report({run}, 'applying', NULL)")
        # Answers once the session is gone.
        small.run(f"SELECT pg_terminate_backend({dying.info.backend_pid}, 30000)")
    with small.psql("operator2") as heir:
        ask(heir, f"SELECT birth.birth_backfill_report({run}, 'applying', NULL)")
        claimed(heir, run)
        logins = f"SELECT string_agg(login, ' ') FROM birth.birth_backfill_worker WHERE run_id = {run}"
        assert ask(heir, logins) == "operator2"
