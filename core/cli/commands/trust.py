"""`certify`, `audit` and `doctor`: who stands for a run, and whether ledger and gates can be relied on."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from core.cli.commands.verify import show
from core.cli.known import RUN
from core.cli.options import Invocation, invocation
from core.cli.pager import release
from core.cli.steps import steps
from core.cli.wording import shown
from core.db.connection.session import Connection
from core.domain.names import run_name
from core.domain.steps import Tell
from core.domain.trust.anchored_place import CHANGE, INSTALLATION, REWIND, UNKNOWN
from core.domain.trust.bound import Bound
from core.domain.trust.chain import Audit
from core.domain.trust.check import Check
from core.domain.trust.replay import Difference
from core.errors import ConsoleError, Json, Stopped, UsageError, VerificationFailed
from core.services.trust import audit as auditing
from core.services.trust import certify as certifying
from core.services.trust import doctor as examining
from core.services.trust.bindings import bindings
from core.services.trust.verify import Verification

_FILE = click.Path(dir_okay=False, path_type=Path)
_SHOWN = 100  # differences in an error; the document has all of them
_MARKS = {"passed": "✓", "warning": "!", "failed": "✗", "unknown": "?"}


@click.command()
@click.argument("run", type=RUN)
@click.option("--note", required=True, metavar="T", help="What you checked; recorded in the certificate.")
@click.option("--evidence", "looked_at", metavar="DIGEST", help="Evidence digest that `verify` printed.")
@click.option(
    "--acknowledge",
    "acknowledged",
    multiple=True,
    metavar="ALERT",
    help="Acknowledge an alert since the plan that `verify` names; the note is its reason (repeatable).",
)
@invocation
def certify(call: Invocation, run: int, *, note: str, looked_at: str | None, acknowledged: tuple[str, ...]) -> None:
    """Certify RUN as a reviewer who took no part in it. There is no override.

    --evidence says which evidence you read. On a terminal, the run's name may be typed under it instead.
    """

    def confirmed(seen: Verification) -> bool:
        if call.output.as_json or not (sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        show(call.output, seen)
        release()
        mark = call.settings.confirm or ("" if call.settings.word == "DEMO" else call.settings.word)
        name = f"{run_name(run)} {mark}".strip()
        return bool(click.prompt(f"type {name} to certify it", default="", show_default=False, err=True) == name)

    with call.write() as connection:
        done = certifying.certify(
            connection, run, note, looked_at=looked_at, acknowledged=acknowledged, confirmed=confirmed
        )
    if call.output.as_json:
        call.output.document(asdict(done))
    else:
        call.output.text(f"run {run} is certified: evidence {done.certificate[:16]}, chain head {done.chain_head[:16]}")
        if not done.synchronous:
            call.output.progress(
                "No synchronous standby: a failover can lose this certificate. Keep an anchor:"
                " `birth-console audit --write-anchor FILE`."
            )


@click.command()
@click.option("--anchor", type=_FILE, metavar="FILE", help="Also check that the chain still holds the anchored event.")
@click.option(
    "--since",
    type=_FILE,
    metavar="FILE",
    help="Verify only the events from this anchor on, and the rows they tell of: quick after a long history.",
)
@click.option(
    "--write-anchor", type=_FILE, metavar="FILE", help="Write the chain head to a new file outside the database."
)
@click.option(
    "--accept-history",
    metavar="T",
    help="After a failover or a restore: accept the server's history, with what you compared (gatekeepers).",
)
@invocation
def audit(
    call: Invocation, *, anchor: Path | None, since: Path | None, write_anchor: Path | None, accept_history: str | None
) -> None:
    """Verify the ledger's hash chain from its first event to its head, and the tables against its events."""
    _one_of(anchor, since)
    accepted: int | None = None
    if accept_history is not None:
        with call.write() as connection:
            accepted = auditing.accept_history(connection, accept_history)
    with call.browse() as connection, steps(call.output) as tell:
        found = _audited(connection, anchor, since, tell)
        bound = bindings(connection)
        if write_anchor is not None and found.ok:
            auditing.write_anchor(connection, found, write_anchor)
    if call.output.as_json:
        told: list[Json] = [each.as_json() for each in found.differences]
        document: dict[str, Json] = {"entries": found.entries, "head": found.head, "ok": found.ok, "bad": found.bad}
        accepting: dict[str, Json] = {} if accepted is None else {"accepted": accepted}
        parts: list[Json] = [each.as_json() for each in bound]
        call.output.document({**document, "differences": told, "bindings": parts, **accepting})
    elif found.bad is None:
        walked = f" from event {found.head_seq - found.entries + 1:,} on" if since else ""
        call.output.text(f"chain intact{walked}: {found.entries:,} events, head {found.head}")
        if accepted is not None:
            call.output.text(f"the server's history is accepted: event {accepted}")
        for line in _lines(bound, found.differences):
            call.output.wrapped(line)
    if found.bad is not None:
        raise _broken(found.bad)
    if found.differences:
        raise VerificationFailed(
            f"the tables differ from the chain in {len(found.differences)} places",
            code="tables_differ",
            evidence={"differences": [each.as_json() for each in found.differences[:_SHOWN]]},
            hint="Only a superuser can change these rows. Compare with a backup.",
        )


