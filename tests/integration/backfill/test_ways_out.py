"""Whatever drifted under a plan: the hints of the refusals, followed one after another, lead to an applied run."""

from collections.abc import Callable, Mapping

import pytest

from tests import line
from tests import small as world
from tests.console import Answer
from tests.console import run as console
from tests.databases import Database

_STEPS = 8  # that a way out may take

_DEPOT = "CREATE SCHEMA depot; GRANT USAGE ON SCHEMA depot TO birth_owner, birth_caller, birth_reader"
# What each drift does, the column that the collection is then known by, and where its table is: nowhere, for some.
# Led out of as their neighbours are: a long walk.
FURTHER = (
    "the birth trigger is disabled",
    "the column was made again",
    "the table was moved",
    "the table was made again",
    "column and table were renamed",
    "the table was moved and retyped",
    "the table became a partition",
)
MOVED = ("the table was renamed", "the table was moved", "column and table were renamed")
DRIFTS: Mapping[str, tuple[str, str, tuple[str, str] | None]] = {
    "a trigger was changed": (
        "ALTER TABLE public.goods DISABLE TRIGGER trg_birth_gateway; ALTER TABLE public.goods ENABLE TRIGGER ALL",
        "code",
        ("public", "goods"),
    ),
    "the birth trigger is disabled": (
        "ALTER TABLE public.goods DISABLE TRIGGER trg_birth_gateway",
        "code",
        ("public", "goods"),
    ),
    "the registry got a trigger": (
        (
            "CREATE FUNCTION public.seen() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
            "ALTER FUNCTION public.seen() OWNER TO birth_owner; REVOKE EXECUTE ON FUNCTION public.seen() FROM PUBLIC;"
            "CREATE TRIGGER seen AFTER INSERT ON birth.birth_registry EXECUTE FUNCTION public.seen()"
        ),
        "code",
        ("public", "goods"),
    ),
    "the column was renamed": ("ALTER TABLE public.goods RENAME code TO label", "label", ("public", "goods")),
    "the column was dropped": ("ALTER TABLE public.goods DROP code", "id", ("public", "goods")),
    "the column was made again": (
        (
            "ALTER TABLE public.goods RENAME code TO former; ALTER TABLE public.goods ADD code text;"
            "UPDATE public.goods SET code = former; ALTER TABLE public.goods ALTER code SET NOT NULL, ADD UNIQUE (code)"
        ),
        "code",
        ("public", "goods"),
    ),
    "the table was made again": (
        (
            "CREATE TABLE public.other (LIKE public.goods INCLUDING ALL);"
            "INSERT INTO public.other SELECT * FROM public.goods; DROP TABLE public.goods;"
            "ALTER TABLE public.other RENAME TO goods;"
            "GRANT SELECT ON public.goods TO birth_owner, birth_caller, birth_reader;"
            "CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.goods"
            " FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('goods')"
        ),
        "code",
        ("public", "goods"),
    ),
    "the table was renamed": ("ALTER TABLE public.goods RENAME TO wares", "code", ("public", "wares")),
    "the table was moved": (
        f"{_DEPOT}; ALTER TABLE public.goods SET SCHEMA depot",
        "code",
        ("depot", "goods"),
    ),
    "column and table were renamed": (
        "ALTER TABLE public.goods RENAME code TO label; ALTER TABLE public.goods RENAME TO wares",
        "label",
        ("public", "wares"),
    ),
    "the table was moved and retyped": (
        f"{_DEPOT}; ALTER TABLE public.goods ALTER code TYPE varchar(60); ALTER TABLE public.goods SET SCHEMA depot",
        "code",
        ("depot", "goods"),
    ),
    "the table became a partition": (
        (
            "DROP TRIGGER trg_birth_gateway ON public.goods; ALTER TABLE public.goods RENAME TO goods_1;"
            "CREATE TABLE public.goods (id integer NOT NULL, code text NOT NULL UNIQUE, price integer)"
            " PARTITION BY HASH (code);"
            "ALTER TABLE public.goods ATTACH PARTITION public.goods_1 FOR VALUES WITH (MODULUS 1, REMAINDER 0);"
            "GRANT SELECT ON public.goods TO birth_owner, birth_caller, birth_reader;"
            "CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.goods"
            " FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('goods')"
        ),
        "code",
        ("public", "goods"),
    ),
    "the table was dropped": ("DROP TABLE public.goods", "code", None),
    "the collection was exempted": (
        "UPDATE birth.birth_policy SET requirement = 'EXEMPT' WHERE collection_name = 'goods'",
        "code",
        ("public", "goods"),
    ),
}


class Follower:
    """Somebody who knows nothing but what the last refusal says."""

    def __init__(self, database: Database, run: int, column: str, place: tuple[str, str] | None) -> None:
        self.database, self.run, self.column, self.place = database, run, column, place
        self.collection = "goods"
        self.done = False

    def command(self, *arguments: str, login: str = "operator1") -> Answer:
        return console(*arguments, "--json", extra={"BIRTH_CONSOLE_DSN": self.database.dsn(login)})

    def apply(self) -> Answer:
        answer = self.command("apply", str(self.run))
        self.done = answer.status == 0
        return answer

    def plan(self) -> Answer:
        answer = self.command("plan", self.collection, "--reconcile", "--note", "as the hint says")
        if answer.status == 0:
            self.run = answer.document["run"]
            return self.apply()
        return answer

    def classify(self) -> Answer:
        answer = self.command("classify", self.collection, "--column", self.column)
        return answer if answer.status else self.plan()

    def retire(self) -> Answer:
        answer = self.command("classify", self.collection, "--retire", "--reason", "its column was dropped")
        return answer if answer.status else self.classify()

    def enable(self) -> Answer:
        self.database.run("ALTER TABLE public.goods ENABLE TRIGGER trg_birth_gateway")
        return self.apply()

    def find_table(self) -> Answer:
        """An administrator records where the table is; where it is gone, a gatekeeper exempts the collection."""
        if self.place is None:
            return self.exempt()
        schema, table = self.place
        self.database.run(f"INSERT INTO birth.birth_collection_place VALUES ('goods', '{schema}', '{table}')")
        return self.plan()

    def exempt(self) -> Answer:
        answer = self.command("classify", "goods", "--exempt", "--reason", "its table is gone", login="gatekeeper1")
        return answer if answer.status else self.without()

    def permit(self) -> Answer:
        """A gatekeeper who knows of the change closes the permit, and opens another one."""
        for each in self.command("permit", "list").document["permits"]:
            self.command("permit", "close", str(each["permit"]), "--reason", "the gateway changed", login="gatekeeper1")
        line.open_permit(self.database)
        return self.apply()

    def without(self) -> Answer:
        """Another collection is planned, and nothing holds it up."""
        self.collection = "notes"
        return self.plan()


