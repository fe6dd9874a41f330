"""Operators, a gatekeeper and the application at it in any order: whatever they do, the books are right."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.errors import ConsoleError
from core.services.backfill import control, permits, plan, reconcile
from core.services.backfill import runs as ledger
from core.services.backfill.apply_options import Options
from tests import line
from tests.databases import Database, TestServer, a_clone
from tests.small import FIGURES, Drive, faults, registering

# A row whose code ends in X cannot be registered.
POISON = "IF right(p_entity_code, 1) = 'X' THEN RAISE 'never this one'; END IF;"
EXPECTED = {0, 3, 4, 7}
ROWS = st.integers(1, 6)
LOGIN = st.sampled_from(["operator1", "operator2"])


class Backfills(RuleBasedStateMachine):
    """One small database, five sessions, and a model of which codes there are and who registered them."""

    runs = Bundle("runs")

    def __init__(self, server: TestServer, template: str) -> None:
        super().__init__()
        self._stack = ExitStack()
        self._database: Database = self._stack.enter_context(a_clone(server, template))
        registering(self._database, before=POISON)
        self._application = self._stack.enter_context(self._database.psql("postgres"))
        self._sessions = {
            login: self._stack.enter_context(self._database.connect(login))
            for login in ("operator1", "operator2", "gatekeeper1")
        }
        self._source: dict[int, str] = {}
        self._by_gateway: set[str] = set()
        self._permits: list[int] = []
        self._latest = 0
        self._next = 1
        self.the_gatekeeper_opens_a_permit(20)
        self.the_application_inserts_rows_past_the_gateway(rows=20, poison=False)

    def teardown(self) -> None:
        try:
            self._everything_can_be_brought_to_its_end()
        finally:
            self._stack.close()

    @rule(rows=ROWS, poison=st.sampled_from([False, False, False, True]))
    def the_application_inserts_rows_past_the_gateway(self, *, rows: int, poison: bool) -> None:
        self._execute("SET session_replication_role = replica")
        self._insert(rows, "X" if poison else "")
        self._execute("SET session_replication_role = origin")

    @precondition(lambda self: self._source)
    @rule(what=st.sampled_from(["insert", "delete", "change", "register"]), data=st.data())
    def the_application_changes_something(self, what: str, data: st.DataObject) -> None:
        if what == "insert":  # the gateway sees it
            self._by_gateway.update(self._insert(2, ""))
            return
        number = data.draw(st.sampled_from(sorted(self._source)))
        if what == "delete":
            self._execute(f"DELETE FROM public.goods WHERE id = {number}")
            del self._source[number]
        elif what == "change":
            self._source[number] = f"C-{self._take_number():06}"
            self._execute(f"UPDATE public.goods SET code = '{self._source[number]}' WHERE id = {number}")
        elif not self._source[number].endswith("X"):
            code = self._source[number]
            self._by_gateway.update({code} - self._registered())
            self._execute(f"SELECT birth.fn_birth_register('goods', '{code}', p_dry_run => false)")

    @rule(budget=st.integers(1, 60))
    def the_gatekeeper_opens_a_permit(self, budget: int) -> None:
        opened = permits.open_permit(
            self._sessions["gatekeeper1"], budget=budget, lifetime=timedelta(hours=1), reason="a rule"
        )
        self._permits.append(opened.permit)

    @precondition(lambda self: len(self._permits) > 1)
    @rule()
    def the_gatekeeper_closes_a_permit(self) -> None:
        permits.close_permit(self._sessions["gatekeeper1"], self._permits.pop(), "a rule")

    @rule(target=runs, login=LOGIN, at_once=st.sampled_from([True, True, False]))
    def an_operator_plans(self, *, login: str, at_once: bool) -> int:
        made = plan.plan(self._sessions[login], ["goods"]).run
        assert made.missing == len(set(self._source.values()) - self._registered())
        if at_once:
            reconcile.reconcile(self._sessions[login], made.run, "a rule")
        self._latest = made.run
        return made.run

    @rule(run=runs, login=LOGIN)
    def an_operator_reconciles(self, run: int, login: str) -> None:
        status = self._status(run)
        refused = _refusal(lambda: reconcile.reconcile(self._sessions[login], run, "a rule"))
        if refused is None:
            assert status in ("planned", "reconciled")
        else:
            assert refused.exit_status == 4  # the source moved on, or the run did

    @precondition(lambda self: self._latest)
    @rule(login=LOGIN, size=st.integers(1, 7))
    def an_operator_applies_a_batch(self, login: str, size: int) -> None:
        self._apply(self._latest, login, Options(batch_size=size, max_batches=1, patience=5, most_vanished=1000))

    @precondition(lambda self: self._latest)
    @rule(login=LOGIN, size=st.integers(1, 7))
    def an_operator_applies_some_batches_with_two_workers(self, login: str, size: int) -> None:
        self._apply(
            self._latest, login, Options(batch_size=size, max_batches=3, workers=2, patience=5, most_vanished=1000)
        )

    @precondition(lambda self: self._latest)
    @rule(login=LOGIN)
    def an_operator_applies_all_that_is_left(self, login: str) -> None:
        self._apply(self._latest, login, Options(batch_size=5, patience=5, most_vanished=1000))

    @rule(run=runs, login=LOGIN)
    def an_operator_applies_an_old_run(self, run: int, login: str) -> None:
        self._apply(run, login, Options(patience=5, most_vanished=1000))

    def _apply(self, run: int, login: str, options: Options) -> None:
        status, command = self._status(run), control.read(self._sessions[login], run).command
        before = self._registered()
        driven = Drive(self._database, run, options, login).go()
        assert driven.status in EXPECTED, (driven.code, driven.error)
        if status in ("applied", "superseded"):
            assert driven.status in (3, 4)  # no permit is said first
        elif command != "run":
            assert driven.status in (3, 7)
        elif driven.status == 0:
            account = ledger.account(self._sessions[login], run)
            assert account.open == 0
        assert self._registered() >= before
        if driven.events == []:
            assert self._registered() == before

    @precondition(lambda self: self._latest)
    @rule(login=LOGIN, command=st.sampled_from(["pause", "resume", "resume", "resume", "cancel"]))
    def an_operator_steers_the_latest_run(self, login: str, command: str) -> None:
        run = self._latest
        over = self._status(run) in ("applied", "superseded")
        refused = _refusal(lambda: control.send(self._sessions[login], run, command))
        assert (refused.code if refused else None) == ("run_over" if over else None)

    @invariant()
    def the_books_are_right(self) -> None:
        found = self._application.execute(FIGURES.encode()).fetchone()
        assert found is not None
        assert faults(found, later=True) == []

    @invariant()
    def the_registry_holds_what_the_gateway_registered_and_planned_items_only(self) -> None:
        rows = self._application.execute("SELECT entity_code FROM birth.birth_registry WHERE dot_origin = 'GATEWAY'")
        assert {row["entity_code"] for row in rows} == self._by_gateway
        assert not any(code.endswith("X") for code in self._registered())

    def _everything_can_be_brought_to_its_end(self) -> None:
        self.the_gatekeeper_opens_a_permit(1000)
        run = line.make_reconciled(self._sessions["operator1"], "goods")
        for _ in range(100):
            driven = Drive(self._database, run, Options(batch_size=10, patience=5, most_vanished=1000)).go()
            if driven.status == 0:
                break
            assert driven.code == "canary_failed"
        assert driven.status == 0
        missing = set(self._source.values()) - self._registered()
        assert all(code.endswith("X") for code in missing)
        assert ledger.account(self._sessions["operator1"], run).quarantined == len(missing)
        self.the_books_are_right()

    def _insert(self, rows: int, suffix: str) -> list[str]:
        numbers = [self._take_number() for _ in range(rows)]
        codes = {number: f"G-{number:06}{suffix}" for number in numbers}
        values = ", ".join(f"({number}, '{code}')" for number, code in codes.items())
        self._execute(f"INSERT INTO public.goods (id, code) VALUES {values}")
        self._source.update(codes)
        return list(codes.values())

    def _take_number(self) -> int:
        self._next += 1
        return self._next

    def _execute(self, statement: str) -> None:
        self._application.execute(statement.encode())

    def _registered(self) -> set[str]:
        rows = self._application.execute("SELECT entity_code FROM birth.birth_registry WHERE collection_name = 'goods'")
        return {row["entity_code"] for row in rows}

    def _status(self, run: int) -> str:
        return ledger.run(self._sessions["operator1"], run).status


def _refusal(act: Callable[[], object]) -> ConsoleError | None:
    try:
        act()
    except ConsoleError as refused:
        return refused
    return None


def test_whatever_people_do_in_whatever_order_the_books_are_right_and_the_backfill_can_be_ended(
    server: TestServer, small_template: str
) -> None:
    class Here(Backfills):
        def __init__(self) -> None:
            super().__init__(server, small_template)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=4,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            print_blob=False,
            phases=[Phase.generate],
        ),
    )
