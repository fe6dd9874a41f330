"""Why no encrypted connection came about: by the words of libpq and of servers."""

import re
from typing import Final

# Words, code and hint. The message names the file or host that the hint speaks of.
TLS: Final = (
    (
        re.compile(r"root certificate file .* does not exist"),
        "tls_root_missing",
        "Put the provider's root certificate in the file that the message names, or name another with sslrootcert.",
    ),
    (
        re.compile(r"root certificate|certificate revocation list"),
        "tls_root_unreadable",
        (
            "Replace the file that the message names: the provider's root certificates in PEM format, readable by you. "
            "Or name another with sslrootcert."
        ),
    ),
    (
        # libpq says the same of it as of one that is not trusted: it is only known by asking again.
        re.compile(r"server certificate has expired"),
        "tls_expired",
        (
            "The server's certificate is outside its period of validity, by this machine's clock. Have an "
            "administrator renew it, or correct the clock; do not lower sslmode."
        ),
    ),
    (
        re.compile(r"certificate verify failed|unknown ca|self.signed certificate"),
        "tls_untrusted",
        (
            "The server's certificate is not signed by the roots in sslrootcert (default ~/.postgresql/root.crt), or "
            "has expired. Get the provider's current root certificate; do not lower sslmode."
        ),
    ),
    (
        re.compile(r"server certificate for .* does not match host name"),
        "tls_other_host",
        (
            "Connect by a name that the certificate holds. For an address or a tunnel, set hostaddr and keep that name "
            "as host."
        ),
    ),
    (
        re.compile(r"server does not support SSL|server does not support GSSAPI"),
        "tls_unsupported",
        "The server offers no encryption here. Check host and port, or have an administrator enable ssl.",
    ),
    (
        re.compile(r"no pg_hba\.conf entry for .*no encryption|(?i:requires? (SSL|encryption|TLS))"),
        "tls_required",
        "The server admits this login over TLS only. Set sslmode=verify-full, or at least require.",
    ),
    (
        re.compile(r"private key file|could not load (private key|certificate)|could not open certificate file"),
        "tls_client_key",
        (
            "Correct the client's key or certificate file that the message names: sslkey and sslcert, readable by you "
            "alone (chmod 600)."
        ),
    ),
    (
        re.compile(
            r"valid client certificate|certificate required|alert (bad|expired|revoked|unsupported) certificate"
            r"|certificate (expired|revoked)|certificate authentication failed"
        ),
        "tls_client_refused",
        "The server wants a client certificate, and refused this one. Set sslcert and sslkey to those of this login.",
    ),
    (
        re.compile(r"channel binding"),
        "channel_binding",
        (
            "channel_binding=require needs TLS and scram-sha-256 on both sides. Connect directly: a proxy that ends "
            "TLS cannot bind the channel."
        ),
    ),
    (
        re.compile(r"SSL (SYSCALL )?error|SSL negotiation"),
        "tls_failed",
        "The encrypted connection failed. Check that host and port are PostgreSQL's, and both sides' TLS versions.",
    ),
)
