"""Why a connection never came about."""

import re

from core.db.connection.tls_errors import TLS
from core.errors import ConsoleError, NoAnswer, Unavailable, UsageError

_UNREACHED, _BAD_DSN, _STARTING = "server_unavailable", "bad_dsn", "server_starting"
# A connection that never came about has no SQLSTATE: its words tell why, and where they are of another language,
# the caller that connected finds out and says which of these it is.
_NO_CONNECTION = (
    (
        re.compile(r"authentication method requirement .* failed"),
        "authentication_refused",
        (
            "The server asked for the password in a way that is not allowed here; it was not sent. Have the server use "
            "scram-sha-256. If it must be in clear (LDAP, PAM): add require_auth=password and sslmode=verify-full to "
            "the DSN."
        ),
    ),
    *TLS,
    (
        re.compile(
            r"password authentication failed|no password supplied|no pg_hba\.conf entry|role .* does not exist"
            r"|is not permitted to log in"
        ),
        "login_refused",
        "Check user and password (.pgpass, PGPASSWORD or the DSN), and that pg_hba.conf admits this login.",
    ),
    (re.compile(r"database .* does not exist"), "no_database", "Check the database name in the DSN."),
    (
        re.compile(r"too many clients|remaining connection slots|too many connections"),
        "too_many_connections",
        "The server has no connection left. Retry, or ask an administrator to raise max_connections.",
    ),
    (
        re.compile(
            r"the database system is (starting up|shutting down|in recovery mode|not yet accepting|not accepting)"
        ),
        _STARTING,
        "The server starts, stops or recovers. Retry in a moment.",
    ),
    (
        re.compile(
            r"definition of service .* not found|invalid .* value|invalid SSL protocol version range"
            r"|unrecognized configuration parameter"
        ),
        _BAD_DSN,
        "Correct the DSN, the service file or the PG… variables.",
    ),
    (re.compile(r""), _UNREACHED, "Check that the server runs, and host and port of the DSN."),
)


def no_connection(message: str, code: str = "") -> ConsoleError:
    """Why a connection never came about, by its words or by the `code` that is known."""
    for words, known, hint in _NO_CONNECTION:
        if known == code or (not code and words.search(message)):
            kind = {_BAD_DSN: UsageError, _STARTING: NoAnswer}.get(known, Unavailable)
            return kind(message, code=known, hint=hint)
    raise ValueError(code)


def is_understood(message: str) -> bool:
    """Whether the words of a refused connection say why."""
    return no_connection(message).code != _UNREACHED
