"""What the server refuses, in our words.

Our own database functions raise SQLSTATE class BR with the message, the evidence as JSON in DETAIL and a HINT;
everything else is the server's own refusal.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from core.db.connection.groups import DENIED, not_in_group
from core.db.connection.no_connection import no_connection
from core.db.connection.node_errors import of_node
from core.errors import (
    ConsoleError,
    Evidence,
    GateClosed,
    NoAnswer,
    NotAllowed,
    Stale,
    Stopped,
    Unavailable,
    UsageError,
    VerificationFailed,
)

_OURS: dict[str, type[ConsoleError]] = {
    "BR002": UsageError,
    "BR003": GateClosed,
    "BR004": Stale,
    "BR005": VerificationFailed,
    "BR006": NotAllowed,
    "BR007": Stopped,
    "BR008": VerificationFailed,
}
_READ_ONLY = "25006"
_NOT_INSTALLED = (
    Unavailable,
    "not_installed",
    "Name the console's schema with --schema, or install it: `birth-console init`.",
)
_ENDED = (
    "The server ended this session, and kept nothing of its transaction. If {0} is short, lift it for one command: "
    "PGOPTIONS='-c {0}=0'."
)
_SERVER: dict[str, tuple[type[ConsoleError], str, str]] = {
    "25006": (
        Unavailable,
        "server_read_only",
        "The server accepts no writes. Check default_transaction_read_only and whether it is a replica.",
    ),
    "42501": (
        NotAllowed,
        "not_allowed",
        "Ask an administrator for the group that this needs, or for SELECT on the table.",
    ),
    "3F000": _NOT_INSTALLED,
    "42P01": _NOT_INSTALLED,
    "42883": _NOT_INSTALLED,
    "57014": (
        Unavailable,
        "timeout",
        (
            "Retry, unless an administrator cancelled it for a reason. If statement_timeout is short, lift it for one "
            "command: PGOPTIONS='-c statement_timeout=0'."
        ),
    ),
    "25P03": (Unavailable, "timeout", _ENDED.format("idle_in_transaction_session_timeout")),
    "25P04": (Unavailable, "timeout", _ENDED.format("transaction_timeout")),
    "53100": (
        Unavailable,
        "disk_full",
        "The server's disk is full. Free some space, then retry: nothing of this transaction was kept.",
    ),
    "53300": (
        Unavailable,
        "too_many_connections",
        "The server has no connection left. Retry, or ask an administrator to raise max_connections.",
    ),
    "53200": (
        Unavailable,
        "out_of_memory",
        (
            "The server has no memory for this. Name fewer collections at a time, or ask an administrator to raise "
            "max_locks_per_transaction where its message or its log says so."
        ),
    ),
    "53400": (
        Unavailable,
        "limit_exceeded",
        "Ask an administrator to raise the setting that the message names, then retry.",
    ),
    "58030": (ConsoleError, "server_failed", "The server cannot use its files. See the server's log, then retry."),
    "XX000": (
        ConsoleError,
        "server_failed",
        "The server met an internal error, or a node behind it failed. See the server's log, then retry.",
    ),
    "40001": (ConsoleError, "try_again", "Another session wrote at the same moment. Nothing was kept: retry."),
    "40P01": (ConsoleError, "try_again", "Two sessions waited for each other. Nothing was kept: retry."),
    "55P03": (
        ConsoleError,
        "locked",
        "Another session holds the lock. Nothing was kept: wait for that session, then retry.",
    ),
}
_LACKS_RIGHTS = "42501"
# The server's own function that raises it: its words are of any language.
_ROW_SECURITY = "check_enable_rls"
_HIDDEN_ROWS = (
    "Row-level security hides rows of the table: keep it, and ask a gatekeeper to exempt the collection. A backfill "
    "has to see every row: only if the policies are obsolete, ask the table's owner to remove them."
)
# Our functions that run as birth_owner, where one of them is among those that were under way.
_AS_OWNER = re.compile(
    r"\bbirth_(?:backfill_(?:plan|plan_reconciled|reconcile|reconcile_drift|begin|apply_batch|finish)|load)\("
)
_OWNER_LACKS = (
    "This ran as birth_owner, or as the owner of a SECURITY DEFINER function. Ask the object's owner to grant "
    "that role the missing privilege."
)
_CALLER_LACKS = (
    "The company's code runs as birth_caller, which lacks a privilege. `birth-console init` finds and grants it."
    " Nothing of this transaction was kept."
)
_CALLER_REFUSED = (
    "The company's own code refuses birth_caller, the role that it runs as here ({where}). Let it admit birth_caller,"
    " or bind a register function that is SECURITY DEFINER: `birth-console init --bind`. Nothing of this transaction"
    " was kept."
)
# Our functions that read what belongs to others.
_READS = re.compile(r"\b_birth_(?:reading(?:_few|_codes|_range)?|explaining)\(")
_READER_LACKS = (
    "The company's tables are read as birth_caller, which lacks a privilege here: GRANT SELECT ON the table, and USAGE "
    "ON its schema, TO birth_caller. `birth-console doctor` prints these statements."
)
_READER_REFUSED = (
    "Code that runs when the table is read refuses birth_caller, the role that reads it ({where}). Let it admit "
    "birth_caller, or ask a gatekeeper to exempt the collection."
)
# The server's own function for RAISE: no right is missing where code says so by itself.
_RAISED = "exec_stmt_raise"


@contextmanager
def translated(*, read_only: bool = False) -> Iterator[None]:
    """Turn every driver error inside into a ConsoleError. `read_only`: who connected wants nothing to be written."""
    try:
        yield
    except psycopg.Error as error:
        found = _as_asked(error) if read_only and error.sqlstate == _READ_ONLY else console_error(error)
        found.sqlstate = error.sqlstate or ""
        raise found from error


def _as_asked(error: psycopg.Error) -> ConsoleError:
    hint = "This session is read-only. Omit --read-only, or remove read_only from the profile."
    return NotAllowed(_first_line(error), code="read_only", evidence={"sqlstate": _READ_ONLY}, hint=hint)


def console_error(error: psycopg.Error) -> ConsoleError:
    """The ConsoleError that says what `error` means. It never holds a DSN."""
    state = error.sqlstate or ""
    message = error.diag.message_primary or _first_line(error)
    if state in _OURS:
        code, _, text = message.partition(": ")
        return _OURS[state](
            text, code=code, evidence=_evidence(error.diag.message_detail), hint=error.diag.message_hint or ""
        )
    denied = DENIED.match(message)
    if elsewhere := not_in_group(denied[1], message) if denied else of_node(message, error.diag.context or "", state):
        return elsewhere
    if state in _SERVER:
        kind, code, hint = _SERVER[state]
        if state == _LACKS_RIGHTS:
            hint = _what_lacks(error) or hint
        return kind(message, code=code, evidence={"sqlstate": state}, hint=hint)
    if isinstance(error, psycopg.OperationalError) and state[:2] in ("", "08", "57"):
        return _lost(message, state, silent=isinstance(error, psycopg.errors.ConnectionTimeout))
    if not state and (isinstance(error, psycopg.DataError) or message.startswith("bad value for")):
        # The driver refused before anything was sent: a value of the DSN, or one that PostgreSQL cannot hold.
        return UsageError(message, code="bad_value", hint="Correct the value that the message names.")
    return ConsoleError(
        message,
        code="database_error",
        evidence={"sqlstate": state},
        hint="Repeat with --debug for details.",
    )


def _lost(message: str, state: str, *, silent: bool) -> ConsoleError:
    """The error of a link that broke, or never came about: of a `silent` server, nothing was heard in time."""
    found = (
        no_connection(message)
        if not silent
        else NoAnswer(
            "the server did not answer in time",
            hint="Check that the server runs, and host and port of the DSN. Then retry, or raise --connect-timeout.",
        )
    )
    found.evidence = {"sqlstate": state} if state else {}
    return found


def lacks_column(error: ConsoleError) -> bool:
    """Whether a statement names a column that is not there: it itself, and no function that it calls."""
    cause = error.__cause__
    return isinstance(cause, psycopg.errors.UndefinedColumn) and not cause.diag.context


def raised_at(error: psycopg.Error) -> str:
    """Where code raised the error by itself, in the server's words; "" for an error of the server's own."""
    context = error.diag.context or ""
    return context.split("\n", 1)[0] if error.diag.source_function == _RAISED else ""


def _what_lacks(error: psycopg.Error) -> str:
    """What to do where asking for SELECT would not help; empty where it would."""
    if error.diag.source_function == _ROW_SECURITY:
        return _HIDDEN_ROWS
    context = error.diag.context or ""
    if "_birth_as_caller(" in context:
        where = raised_at(error)
        return _CALLER_REFUSED.format(where=where) if where else _CALLER_LACKS
    if _READS.search(context):
        where = raised_at(error)
        return _READER_REFUSED.format(where=where) if where else _READER_LACKS
    return _OWNER_LACKS if _AS_OWNER.search(context) else ""


def _evidence(detail: str | None) -> Evidence:
    try:
        found = json.loads(detail or "{}")
    except ValueError:
        return {"detail": detail}
    return found if isinstance(found, dict) else {"detail": found}


def _first_line(error: psycopg.Error) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
