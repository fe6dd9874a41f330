"""A backfill on a coordinator of Citus. Skipped unless BIRTH_TEST_CITUS names a folder of programs."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from core.db.embedded.account import Account
from core.domain.classify.identity import column_identity, synthetic_identity
from core.errors import NotAllowed, Unavailable
from core.services.adopt import init
from core.services.adopt.init import Wish
from core.services.backfill import beginning, permits, runs
from core.services.backfill.apply_options import Options
from core.services.classify import classify, suggest
from core.services.overview import matrix
from core.services.trust import audit, certify, doctor, verify
from tests import line, small
from tests.citus.conftest import FOLDER
from tests.citus.spread import people_of
from tests.databases import Database, TestServer
from tests.makers import Programs

PEOPLE = {"operator1": "operator", "gatekeeper1": "gatekeeper", "reviewer1": "reviewer"}
COMPANY = """
CREATE TABLE public.goods (code text PRIMARY KEY);
CREATE TABLE public.far (id bigint PRIMARY KEY, code text NOT NULL);
CREATE TABLE public.pairs (shop integer, piece text, PRIMARY KEY (shop, piece));
CREATE TABLE public.shared (code text PRIMARY KEY);
CREATE TABLE public.archive (code text) USING columnar;
CREATE TABLE public.extra (x text);
INSERT INTO public.goods SELECT 'G-' || n FROM generate_series(1, 3000) AS n;
INSERT INTO public.far SELECT n, 'F-' || n FROM generate_series(1, 12500) AS n;
INSERT INTO public.pairs SELECT n % 7, 'piece %/: ' || n FROM generate_series(1, 900) AS n;
INSERT INTO public.shared SELECT 'S-' || n FROM generate_series(1, 40) AS n;
"""
SPREAD = (
    "SELECT create_distributed_table('public.far', 'id')",
    "SELECT create_distributed_table('public.pairs', 'piece')",
    "SELECT create_reference_table('public.shared')",
    "SELECT create_distributed_table('public.extra', 'x')",
)
# A log of the company's on the workers, which its register function writes with the rights of its owner.
LOGS = (
    "CREATE ROLE company LOGIN",
    "GRANT INSERT, SELECT ON public.extra TO company",
    (
        "SET citus.enable_ddl_propagation = off;"
        "CREATE FUNCTION public.log(code text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public,"
        " pg_temp AS 'BEGIN INSERT INTO extra VALUES (code); END';"
        "ALTER FUNCTION public.log OWNER TO company; REVOKE ALL ON FUNCTION public.log FROM PUBLIC;"
        "GRANT EXECUTE ON FUNCTION public.log TO birth_caller"
    ),
)


@pytest.fixture
def database(cluster: Database) -> Database:
    cluster.run(COMPANY)
    for statement in SPREAD:
        cluster.run(statement)
    return cluster


def a_world(database: Database) -> None:
    """Install the console, and let its people in: the nodes trust each other, and no other machine reaches them."""
    with database.connect("postgres") as administrator:
        done = init.init(administrator, Wish())
        assert {each["collection"] for each in done.enrolled} >= {"goods", "far", "shared"}
        assert [each.why for each in done.left if "archive" in each.object][:1] == [
            "it is a columnar table, which takes no row triggers"]  # fmt: skip
        people_of(administrator, PEOPLE)
    database.run("INSERT INTO birth.birth_setting VALUES ('embedded', ARRAY[]::text[])")


def spread_ones_are_exempt(database: Database) -> None:
    """Exempt every collection whose trigger never fires."""
    with database.connect("gatekeeper1") as gatekeeper:
        for name in ("extra", "far", "pairs", "shared"):
            classify.exempt(gatekeeper, name, "no trigger fires")


def test_local_tables_go_the_whole_line_and_of_all_others_it_is_said_why_they_do_not(database: Database) -> None:
    a_world(database)
    with database.connect("operator1") as operator:
        told = {row.facts.collection: row.facts.trigger for row in matrix.read(operator)}
        assert (told["goods"], told["far"], told["shared"]) == (
            "enabled", "never fires: distributed", "never fires: distributed")  # fmt: skip
        failed = {each.id: each.evidence for each in doctor.examine(operator) if each.verdict == "failed"}
        assert failed["triggers"] == [
            f"{name} never fires: distributed" for name in ("extra", "far", "pairs", "shared")
        ]
        classify.classify(operator, column_identity("goods", "code"))
    spread_ones_are_exempt(database)
    line.open_permit(database)
    with database.connect("operator1") as operator:
        number = line.make_reconciled(operator)
    assert small.done(database, number).registered == 3000
    with database.connect("reviewer1") as reviewer:
        found = verify.verify(reviewer, number)
        assert found.passed, [gate for gate in found.gates if not gate.passed]
        certify.certify(reviewer, number, "looked")
        assert audit.audit(reviewer).ok

    # What goes to shards is not counted: a register function that writes there is refused, and one that may is none.
    for statement in LOGS:
        database.run(statement)
    small.registering(database, after="PERFORM public.log(p_entity_code);")
    database.run("SET session_replication_role = replica; INSERT INTO public.goods VALUES ('G-last')")
    with database.connect("gatekeeper1") as gatekeeper:
        permits.close_permit(gatekeeper, 1, "another function")
    line.open_permit(database)
    with database.connect("operator1") as operator:
        number = line.make_reconciled(operator)
    refused = small.drive(database, number)
    assert (refused.status, refused.code) == (5, "writes_unseen"), refused.error
    assert database.value("SELECT count(*) FROM public.extra") == 0
    database.run("UPDATE birth.birth_setting SET value = '{public.extra}' WHERE name = 'register_writes'")
    with database.connect("operator1") as operator:
        closed = {gate.id: gate.evidence for gate in beginning.gates(operator, number) if not gate.passed}
    assert closed["visible_writes"] == {"public.extra": "it is distributed"}


def test_distributed_and_reference_tables_go_the_whole_line(database: Database) -> None:
    a_world(database)
    with database.connect("operator1") as operator:
        suggested = {each.collection: each.candidates for each in suggest.suggestions(operator, ["far", "shared"])}
        assert all(suggested.values()), suggested
        classify.classify(operator, column_identity("far", "code"))
        classify.classify(operator, synthetic_identity("pairs", "pairs:{shop}/{piece}"))
        classify.classify(operator, column_identity("shared", "code"))
        counted = [matrix.count(operator, name) for name in ("far", "pairs", "shared")]
        assert [(each.source_rows, each.missing) for each in counted if each] == [
            (12500, 12500), (900, 900), (40, 40)]  # fmt: skip
    with database.connect("gatekeeper1") as gatekeeper:
        for name in ("extra", "goods"):
            classify.exempt(gatekeeper, name, "not today")
    line.open_permit(database)
    with database.connect("operator1") as operator:
        run = line.make_reconciled(operator)
        closed = {gate.id for gate in beginning.gates(operator, run) if not gate.passed}
        assert closed == {"trusted", "trigger_enabled"}, "no trigger fires for their rows, and nobody said what does"
    with database.connect("postgres") as administrator:
        init.init(administrator, Wish(attestations={"distributed_attested": "the shop calls it"}))
    with database.connect("operator1") as operator:
        told = {gate.id: gate.evidence for gate in beginning.gates(operator, run)}["trigger_enabled"]
        assert told == [{"collection": name, "trigger": "never fires: distributed", "attested": "the shop calls it"}
                        for name in ("far", "pairs", "shared")]  # fmt: skip
    # Between plan and apply: rows go, one is born, one is registered by the register function.
    database.run("DELETE FROM public.far WHERE id IN (7, 8); INSERT INTO public.pairs VALUES (99, 'late')")
    database.run("SELECT birth.fn_birth_register('far', 'F-9', p_dry_run => false)")
    account = small.done(database, run)
    assert (account.registered, account.vanished, account.existing, account.quarantined) == (13437, 2, 1, 0)
    with database.connect("reviewer1") as reviewer:
        found = verify.verify(reviewer, run)
        assert found.passed, [gate for gate in found.gates if not gate.passed]
        certify.certify(reviewer, run, "looked")
        assert audit.audit(reviewer).ok
    with database.connect("operator1") as operator:
        again = line.make_reconciled(operator)
        assert [(each.collection, each.missing) for each in runs.run(operator, again).entries] == [
            ("far", 0), ("pairs", 1), ("shared", 0)]  # fmt: skip


def test_a_node_without_the_role_is_named_and_init_mends_it(database: Database, nodes: list[TestServer]) -> None:
    a_world(database)
    with database.connect("operator1") as operator:
        assert {each.id: each.verdict for each in doctor.examine(operator)}["shards"] == "passed"
    # As after metadata was synchronised: the role is on the nodes what it is on the coordinator.
    with nodes[2].admin() as node:
        node.execute("SET citus.enable_ddl_propagation = off")
        node.execute("ALTER ROLE birth_caller NOLOGIN")
    database.run("REVOKE SELECT ON public.shared FROM birth_caller")
    with database.connect("operator1") as operator:
        with pytest.raises(NotAllowed) as refused:
            matrix.count(operator, "far")
        assert refused.value.code == "node_refused"
        told = {each.id: each for each in doctor.examine(operator)}["shards"]
        assert (told.verdict, len(told.remedy)) == ("failed", 2), told
    with database.connect("postgres") as administrator:
        seen = init.preview(administrator, Wish())
        assert [each for each in seen.installed if "birth_caller may" in each], seen.installed
        assert init.preview(administrator, Wish()).installed == seen.installed, "a preview changed a node"
        init.init(administrator, Wish())
        assert init.preview(administrator, Wish()).changes_nothing
    with database.connect("operator1") as operator:
        assert {each.id: each.verdict for each in doctor.examine(operator)}["shards"] == "passed"
        assert [matrix.count(operator, name) for name in ("far", "shared")]


def test_a_node_that_stands_still_holds_up_no_local_collection(database: Database, homes: Path) -> None:
    a_world(database)
    spread_ones_are_exempt(database)
    line.open_permit(database)
    with database.connect("operator1") as operator:
        classify.classify(operator, column_identity("goods", "code"))
        run = line.make_reconciled(operator)
        postmaster = int((homes / "two" / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGSTOP)
        try:
            assert small.done(database, run).registered == 3000
        finally:
            os.kill(postmaster, signal.SIGCONT)
    with database.connect("reviewer1") as reviewer:
        assert verify.verify(reviewer, run).passed
        certify.certify(reviewer, run, "looked")


def far_alone(database: Database) -> None:
    """A world in which only one collection is concerned, a distributed one, and somebody states what registers it."""
    a_world(database)
    with database.connect("gatekeeper1") as gatekeeper:
        for name in ("extra", "goods", "pairs", "shared"):
            classify.exempt(gatekeeper, name, "not today")
    with database.connect("postgres") as administrator:
        init.init(administrator, Wish(attestations={"distributed_attested": "the shop calls it"}))


@contextmanager
def a_node_stands_still(home: Path) -> Iterator[None]:
    """A node of which no process goes on, until the block ends: who asks it something hears nothing."""
    main = int((home / "data" / "postmaster.pid").read_text().split()[0])
    processes = [main, *map(int, Path(f"/proc/{main}/task/{main}/children").read_text().split())]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


def test_a_node_that_answers_nothing_ends_each_step_of_what_it_keeps_and_the_step_goes_on_later(
    database: Database, homes: Path
) -> None:
    far_alone(database)
    # Half a minute, unless the company says otherwise.
    database.run("ALTER SYSTEM SET citus.node_connection_timeout = '1s'")
    database.run("SELECT pg_reload_conf()")
    database.leave()
    try:
        line.open_permit(database)
        with database.connect("operator1") as operator:
            classify.classify(operator, column_identity("far", "code"))
        steps: tuple[Callable[..., object], ...] = (lambda it: matrix.count(it, "far"), line.make_plan)
        for step in steps:
            # Each in a session of its own, as a command has it: one that asked the node before waits until it goes on.
            with (
                a_node_stands_still(homes / "two"),
                database.connect("operator1") as operator,
                pytest.raises(Unavailable) as gone,
            ):
                step(operator)
            assert gone.value.code == "node_unavailable", gone.value
        with a_node_stands_still(homes / "two"), database.connect("operator1") as operator:
            assert {each.id: each for each in doctor.examine(operator)}["shards"].verdict == "failed"
        run = small.reconciled(database)
        with a_node_stands_still(homes / "two"):
            driven = small.drive(database, run, Options(batch_size=5000, patience=1))
        assert (driven.status, driven.code) == (7, "node_unavailable"), driven.error
        assert small.done(database, run).registered == 12500
    finally:
        database.run("ALTER SYSTEM RESET citus.node_connection_timeout")
        database.run("SELECT pg_reload_conf()")


@contextmanager
def a_node_is_down(home: Path) -> Iterator[None]:
    """A node that crashed, and is started again after the block."""
    made, account = Programs(FOLDER), Account.of(home / "data")
    made.control(home, account, "stop", "-m", "immediate")
    try:
        yield
    finally:
        made.control(home, account, "restart", "-l", "data/log")


def test_a_node_that_is_down_ends_each_step_with_its_name_and_the_step_goes_on_later(
    database: Database, homes: Path
) -> None:
    far_alone(database)
    line.open_permit(database)
    with database.connect("operator1") as operator, database.connect("reviewer1") as reviewer:

        def refused(step: Callable[[], object]) -> None:
            with a_node_is_down(homes / "two"), pytest.raises(Unavailable) as gone:
                step()
            assert gone.value.code == "node_unavailable", gone.value

        refused(lambda: classify.classify(operator, column_identity("far", "code")))
        classify.classify(operator, column_identity("far", "code"))
        refused(lambda: matrix.count(operator, "far"))
        refused(lambda: line.make_plan(operator))
        run = line.make_reconciled(operator)
        assert small.drive(database, run, Options(batch_size=1000, max_batches=1)).code == "max_batches"
        with a_node_is_down(homes / "two"):
            driven = small.drive(database, run, Options(batch_size=1000, patience=1))
            assert (driven.status, driven.code) == (7, "node_unavailable"), driven.error
        assert small.done(database, run).registered == 12500
        refused(lambda: verify.verify(reviewer, run))
        assert verify.verify(reviewer, run).passed
        certify.certify(reviewer, run, "looked")
