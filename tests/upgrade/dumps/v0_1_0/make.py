"""Makes the dumps of databases that version 0.1.0 of the console installed, by that version's own commands.

    git worktree add --detach TREE c073574 && make -C TREE .venv/installed-dev
    TREE/.venv/bin/python make.py --tree TREE --server 'host=… user=postgres' --pg-dump …/pg_dump OUT

The server is a throwaway one of PostgreSQL 14, so that all versions from 14 to 18 can restore what comes from it. It
asks for passwords (`scram-sha-256` in every line of its pg_hba.conf): under `trust` the console's own audit lets nobody
apply anything. PGPASSWORD or a password file serves the superuser; the other logins get a password that is forgotten
at the end. The databases and roles of an earlier attempt are dropped first.
"""

import argparse
import json
import os
import re
import secrets
import subprocess
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

VERSION = "0.1.0"
OLDEST = 14  # servers older than that never had the console
PREFIX = "v010_"  # of every role that belongs to the dumps alone
COMPANY = f"{PREFIX}company"  # owns the schema public and what is in it
OPERATOR, SECOND, GATEKEEPER, REVIEWER, VIEWER, RETIRED = (
    f"{PREFIX}{part}" for part in ("operator1", "operator2", "gatekeeper1", "reviewer1", "viewer1", "retired1")
)
PEOPLE = {
    OPERATOR: ("Ana Lopes", ("operator", "reader")),
    SECOND: ("Ben Adu", ("operator",)),
    GATEKEEPER: ("Cleo Marsh", ("gatekeeper",)),
    REVIEWER: ("Dora Weiß", ("reviewer",)),
    VIEWER: ("Emil Sand", ("reader",)),
    RETIRED: ("Fay O'Hara", ("operator",)),
}
GROUPS = ("birth_reader", "birth_operator", "birth_gatekeeper", "birth_reviewer")
FAILED, STOPPED = 5, 7  # the exit statuses of a verification that failed, and of what can be resumed
LONGEST = "366d"  # the longest that a permit may be open
# What the console says of the database just before the dump; also of each run.
REPORTS = ("status", "matrix --counts", "ledger", "audit", "doctor", "permit list", "people list", "classify --history")
REPORTS_OF_A_RUN = ("ledger", "verify")

_SECTIONS = re.split(
    r"^-- name: (\w+)\n", Path(__file__).with_name("company.sql").read_text(encoding="utf-8"), flags=re.M
)
TEXTS = dict(zip(_SECTIONS[1::2], _SECTIONS[2::2], strict=True))

_OURS = ("BIRTH_", "XDG_", "LC_", "LANG")  # what would tell the console where to go, or how to speak
_ROLES = "^(birth|v010)_"

# What dumps of newer servers or clients say and older servers do not understand.
_UNKNOWN = re.compile(r"^(\\(un)?restrict .*|SET transaction_timeout = .*)\n", re.MULTILINE)
# How a function of the server's is named whose columns are not the same in all versions.
_RESULT = re.compile(r"^(GRANT ALL ON FUNCTION pg_catalog\.pg_hba_file_rules)\(.*\)(?= TO )", re.MULTILINE)


