"""A company's own world from its installation to a certificate, with loggers of DDL that run as their caller."""

import csv
from pathlib import Path
from typing import Any

from tests import console, foreign
from tests.company import COLLECTIONS, DDL_LOGGER, GATEWAY, REGISTER, a_company
from tests.databases import Database, TestServer
from tests.foreign import GATEKEEPER, LOGINS, OPERATOR, REVIEWER

_BOUND = ("--gateway", GATEWAY, "--trigger", "trg_birth_*")
_FORBIDDING = """
    CREATE FUNCTION public.no_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'changes on Fridays only';
    END $$;
    CREATE EVENT TRIGGER evt_no_ddl ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.no_ddl();
"""
_ALSO_FORBIDDING = """
    CREATE FUNCTION public.no_grant() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'nobody grants';
    END $$;
    CREATE EVENT TRIGGER evt_no_grant ON ddl_command_end WHEN TAG IN ('GRANT', 'CREATE TABLE')
        EXECUTE FUNCTION public.no_grant();
"""
# A register function that wants more than its owner could give.
_PRYING = """
    CREATE TABLE public.salaries (amount integer);
    CREATE OR REPLACE FUNCTION public.fn_birth_register(p_collection text, p_code text, p_origin text DEFAULT 'GATEWAY',
        p_dry_run boolean DEFAULT true) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN
        PERFORM amount FROM public.salaries;
        PERFORM birth.birth_ledger_append('certified', '{}');
        RETURN NULL;
    END $$;
"""


def does(database: Database, login: str, *words: str) -> Any:  # noqa: ANN401 - each command has its own
    answer = console.run(*words, "--json", "--dsn", database.dsn(login))
    assert answer.status == 0, (words, answer.err)
    return answer.document