# What a hint says, and what somebody who reads it does. The first that stands in it counts.
SAID: tuple[tuple[str, Callable[[Follower], Answer]], ...] = (
    ("open a new one", Follower.permit),
    ("Plan again", Follower.plan),
    ("records its place", Follower.find_table),
    ("by its new name", Follower.classify),
    ("--retire", Follower.retire),
    ("classify the collection again", Follower.classify),
    ("enable it", Follower.enable),
    ("without the exempted", Follower.without),
    ("Plan only collections that are REQUIRED", Follower.without),
)


@pytest.mark.parametrize(
    "drift", [pytest.param(drift, marks=[pytest.mark.long] if drift in FURTHER else []) for drift in DRIFTS]
)
def test_every_hint_of_a_drift_leads_to_an_applied_run(small: Database, drift: str) -> None:
    statement, column, place = DRIFTS[drift]
    # Some rows are registered under the old identity, others are planned, and the drift comes before they are applied.
    first = world.a_run(small, "goods", goods=20, notes=5)
    if drift == "the column was renamed":
        # Also of an identity that was imported before its table was there: nothing tells of its columns but the codes.
        small.run("SET session_replication_role = replica; UPDATE birth.birth_identity_history SET pins = NULL")
    assert world.Drive(small, first).go().status == 0
    small.run(
        "SET session_replication_role = replica; INSERT INTO public.goods VALUES (101, 'L-1', 1), (102, 'L-2', 2)"
    )
    follower = Follower(small, world.reconciled(small, "goods"), column, place)
    small.run(statement)
    if drift in MOVED:
        # What was applied before is not judged without a table, and the hint leads to its place.
        refused = follower.command("verify", str(first))
        assert (refused.status, "records its place" in refused.error["hint"]) == (4, True)
    assert _followed(follower), "the drift held nothing up"
    if drift in {"the column was renamed", *MOVED}:
        # What was applied before is verified all the same: its table and column are the planned ones.
        verified = follower.command("verify", str(first))
        assert (verified.status, verified.document["rerun_delta"]) == (0, 0), verified.document["gates"]
        packet = console("packet", extra={"BIRTH_CONSOLE_DSN": small.dsn()}).out
        moved = place is not None and place != ("public", "goods")
        assert (f"its table is {'.'.join(place or ())} now" in packet) == moved, packet
        assert ("the planned column code is label now" in packet) == (column == "label"), packet
    if drift == "the column was made again":
        # Its values are those that it had: what was not registered is missing still, and is registered.
        assert small.value("SELECT count(*) FROM birth.birth_registry WHERE entity_code LIKE 'L-_'") == 2


# Drifts after which collection and column are what they were.
_FURTHER = {
    "the column was retyped": "ALTER TABLE public.goods ALTER code TYPE varchar(60)",
    "the key was dropped": "ALTER TABLE public.goods DROP CONSTRAINT goods_pkey",
    "the gateway was replaced": (
        "ALTER FUNCTION birth.fn_birth_gateway() SET work_mem = '1MB';"
        "SELECT birth._birth_schema_redefined(ARRAY['fn_birth_gateway'])"
    ),
    "a trigger came": (
        "CREATE TRIGGER more AFTER INSERT ON public.goods FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('goods')"
    ),
    "rows are found by another key": "ALTER TABLE public.goods REPLICA IDENTITY FULL",
    "another column came": "ALTER TABLE public.goods ADD remark text",
}
_HARMLESS = {"another column came"}


@pytest.mark.long
def test_further_drifts_one_after_another_lead_on_as_well(small: Database) -> None:
    assert world.Drive(small, world.a_run(small, "goods", goods=20, notes=5)).go().status == 0
    for number, (drift, statement) in enumerate(_FURTHER.items()):
        small.run(
            "SET session_replication_role = replica;"
            f" INSERT INTO public.goods (id, code, price) VALUES ({200 + number}, 'F-{number}', 1)"
        )
        follower = Follower(small, world.reconciled(small, "goods"), "code", ("public", "goods"))
        small.run(statement)
        assert bool(_followed(follower)) == (drift not in _HARMLESS), drift
        assert small.value(f"SELECT count(*) FROM birth.birth_registry WHERE entity_code = 'F-{number}'") == 1, drift


def _followed(follower: Follower) -> list[tuple[str, str]]:
    """Do what each hint says until the run is applied; what was said on the way."""
    answer, said = follower.apply(), []
    for _ in range(_STEPS):
        if follower.done:
            break
        said.append((answer.error["code"], answer.error["hint"]))
        step = next((act for text, act in SAID if text in answer.error["hint"]), None)
        assert step is not None, (said, answer.error)
        answer = step(follower)
    assert follower.done, said
    return said