EVENT_TRIGGER = """
CREATE EVENT TRIGGER evt_trigger_guard_ddl ON ddl_command_end
    WHEN TAG IN ('CREATE TRIGGER', 'ALTER TRIGGER', 'ALTER TABLE') EXECUTE FUNCTION public.fn_trigger_guard();
"""
BINDING = ("public.fn_birth_register", "p_collection=$collection", "p_code=$code", "p_born=$born_at",
           "p_origin=$origin", "p_dry_run=$dry_run")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Company:
    """A database under the hands of its administrator, and of people with the old console."""

    console: Path
    server: str
    password: str
    name: str
    schema: str

    def dsn(self, login: str = "") -> str:
        """The libpq string of a login, without its password; else the superuser's as it was given."""
        if not login:
            return make_conninfo(self.server, dbname=self.name)
        parts: dict[str, Any] = conninfo_to_dict(self.server)
        parts.pop("password", None)
        return make_conninfo(**{**parts, "dbname": self.name, "user": login})

    def run(self, statements: str, role: str = "") -> None:
        """Run statements as the superuser, or in the name of a role."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            if role:
                connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(role)))
            connection.execute(statements.encode())

    def slip_past(self, statements: str) -> None:
        """Run statements that no trigger meets."""
        self.run(f"SET session_replication_role = replica;{statements}")

    def says(self, login: str, *arguments: str, status: int = 0) -> str:
        """What a command of the console writes to stdout with --json; it must exit with `status`."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        environment |= {"LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": os.devnull}
        if login:
            environment["PGPASSWORD"] = self.password
        command = [str(self.console), "--json", "--dsn", self.dsn(login), "--schema", self.schema, *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != status:
            raise SystemExit(f"{arguments} of {login or 'the superuser'} exited with {done.returncode}:\n{done.stderr}")
        return done.stdout

    def does(self, login: str, *arguments: str) -> Any:  # noqa: ANN401 - each command has its own
        """Run a command that has to be done; its document."""
        return json.loads(self.says(login, *arguments))

    def set_up(self, *wish: str) -> None:
        """Install the console, add people, and follow what `init` then says that the audit asks for."""
        self.does("", "init", *wish)
        # Groups are the whole server's, but each ledger is to tell of them.
        self.run(f"REVOKE {', '.join(GROUPS)} FROM {', '.join(PEOPLE)}")
        for login, (person, groups) in PEOPLE.items():
            named = [word for group in groups for word in ("--group", group)]
            self.does("", "people", "add", login, "--person", person, *named)
        for remedy in self.does("", "init", *wish)["remedies"]:
            self.run(remedy["sql"])
        self.run("ANALYZE")
        self.does(OPERATOR, "doctor")

    def plan(self, *collections: str, login: str = OPERATOR) -> tuple[str, int]:
        """Plan collections: the run, and how many rows are missing."""
        planned = self.does(login, "plan", *collections)
        return str(planned["run"]), planned["totals"]["missing"]

    def open_permit(self, budget: int, reason: str, *more: str) -> str:
        """Open a permit for as long as one may be; its number."""
        asked = ("permit", "open", "--budget", str(budget), "--expires", LONGEST, "--reason", reason, *more)
        return str(self.does(GATEKEEPER, *asked)["permit"])

    def certify(self, run: str) -> None:
        """Reconcile, apply, verify and certify a run."""
        self.does(OPERATOR, "reconcile", run, "--note", 'compared, "entry by entry"')
        self.says(SECOND, "apply", run, "--batch-size", "20")
        digest = self.does(VIEWER, "verify", run)["evidence_digest"]
        self.does(REVIEWER, "certify", run, "--note", "compared ledger, diff and source", "--evidence", digest)


def everything(company: Company) -> None:
    """A schema of the console's own: runs certified, half applied and planned; permits used up, closed and open."""
    company.run(TEXTS["tables"] + TEXTS["rows"], COMPANY)
    company.set_up("--collections", "public.*", "--exempt", "public.change_log")
    company.run(TEXTS["claims"])

    company.does(OPERATOR, "classify", "customer", "--column", "number", "--reason", "printed on every invoice")
    company.does(OPERATOR, "classify", "product", "--column", "sku", "--reason", "its key")
    company.does(SECOND, "classify", "order", "--column", "number", "--reason", "its key")
    lines = "order_line:{order}/{line}"
    company.does(SECOND, "classify", "order_line", "--synthetic", lines, "--reason", "a line of an order")
    # Decided, and taken back; decided, and decided again, by somebody who is not there any more.
    company.does(OPERATOR, "classify", "supplier", "--synthetic", "supplier:{id}", "--reason", "it has a number")
    company.does(OPERATOR, "classify", "supplier", "--undo")
    company.does(OPERATOR, "classify", "supplier", "--column", "code", "--reason", "its number is internal")
    company.does(RETIRED, "classify", "country", "--column", "name", "--reason", "its name is unique")
    company.does(SECOND, "classify", "country", "--column", "iso", "--reason", "names change")
    company.does("", "people", "retire", RETIRED)
    company.does(GATEKEEPER, "classify", "memo", "--exempt", "--reason", "nothing identifies a memo")

    run, missing = company.plan("customer", "product")
    company.open_permit(missing, "the first backfill", "--collection", "customer", "--collection", "product")
    company.certify(run)

    closed = company.open_permit(10, "opened by mistake")
    company.does(GATEKEEPER, "permit", "close", closed, "--reason", "nobody asked for it")
    company.open_permit(500, "the second backfill")
    run, _ = company.plan("order", "order_line", login=SECOND)
    company.does(SECOND, "reconcile", run, "--note", "counted by hand")
    company.slip_past(TEXTS["meanwhile"])
    company.says(SECOND, "apply", run, "--batch-size", "20", "--max-batches", "2", status=STOPPED)
    company.plan("supplier", "country")


def beside(company: Company) -> None:
    """The console's objects in the company's own schema, beside its own gateway; one run is certified."""
    company.run(TEXTS["tables"] + TEXTS["rows"] + TEXTS["gateway"], COMPANY)
    company.run(EVENT_TRIGGER)
    # New rows are registered by the gateway; those from before are missing.
    company.run("INSERT INTO public.customer (number, name, status) VALUES ('C-0031', 'born alive', 'new')", COMPANY)
    company.set_up("--collections", "public.customer", "public.product", "--exempt", "public.supplier",
                   "--bind", *BINDING)  # fmt: skip
    company.does(OPERATOR, "classify", "customer", "--column", "number", "--reason", "printed on every invoice")
    company.does(SECOND, "classify", "product", "--column", "sku", "--reason", "its key")
    company.does("", "people", "retire", RETIRED)
    run, missing = company.plan("--all")
    company.open_permit(missing + 10, "the only backfill")
    company.certify(run)


def among(company: Company) -> None:
    """The console's objects and its stand-ins for a gateway in the company's own schema; one run is certified."""
    company.run(TEXTS["tables"] + TEXTS["rows"], COMPANY)
    company.set_up("--collections", "public.customer", "public.order_line", "--exempt", "public.change_log")
    company.does(OPERATOR, "classify", "customer", "--column", "number", "--reason", "printed on every invoice")
    lines = "order_line:{order}/{line}"
    company.does(SECOND, "classify", "order_line", "--synthetic", lines, "--reason", "a line of an order")
    company.does("", "people", "retire", RETIRED)
    run, missing = company.plan("--all")
    company.open_permit(missing, "the only backfill")
    company.certify(run)


def keep_reports(company: Company, folder: Path) -> None:
    """What the console says of the database as it is: a file for each command."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    reports = list(REPORTS)
    for run in company.does(VIEWER, "ledger")["runs"]:
        reports += [f"{report} {run['run']}" for report in REPORTS_OF_A_RUN if run["state"] != "planned"]
    for report in reports:
        # Only a run that is over passes every gate.
        passes = not report.startswith("verify") or report == "verify 1"
        name = report.replace(" --", "_").replace(" ", "_")
        said = company.says(VIEWER, *report.split(), status=0 if passes else FAILED)
        (folder / f"{name}.json").write_text(said, encoding="utf-8")


def roles(connection: psycopg.Connection[Any]) -> str:
    """Statements that make the roles of the dumps where they are missing, without passwords, and their memberships."""
    made, odd = connection.execute(
        "SELECT string_agg(format('(%%L, %%L)', rolname, CASE WHEN rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END), E',\n'"
        ' ORDER BY rolname COLLATE "C"), count(*) FILTER (WHERE NOT rolinherit OR rolsuper OR rolcreaterole'
        " OR rolcreatedb OR rolreplication OR rolbypassrls OR rolconnlimit <> -1 OR rolvaliduntil IS NOT NULL"
        " OR EXISTS (SELECT FROM pg_db_role_setting WHERE setrole = r.oid)) FROM pg_roles AS r WHERE rolname ~ %s",
        [_ROLES],
    ).fetchone() or ("", 1)
    if odd:
        raise SystemExit("a role has what roles.sql does not write")
    granted = connection.execute(
        "SELECT format('GRANT %%I TO %%I%%s;', g.rolname, m.rolname,"
        " CASE WHEN a.admin_option THEN ' WITH ADMIN OPTION' ELSE '' END)"
        " FROM pg_auth_members AS a JOIN pg_roles AS g ON g.oid = a.roleid JOIN pg_roles AS m ON m.oid = a.member"
        " WHERE m.rolname ~ %s OR g.rolname ~ %s ORDER BY 1",
        [_ROLES, _ROLES],
    ).fetchall()
    return (
        "-- The roles of the dumps, and who is in which: to be run first, by a superuser, any number of times.\n"
        "-- Passwords are not kept.\n"
        "DO $body$\nDECLARE\n    v_role record;\nBEGIN\n    FOR v_role IN SELECT * FROM (VALUES\n"
        f"{textwrap.indent(made, ' ' * 8)}\n"
        "    ) AS r(name, attribute) LOOP\n"
        "        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = v_role.name) THEN\n"
        "            EXECUTE format('CREATE ROLE %I %s', v_role.name, v_role.attribute);\n"
        "        END IF;\n    END LOOP;\nEND\n$body$;\n" + "".join(f"{statement}\n" for (statement,) in granted)
    )


def rights(connection: psycopg.Connection[Any]) -> str:
    """What PUBLIC has lost of what the oldest server gives it, and pg_dump leaves out: it knows newer defaults."""
    lost = connection.execute(
        "SELECT ARRAY(SELECT right_of FROM unnest(ARRAY['CONNECT', 'TEMPORARY']) AS right_of"
        " WHERE NOT has_database_privilege('public', current_database(), right_of)),"
        " NOT has_schema_privilege('public', 'public', 'CREATE'),"
        " (SELECT count(*) FROM pg_database, aclexplode(datacl) AS a WHERE datname = current_database()"
        " AND a.grantee NOT IN (0, datdba))"
    ).fetchone()
    if not (lost and lost[0] and lost[1]) or lost[2]:
        raise SystemExit("the database has other rights than the dump writes")
    return (
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC;\n"
        "DO $body$ BEGIN\n"
        f"    EXECUTE format('REVOKE {', '.join(lost[0])} ON DATABASE %I FROM PUBLIC', current_database());\n"
        "END $body$;\n"
    )


def dump(company: Company, pg_dump: str) -> str:
    """The database as SQL that psql or a driver takes in one go, by any superuser, for a server of any version."""
    command = [pg_dump, "--inserts", "--rows-per-insert=100", "--no-sync", "--dbname", company.dsn()]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    with psycopg.connect(company.dsn()) as connection:
        superuser = connection.info.user
        given = rights(connection)
    # What only a superuser can own becomes that of whoever restores, whatever the name.
    owned = re.compile(rf"^ALTER EVENT TRIGGER .* OWNER TO {re.escape(superuser)};\n", re.MULTILINE)
    text = owned.sub("", _UNKNOWN.sub("", _RESULT.sub(r"\1()", text)))
    if found := re.search(rf"\b(TO|FROM|ROLE) {re.escape(superuser)};", text):
        raise SystemExit(f"the superuser's name is in the dump: {found[0]}")
    return (
        f"-- A database as version {VERSION} of the console left it. roles.sql comes first, then this,\n"
        f"-- by a superuser, into an empty database.\n\n{given}\n{text}"
    )


def prepared(server: str, names: Sequence[str], password: str) -> None:
    """Empty databases, and logins without rights. What an earlier attempt left is dropped."""
    with psycopg.connect(server, autocommit=True) as admin:
        if admin.info.server_version // 10_000 != OLDEST:
            raise SystemExit(f"the server is PostgreSQL {admin.info.server_version // 10_000}, not {OLDEST}")
        for name in names:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        for (role,) in admin.execute("SELECT rolname FROM pg_roles WHERE rolname ~ %s", [_ROLES]).fetchall():
            admin.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
        for login in (COMPANY, *PEOPLE):
            admin.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(login), sql.Literal(password))
            )
        for name in names:
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'").format(
                    sql.Identifier(name)
                )
            )


def main() -> None:
    """Make both databases, and write everything that is kept of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--tree", type=Path, required=True, help=f"a checkout of version {VERSION}, installed in its .venv"
    )
    parser.add_argument("--server", required=True, help="a superuser's libpq string, for a throwaway PostgreSQL 14")
    parser.add_argument("--pg-dump", default="pg_dump", help="of version 14 or newer (default: that of the PATH)")
    parser.add_argument("out", type=Path, help="the folder to write to")
    given = parser.parse_args()
    console = given.tree.resolve() / ".venv" / "bin" / "birth-console"
    told = subprocess.run([console, "--version"], capture_output=True, text=True, check=True).stdout
    if VERSION not in told:
        raise SystemExit(f"the tree holds another version: {told.strip()}")
    if "dbname" not in conninfo_to_dict(given.server):
        given.server = make_conninfo(given.server, dbname="postgres")

    password = secrets.token_hex(16)
    databases = {
        "database": ("v010", "birth", everything),
        "database_public": ("v010_public", "public", beside),
        "database_public_stand_ins": ("v010_stand_ins", "public", among),
    }
    prepared(given.server, [name for name, *_ in databases.values()], password)
    for file, (name, schema, make) in databases.items():
        company = Company(console, given.server, password, name, schema)
        company.run(f"ALTER SCHEMA public OWNER TO {COMPANY}; REVOKE CREATE ON SCHEMA public FROM PUBLIC;")
        make(company)
        keep_reports(company, given.out / "said" / file)
        anchor = given.out / f"anchor{file.removeprefix('database')}.json"
        anchor.unlink(missing_ok=True)
        company.does(VIEWER, "audit", "--write-anchor", str(anchor))
        (given.out / f"{file}.sql").write_text(dump(company, given.pg_dump), encoding="utf-8")
    with psycopg.connect(given.server) as connection:
        (given.out / "roles.sql").write_text(roles(connection), encoding="utf-8")


if __name__ == "__main__":
    main()
