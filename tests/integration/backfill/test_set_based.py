"""A register function that takes arrays: a batch is one call of it, and all that holds for one per row holds."""

import json

import pytest

from core.db.connection.apply_connection import ApplyConnection
from core.services.backfill import permits, rehearse
from core.services.backfill.apply_options import Options
from core.services.trust import audit, doctor, verify
from tests import console, line
from tests.databases import SCHEMA, Database
from tests.small import QUICK, a_run, account, done, drive, fill, reconciled

STAND_IN = (
    "birth.fn_birth_register_set", "p_collection_name=$collection", "p_entity_codes=$code", "p_born_at=$born_at",
    "p_dot_origin=$origin", "p_dry_run=$dry_run",
)  # fmt: skip
COMPANY_S = ("take", "kind=$collection", "codes=$code", "keys=$source_key", "births=$born_at", "origin=$origin")
# In the company's own types, in another order than any list of ours; it finds its table without a path, and counts its
# calls.
_TAKE = """
CREATE SEQUENCE public.calls;
GRANT USAGE ON SEQUENCE public.calls TO birth_caller;
CREATE OR REPLACE FUNCTION public.take(births timestamptz[], origin varchar, keys text[], codes varchar[], kind varchar)
RETURNS integer LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM nextval('public.calls');
    IF EXISTS (SELECT FROM unnest(codes, keys, births) AS c(code, key, birth)
        WHERE substr(c.code, 3)::integer IS DISTINCT FROM c.key::integer) THEN
        RAISE 'keys stand beside other codes';
    END IF;
    {instead}
    INSERT INTO birth.birth_registry (entity_code, collection_name, dot_origin, born_at)
    SELECT c.code, kind, origin, coalesce(c.birth, now()) FROM unnest(codes, births) AS c(code, birth)
    WHERE {which};
    {after}
    RETURN 7;
END
$body$;
"""


def bind(database: Database, *words: str) -> None:
    """Bind a register function as an administrator does."""
    enrolled = ("public.goods", "public.parts", "public.notes")
    said = console.run("init", "--collections", *enrolled, "--bind", *words, "--dsn", database.dsn("postgres"))
    assert said.status == 0, said.err


def taking(database: Database, *, instead: str = "", which: str = "true", after: str = "") -> None:
    database.run(_TAKE.format(instead=instead, which=which, after=after))


def test_the_stand_in_that_takes_arrays_goes_the_whole_line_with_one_call_for_each_batch(small: Database) -> None:
    line.open_permit(small)
    fill(small, goods=400, parts=30)
    stale = reconciled(small)
    bind(small, *STAND_IN)
    assert drive(small, stale).status == 4
    # The permit was given for another register function, too.
    with small.connect("gatekeeper1") as gatekeeper:
        permits.close_permit(gatekeeper, 1, "another function")
    line.open_permit(small)
    run = reconciled(small)
    small.run("INSERT INTO public.notes VALUES ('N-new')")
    assert small.value("SELECT dot_origin FROM birth.birth_registry WHERE entity_code = 'N-new'") == "GATEWAY"
    with small.connect() as operator:
        said = rehearse.rehearse(lambda: ApplyConnection.open(small.dsn(), SCHEMA), run)
        assert (said.would_register, said.would_refuse, said.mode) == (430, (), "dry_run")
        (bound,) = [each for each in doctor.examine(operator) if each.id == "binding"]
        assert (bound.verdict, json.dumps(bound.evidence).count("once per batch")) == ("passed", 1)
    assert done(small, run).registered == 430
    with small.connect() as operator:
        found = verify.verify(operator, run)
        assert found.passed, [gate for gate in found.gates if not gate.passed]
        assert audit.audit(operator).ok
    filled = small.run("SELECT DISTINCT collection_name, governance_role, born_at IS NULL AS unborn"
                       " FROM birth.birth_registry WHERE dot_origin LIKE 'birth-backfill%' ORDER BY 1")  # fmt: skip
    assert [(row["collection_name"], row["unborn"]) for row in filled] == [("goods", False), ("parts", False)]


def test_a_batch_that_fails_is_halved_until_its_culprits_stand_alone_and_no_answer_is_believed(
    small: Database,
) -> None:
    taking(
        small,
        instead="IF 'G-000222' = ANY (codes) THEN RAISE 'not this one' USING ERRCODE = 'GW042'; END IF;",
        which="c.code <> 'G-000150'",
    )
    bind(small, *COMPANY_S)
    run = a_run(small, "goods", goods=600)
    found = done(small, run, Options(batch_size=500, patience=20))
    assert (found.registered, found.quarantined) == (598, 2)
    aside = small.run("SELECT entity_code, sqlstate, message FROM birth.birth_backfill_quarantine ORDER BY 1")
    assert [(row["entity_code"], row["sqlstate"]) for row in aside] == [("G-000150", "BR008"), ("G-000222", "GW042")]
    assert "left 1 of 1 rows of goods out of the registry" in aside[0]["message"]
    assert aside[1]["message"] == "not this one"
    assert small.value("SELECT last_value FROM public.calls") < 60


def test_what_it_registers_besides_undoes_the_batch(small: Database) -> None:
    taking(small, after="INSERT INTO birth.birth_registry (entity_code, collection_name) VALUES ('stowaway', kind);")
    bind(small, *COMPANY_S)
    run = a_run(small, "goods", goods=40)
    stopped = drive(small, run, QUICK)
    assert (stopped.status, stopped.code) == (5, "registered_besides")
    assert (account(small, run).registered, stopped.told("split")) == (0, [])


def test_a_function_that_takes_some_of_it_in_arrays_is_not_bound(small: Database) -> None:
    small.run("CREATE FUNCTION public.half(c text, code text[], key text, o text) RETURNS void LANGUAGE sql AS ''")
    said = console.run("init", "--collections", "public.goods", "--dsn", small.dsn("postgres"), "--bind", "public.half",
                       "c=$collection", "code=$code", "key=$source_key", "o=$origin")  # fmt: skip
    assert (said.status, "key must be an array, like $code" in said.err) == (3, True)
    with small.psql("postgres") as admin, pytest.raises(Exception, match=r"not_bindable: .* unfit is key text"):
        admin.execute("SELECT birth.birth_gateway_bind('public.half(text,text[],text,text)', %s)", [json.dumps({
            "c": {"value": "collection"}, "code": {"value": "code"}, "key": {"value": "source_key"},
            "o": {"value": "origin"}})])  # fmt: skip
