"""What a connection that never came about says, in the words of libpq and of servers, and which hint it gets."""

import pytest

from core.db.connection.no_connection import is_understood, no_connection
from core.db.connection.node_errors import of_node
from core.errors import VerificationFailed

_REFUSED = 'connection to server at "db" (10.0.0.1), port 5432 failed: '
_SAID = {
    'root certificate file "/home/ana/.postgresql/root.crt" does not exist': "tls_root_missing",
    'could not read root certificate file "/home/ana/root.crt": no certificate or crl found': "tls_root_unreadable",
    "SSL error: certificate verify failed": "tls_untrusted",
    "SSL error: tlsv1 alert unknown ca": "tls_untrusted",
    'server certificate for "db.example.com" does not match host name "10.0.0.1"': "tls_other_host",
    "server does not support SSL, but SSL was required": "tls_unsupported",
    'FATAL:  no pg_hba.conf entry for host "10.0.0.9", user "ana", database "shop", no encryption': "tls_required",
    'FATAL:  no pg_hba.conf entry for host "10.0.0.9", user "ana", database "shop", SSL encryption': "login_refused",
    'private key file "client.key" has group or world access; file must have permissions u=rw': "tls_client_key",
    'certificate present, but not private key file "client.key"': "tls_client_key",
    'could not open certificate file "client.crt": Permission denied': "tls_client_key",
    "FATAL:  connection requires a valid client certificate": "tls_client_refused",
    'FATAL:  certificate authentication failed for user "ana"': "tls_client_refused",
    "SSL error: sslv3 alert certificate expired": "tls_client_refused",
    "channel binding required, but SSL not in use": "channel_binding",
    "channel binding required but not supported by server's authentication request": "channel_binding",
    "SSL error: wrong version number": "tls_failed",
    "invalid SSL protocol version range": "bad_dsn",
    'FATAL:  password authentication failed for user "ana"': "login_refused",
    "Connection refused": "server_unavailable",
}


@pytest.mark.parametrize("words", _SAID)
def test_tls_certificates_and_channel_binding_have_codes_and_hints_of_their_own(words: str) -> None:
    found = no_connection(_REFUSED + words)
    assert (found.code, is_understood(_REFUSED + words)) == (_SAID[words], _SAID[words] != "server_unavailable")
    assert "disable" not in found.hint


def test_a_register_function_that_wrote_to_nodes_as_another_role_is_told_as_that() -> None:
    said = "cannot perform query on placements that were modified in this transaction by a different user"
    found = of_node(said, "", "25001")
    assert isinstance(found, VerificationFailed)
    assert (found.code, found.exit_status, "SECURITY INVOKER" in found.hint) == ("wrote_as_another", 5, True)


@pytest.mark.parametrize(
    ("message", "context", "state", "said"),
    [
        (
            "connection to the remote node ana@10.0.0.7:5432 failed with the following error: Connection refused",
            "",
            "08006",
            ("node_unavailable", "10.0.0.7:5432"),
        ),
        (
            "could not establish any connections to the node 10.0.0.7:5432 after 30000 ms",
            "",
            "08006",
            ("node_unavailable", "10.0.0.7:5432"),
        ),
        (
            "permission denied for table far_102008",
            "while executing command on 10.0.0.7:5432",
            "42501",
            ("node_refused", "10.0.0.7:5432"),
        ),
        (
            'schema "birth" does not exist',
            'while executing command on db7:5432\nSQL statement "SELECT 1"',
            "3F000",
            ("node_refused", "db7:5432"),
        ),
    ],
)
def test_what_a_node_of_citus_says_is_not_told_as_the_servers_own_words(
    message: str, context: str, state: str, said: tuple[str, str]
) -> None:
    found = of_node(message, context, state)
    assert found is not None
    assert (found.code, found.evidence["node"]) == said
    assert of_node(message.replace("node", "host"), "", state) is None
