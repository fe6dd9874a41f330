"""What somebody put into the database on purpose never acts on a terminal, and a password is never to be read."""

import socket
import subprocess
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from psycopg import sql

from tests import console, line
from tests.databases import Database

EVIL = "\x1b[2J\x9b31m\u202eevil\u200b\x07\r[red]"
NAME = EVIL[:20]  # as a table's and a login's


@pytest.fixture
def hostile(small: Database) -> Database:
    """A collection, codes, reasons, notes and a person that nobody should show as they are."""
    table = sql.Identifier(NAME)
    with small.psql("postgres") as admin:
        for statement in (
            sql.SQL("CREATE TABLE public.{} (id int PRIMARY KEY, {} text)").format(table, table),
            sql.SQL("INSERT INTO public.{} SELECT n, {} || n FROM generate_series(1, 3) AS n").format(
                table, sql.Literal(EVIL)
            ),
            sql.SQL("GRANT SELECT ON public.{} TO birth_owner, birth_caller, birth_reader").format(table),
            sql.SQL(
                "CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.{} FOR EACH ROW"
                " EXECUTE FUNCTION birth.fn_birth_gateway()"
            ).format(table),
            sql.SQL("INSERT INTO birth.collection_registry (collection_name) VALUES ({})").format(sql.Literal(NAME)),
            sql.SQL("INSERT INTO birth.birth_policy (collection_name) VALUES ({})").format(sql.Literal(NAME)),
            sql.SQL("TRUNCATE birth.trigger_guard_alerts"),
            sql.SQL("UPDATE birth.birth_person_login SET person = person || {}").format(sql.Literal(EVIL)),
        ):
            admin.execute(statement)
    with small.psql() as operator:
        operator.execute(
            "SELECT birth.birth_identity_classify(%s, 'column', ARRAY[%s], NULL, %s, '{}')", [NAME, NAME, EVIL]
        )
    with small.psql("gatekeeper1") as gatekeeper:
        gatekeeper.execute("SELECT birth.birth_permit_open(100, '1 hour', %s, NULL, NULL)", [EVIL])
    with small.connect() as operator:
        run = line.make_plan(operator, NAME)
    assert run == 1
    return small


def harmless(text: str) -> bool:
    """Whether every character is shown, and none obeyed; line ends are ours."""
    return all(c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp") for c in text)


COMMANDS: list[tuple[str, tuple[str, ...]]] = [
    ("operator1", ("status",)),
    ("operator1", ("matrix", "--counts")),
    ("operator1", ("classify", "--history")),
    ("operator1", ("permit", "list")),
    ("operator1", ("ledger",)),
    ("operator1", ("ledger", "1")),
    ("operator1", ("ledger", "diff", "1")),
    ("operator1", ("verify", "1")),
    ("operator1", ("doctor",)),
    ("operator1", ("audit",)),
    ("operator1", ("apply", "1")),
    ("operator1", ("plan", EVIL)),
    ("operator1", ("classify", EVIL, "--column", EVIL)),
    ("operator1", ("classify", NAME, "--synthetic", f"{NAME}:{{id}}/{{nothing}}")),
    ("operator1", ("control", "1", "pause", "--reason", EVIL)),
    ("gatekeeper1", ("permit", "close", "1", "--reason", EVIL)),
    ("gatekeeper1", ("permit", "open", "--budget", EVIL)),
    ("reviewer1", ("certify", "1", "--note", EVIL)),
    ("operator1", ("audit", "--anchor", f"/nonexistent/{EVIL}")),
    ("operator1", ("--schema", EVIL, "status")),
    ("operator1", (EVIL,)),
]


def test_no_command_writes_a_character_that_a_terminal_would_obey(hostile: Database) -> None:
    def ask(call: tuple[str, tuple[str, ...]]) -> list[str]:
        login, arguments = call
        environment = {"BIRTH_CONSOLE_DSN": hostile.dsn(login)}
        answer = console.run(*arguments, extra=environment)
        return [f"{call} {text!r}" for text in (answer.out, answer.err) if not harmless(text)]

    with ThreadPoolExecutor(3) as pool:
        assert [found for each in pool.map(ask, COMMANDS) for found in each] == []


def test_what_a_superuser_put_into_the_chain_is_shown_harmlessly_too(hostile: Database) -> None:
    with hostile.psql("postgres") as admin:
        admin.execute("UPDATE birth.birth_ledger_event SET kind = %s WHERE seq = 1", [EVIL])
    for form in ((), ("--json",)):
        answer = console.run("audit", *form, extra={"BIRTH_CONSOLE_DSN": hostile.dsn("viewer1")})
        assert answer.status == 5
        assert harmless(answer.out + answer.err)


def test_a_traceback_that_was_asked_for_is_harmless_too(small: Database) -> None:
    done = subprocess.run(
        console.command("birth-console", "--debug", "--schema", EVIL, "status"),
        env=console.environment(BIRTH_CONSOLE_DSN=small.dsn()),
        capture_output=True,
        timeout=60,
        check=False,
    )
    shown = done.stderr.decode()
    assert "Traceback" in shown
    assert "\\x1b[2J" in shown
    assert harmless(shown)


@pytest.mark.parametrize("form", ["uri", "option", "words"])
def test_a_password_that_was_typed_leaves_the_process_s_arguments(tmp_path: Path, form: str) -> None:
    dsn = f"postgresql://operator1:s3kr3t@/x?host={tmp_path}"
    typed = {
        "uri": ["--dsn", dsn],
        "option": [f"--dsn={dsn}"],
        "words": ["--dsn", f"host={tmp_path} user=operator1 dbname=x password='s3kr3t'"],
    }[form]
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / ".s.PGSQL.5432"))
        server.listen()
        server.settimeout(60)
        process = subprocess.Popen(
            console.command("birth-console", *typed, "status", "--json"),
            env=console.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        link, _ = server.accept()  # it connects: whoever looks at `ps` from now on sees this
        arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
        link.close()
        _, errors = process.communicate(timeout=60)
    assert b"s3kr3t" not in arguments
    assert b"--json" in arguments
    assert b"PGPASSWORD=s3kr3t" in environment
    assert b"s3kr3t" not in errors
    assert b"server_unavailable" in errors


def test_a_password_that_was_typed_is_the_one_that_is_used(small: Database) -> None:
    answer = console.run("--dsn", small.dsn(), "status", "--json", extra={"PGPASSWORD": "another"})
    assert answer.status == 0
    assert "metrics" in answer.document


def test_an_apply_of_its_own_has_no_password_in_its_arguments_or_its_log(small: Database, tmp_path: Path) -> None:
    line.open_permit(small)
    with small.psql("postgres") as admin:
        admin.execute(
            "SET session_replication_role = replica; INSERT INTO public.goods SELECT n, 'G' || n FROM"
            " generate_series(1, 3) AS n"
        )
    with small.connect() as operator:
        run = line.make_reconciled(operator, "goods")
    held = small.psql("postgres")
    with held, held.transaction():
        held.execute("LOCK TABLE birth.birth_backfill_fence IN EXCLUSIVE MODE")
        answer = console.run(
            "--dsn", small.dsn(), "apply", str(run), "--detach", "--json", extra={"BIRTH_CONSOLE_HOME": str(tmp_path)}
        )
        assert answer.status == 0, answer.err
        pid = answer.document["pid"]
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
    assert b"apply_main" in arguments
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert small.server.password.encode() not in arguments + written + (answer.out + answer.err).encode()