def test_a_company_s_world_goes_from_init_to_a_certificate_without_a_statement_by_hand(
    server: TestServer, tmp_path: Path
) -> None:
    with a_company(server, DDL_LOGGER) as database:
        rehearsed = does(database, "postgres", "init", *_BOUND, "--dry-run")
        assert "GRANT SELECT ON TABLE public.species_collection_map TO birth_caller;" in rehearsed["sql"]
        done = does(database, "postgres", "init", *_BOUND)
        assert (done["needs"], done["remedies"]) == ([], [])
        granted = [each for each in done["installed"] if each.startswith("birth_caller may ")]
        assert "birth_caller may USAGE on sequence public.birth_registry_id_seq" in granted
        assert "birth_caller may INSERT on table public.birth_registry" in granted
        assert not [each for each in done["left"] if each["object"] == "the register function"]
        assert does(database, "postgres", "init")["installed"] == []
        assert database.value("SELECT count(*) FROM public.ddl_log WHERE object ~ '^birth[.]'") > 100
        foreign.add_people(database, LOGINS)
        with (file := tmp_path / "identities.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["collection", "strategy", "identity", "reason"])
            for name, (role, code) in COLLECTIONS.items():
                if role in ("governed", "observed"):
                    writer.writerow([name, "column", code, "as the gateway has it"])
        does(database, OPERATOR, "classify", "--from", str(file))
        does(database, GATEKEEPER, "permit", "open", "--budget", "1000", "--expires", "1h", "--reason", "a test")
        number = str(does(database, OPERATOR, "plan", "--all")["run"])
        does(database, OPERATOR, "reconcile", number, "--note", "compared")
        # What a company's function comes to need later is a refusal with its remedy, and no row's fault.
        database.run("REVOKE SELECT ON public.species_collection_map FROM birth_caller")
        stopped = console.run("apply", number, "--json", "--dsn", database.dsn(OPERATOR))
        assert (stopped.status, stopped.error["code"]) == (6, "not_allowed")
        assert "GRANT SELECT ON TABLE public.species_collection_map TO birth_caller;" in stopped.error["hint"]
        assert database.value("SELECT count(*) FROM birth.birth_backfill_quarantine") == 0
        assert does(database, "postgres", "init")["installed"] == [
            "birth_caller may SELECT on table public.species_collection_map"
        ]
        assert console.run("apply", number, "--json", "--dsn", database.dsn(OPERATOR)).status == 0
        filled = "SELECT DISTINCT species_code, composition_level, governance_role FROM public.birth_registry"
        assert database.run(f"{filled} WHERE dot_origin ~ '^birth-backfill' AND collection_name = 'workflows'") == [
            {"species_code": "SPC-1", "composition_level": "level 1", "governance_role": "governed"}
        ]
        verified = does(database, OPERATOR, "verify", number)
        certified = ("--evidence", verified["evidence_digest"]) if "evidence_digest" in verified else ()
        does(database, REVIEWER, "certify", number, "--note", "looked at", *certified)


def test_an_event_trigger_that_refuses_is_named_with_its_function_by_a_rehearsal_too(server: TestServer) -> None:
    with a_company(server, _FORBIDDING) as database:
        for words in ((), ("--dry-run",)):
            refused = console.run("init", *words, "--json", "--dsn", database.dsn("postgres"))
            assert (refused.status, refused.error["code"]) == (3, "event_trigger")
            told = refused.error["evidence"]
            assert (told["event_trigger"], told["function"]) == ("evt_no_ddl", "public.no_ddl()")
            assert told["message"] == "changes on Fridays only"
            assert "ALTER EVENT TRIGGER evt_no_ddl DISABLE" in refused.error["hint"]


def test_all_that_stops_an_installation_is_named_by_one_run(server: TestServer) -> None:
    before = """
        CREATE SCHEMA birth AUTHORIZATION birth_owner;
        CREATE TABLE birth.birth_policy (mine int);
        ALTER TABLE public.collection_registry RENAME governance_role TO role;
    """
    with a_company(server, before, _FORBIDDING, _ALSO_FORBIDDING) as database:
        told: list[Any] = []
        for words in ((), ("--dry-run",)):
            refused = console.run("init", *_BOUND, *words, "--json", "--dsn", database.dsn("postgres"))
            assert (refused.status, refused.error["code"]) == (3, "obstacles")
            told.append([(gate["gate"], gate["evidence"]) for gate in refused.error["evidence"]["gates"]])
        assert told[0] == told[1]
        assert [gate for gate, _ in told[0]] == ["unfit", "in_the_way", "event_trigger", "event_trigger"]
        assert {found["function"] for _, found in told[0][2:]} == {"public.no_ddl()", "public.no_grant()"}
        assert told[0][0][1] == {"missing_columns": ["public.collection_registry.governance_role"]}
        enabled = "SELECT count(*) FROM pg_event_trigger WHERE evtname ~ '^evt_no_' AND evtenabled = 'O'"
        assert (database.value(enabled), database.value("SELECT to_regrole('birth_caller') IS NULL")) == (2, False)


def test_a_rehearsal_grants_nothing_of_other_owners_and_nothing_of_the_console(server: TestServer) -> None:
    with a_company(server, _PRYING) as database:
        asked = console.run("init", *_BOUND, "--json", "--dsn", database.dsn("postgres"))
        assert asked.status == 6
        (need,) = asked.document["needs"]
        assert need["needs"] == "its owner postgres"
        assert need["sql"].strip() == "GRANT SELECT ON TABLE public.salaries TO birth_caller;"
        assert not database.value("SELECT has_table_privilege('birth_caller', 'public.salaries', 'SELECT')")
        database.run(need["sql"])
        done = does(database, "postgres", "init")
        left = {each["object"]: each["why"] for each in done["left"]}
        assert "permission denied for function birth_ledger_append" in left["the register function"]
        append = "SELECT has_function_privilege('birth_caller', 'birth.birth_ledger_append(text,jsonb)', 'EXECUTE')"
        assert not database.value(append)
        # What the company's code refuses by itself is no missing grant.
        database.run(f"""{REGISTER.replace("CREATE", "CREATE OR REPLACE")} CREATE FUNCTION public.app_only()
            RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'only the application' USING ERRCODE = '42501'; END $$;
            CREATE TRIGGER app_only BEFORE INSERT ON public.birth_registry EXECUTE FUNCTION public.app_only()""")
        done = does(database, "postgres", "init")
        left = {each["object"]: each["why"] for each in done["left"]}
        assert "app_only() line 1 at RAISE). Let it admit birth_caller" in left["the register function"]
