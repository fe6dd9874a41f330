"""A session's settings change no code: those that change how values read as text are fixed wherever codes are made."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from tests import line
from tests.databases import Database
from tests.faults.attacker import Psql, ask, claimed

# One value of each type whose text somebody could make a code or a source key of.
SAMPLE = """SELECT ROW(0.1::float8 + 0.2::float8, 0.3::float4, '2020-02-03'::date, '04:05+01'::timetz,
    '2020-02-03 04:05:06.7+00'::timestamptz, '2020-02-03 04:05:06'::timestamp, '1 year 2 days 03:04'::interval,
    '\\x0aff'::bytea, 1234.5::numeric::money, '{a,NULL}'::text::text[], 'a"b'::name, 'pg_class'::regclass)::text"""
MAKERS = {"birth_backfill_plan", "birth_backfill_apply_batch", "_birth_identity_count", "_birth_backfill_recount",
          "birth_acceptance"}  # fmt: skip
# The servers of the tests may know one locale only: no other would be seen to matter.
BY_LOCALE = {"lc_monetary", "lc_numeric", "lc_time"}


@pytest.fixture
def owner(small: Database) -> Iterator[Psql]:
    with psycopg.connect(small.dsn("postgres"), row_factory=psycopg.rows.dict_row) as session:
        yield session
        session.rollback()


def values(setting: dict[str, object]) -> list[str]:
    """What else a setting could be."""
    named = {"DateStyle": ["SQL, DMY", "Postgres, MDY"], "TimeZone": ["Asia/Kathmandu"]}
    found = (
        setting["enumvals"] or {"bool": ["on", "off"]}.get(str(setting["vartype"])) or named.get(str(setting["name"]))
    )
    return list(found) if isinstance(found, list) else [str(setting["min_val"]), str(setting["max_val"])]


def that_matter(session: Psql) -> set[str]:
    """The settings of a session that change the sample's text."""
    usual = ask(session, SAMPLE)
    settings = session.execute(
        b"SELECT name, vartype, enumvals, min_val, max_val FROM pg_settings WHERE context IN ('user', 'superuser')"
        b" AND (vartype <> 'string' OR name IN ('DateStyle', 'TimeZone')) AND name !~ 'timeout|role|transaction|debug'"
    ).fetchall()
    found = set()
    for setting in settings:
        for value in values(setting):
            try:
                with session.transaction():
                    session.execute(b"SELECT set_config(%s, %s, true)", [setting["name"], value])
                    if ask(session, SAMPLE) != usual:
                        found.add(str(setting["name"]))
                    raise psycopg.Rollback
            except errors.Error:
                continue
    return found


def test_every_function_that_makes_codes_fixes_each_setting_that_changes_text(owner: Psql) -> None:
    owner.execute(b"SET search_path = pg_catalog")
    wanted = {name.lower() for name in that_matter(owner) | BY_LOCALE}
    assert {"datestyle", "timezone", "intervalstyle", "extra_float_digits", "bytea_output"} <= wanted
    made = owner.execute(
        b"SELECT proname, proconfig FROM pg_proc WHERE pronamespace = 'birth'::regnamespace"
        b" AND proconfig::text LIKE '%DateStyle%'"
    ).fetchall()
    assert {row["proname"] for row in made} >= MAKERS
    for row in made:
        fixed = {setting.partition("=")[0].lower() for setting in row["proconfig"]}
        assert wanted <= fixed, (row["proname"], wanted - fixed)


def test_a_key_of_numbers_is_found_again_whatever_its_session_makes_of_them(small: Database) -> None:
    small.run(
        "SET session_replication_role = replica;"
        "CREATE TABLE public.spots (place float8 PRIMARY KEY, code text NOT NULL);"
        "INSERT INTO public.spots SELECT 0.1 + n / 3.0, 'S-' || n FROM generate_series(1, 20) AS n;"
        "INSERT INTO birth.collection_registry (collection_name) VALUES ('spots');"
        "INSERT INTO birth.birth_policy (collection_name) VALUES ('spots');"
        "SELECT birth.birth_identity_import('spots', 'column', ARRAY['code'], 'a test says so');"
        "CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.spots FOR EACH ROW"
        " EXECUTE FUNCTION birth.fn_birth_gateway('spots');"
        "GRANT SELECT ON public.spots TO birth_owner, birth_caller, birth_reader; TRUNCATE birth.trigger_guard_alerts"
    )
    line.open_permit(small)
    with small.psql() as operator:
        operator.execute(b"SET extra_float_digits = 0")
        run = ask(operator, "SELECT birth.birth_backfill_plan(ARRAY['spots'])")
        ask(operator, f"SELECT birth.birth_backfill_reconcile({run}, 'compared')")
        ask(operator, f"SELECT birth.birth_backfill_begin({run})")
        operator.execute(b"SET extra_float_digits = -10")
        assert ask(operator, claimed(operator, run)) == 20
    # Since PostgreSQL 18 a time zone's own abbreviations come first: UTC may be another one's name.
    with small.psql("postgres") as session:
        session.execute(b"SET timezone = 'UTC-10'; CREATE TABLE public.moments (at timestamptz)")
        text = ask(session, "SELECT birth._birth_identity_text('public.moments'::regclass, 'at', 's')")
        moment = "SELECT '2026-01-15 08:00Z'::timestamptz AS at"
        assert ask(session, f"SELECT {text} FROM ({moment}) AS s") == "2026-01-15T08:00:00.000000Z"