def _one_of(anchor: Path | None, since: Path | None) -> None:
    if anchor is not None and since is not None:
        raise UsageError(
            "--anchor and --since exclude each other",
            code="bad_option",
            hint="--since checks its anchor, too; --anchor walks the whole chain.",
        )


def _audited(connection: Connection, anchor: Path | None, since: Path | None, tell: Tell | None) -> Audit:
    if since is not None:
        return auditing.audit_since(connection, since, tell=tell)
    return auditing.audit(connection, anchor, tell=tell)


def _lines(bound: Sequence[Bound], differences: Sequence[Difference]) -> Iterator[str]:
    for part in (each for each in bound if each.was is not None):
        yield f"{part.part} {part.object}: {part.since}"
    for each in differences:
        column = "" if each.column is None else f" {each.column}"
        yield f"{each.table} {each.key}{column}: {shown(each.chain)} → {shown(each.table_value)}"


_ACCEPT = "`birth-console audit --accept-history REASON`."
# What an anchor shows by itself: the code, and what to do.
_CAUSES = {
    INSTALLATION: (
        "other_installation",
        "If the console was installed again, use an anchor written since. If not, find out who replaced the chain.",
    ),
    REWIND: (
        "history_lost",
        "Compare certificates and packets: later decisions are gone. Then a gatekeeper accepts: " + _ACCEPT,
    ),
    CHANGE: ("chain_changed", "Ask who restored a dump or acted as a superuser. Compare with a backup."),
    UNKNOWN: ("chain_broken", "Ask about failovers and restores first. Then compare with a backup."),
}


def _broken(bad: dict[str, Json]) -> VerificationFailed:
    """The error of a chain that does not hold. No person is blamed where a server's history explains it."""
    code, hint = _CAUSES.get(
        str(bad.get("cause")),
        ("chain_broken", "Only a superuser can change recorded events. Compare with an anchor and a backup."),
    )
    return VerificationFailed(
        f"the chain is broken at event {bad['seq']}: {bad['reason']}"
        if code == "chain_broken"
        else f"the chain does not hold the anchored event {bad['seq']}: {bad['reason']}",
        code=code,
        evidence=bad,
        hint=hint,
    )


def _summary(checks: Sequence[Check], *, everything: bool) -> str:
    """One line: how many of each verdict, and where the rest is."""
    counts = {verdict: sum(each.verdict == verdict for each in checks) for verdict in _MARKS}
    told = ", ".join(f"{count} {_many(verdict, count)}" for verdict, count in counts.items() if count)
    return f"{len(checks)} checks: {told}" + ("" if everything else " (--all lists all of them)")


def _many(verdict: str, count: int) -> str:
    return "warnings" if verdict == "warning" and count > 1 else verdict


@contextmanager
def _told_as_a_check(call: Invocation) -> Iterator[None]:
    """No answer is a finding, too; the error itself says what the exit status means."""
    try:
        yield
    except ConsoleError as error:
        if call.output.as_json:
            call.output.document({"checks": [asdict(examining.no_connection(error))]})
        raise


@click.command()
@click.option("--failed", "only_failed", is_flag=True, help="List only what failed.")
@click.option("--all", "everything", is_flag=True, help="List what passed as well.")
@invocation
def doctor(call: Invocation, *, only_failed: bool, everything: bool) -> None:
    """Check connection, privileges, roles, gateway and clocks: every way around the gates.

    Lists what did not pass, and sums up in one line.
    """
    with _told_as_a_check(call), call.browse() as connection:
        checks = examining.examine(connection)
        is_lost = connection.is_closed
    if call.output.as_json:
        call.output.document({"checks": [asdict(check) for check in checks]})
    else:
        wanted = [
            each for each in checks if everything or not (each.is_fine if only_failed else each.verdict == "passed")
        ]
        for each in wanted:
            call.output.text(f"{_MARKS[each.verdict]} {each.title} · {each.verdict}")
            if each.evidence not in (None, [], {}):
                call.output.wrapped(shown(each.evidence))
            if each.verdict != "passed":
                call.output.wrapped(f"→ {each.hint}")
        for each in wanted:
            for statement in each.remedy:
                call.output.text(f"{statement}  -- {each.id}: run as an administrator")
        call.output.text(_summary(checks, everything=everything))
    failed = [check for check in checks if not check.is_fine]
    if is_lost:
        hint = "Repeat the command when the server answers."
        raise Stopped("lost the server: not every check was made", code="server_unavailable", hint=hint)
    if failed:
        raise VerificationFailed(
            f"{len(failed)} of {len(checks)} checks did not pass",
            code="unhealthy",
            evidence={"gates": [{"gate": each.id, "title": each.title, "evidence": each.evidence} for each in failed]},
            hint=" ".join(dict.fromkeys(each.hint for each in failed)),
        )
