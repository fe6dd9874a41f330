"""Errors of a coordinator of Citus that say what one of its nodes refused, or that a node is gone."""

import re

from core.errors import ConsoleError, Evidence, NotAllowed, Unavailable, VerificationFailed

_REFUSED = re.compile(r"^while executing command on (\S+)$", re.MULTILINE)
_GONE = re.compile(
    r"^(?:connection to the remote node (?:\S+@)?(?P<refused>\S+) failed\b"
    r"|could not establish any connections to the node (?P<silent>\S+) after)"
)
_ANOTHER = re.compile(r"\bplacements that were modified in this transaction by a different user\b")
_LACKS_RIGHTS = "42501"
_SPREAD = (
    "The table is distributed. Its shards are read as birth_caller, which lacks a right or a login on this node: "
    "`birth-console init` gives both, or prints the SQL. See `birth-console docs adopt`, Citus."
)
_INCAPABLE = "The table is distributed. See `birth-console docs adopt`, Citus."
_AS_ANOTHER = (
    "Nothing of this batch was kept. The register function, or what it calls, wrote the registry as another role than "
    "birth_caller, and Citus keeps what a role wrote from the others. Make that function SECURITY INVOKER."
)
_LOGIN = re.compile(r'\brole "?[^"]+"? (does not exist|is not permitted to log in)|authentication failed')


def of_node(message: str, context: str, state: str) -> ConsoleError | None:
    """What a node said, or that it is gone, in our words; None for what the server itself says."""
    if _ANOTHER.search(message):
        evidence: Evidence = {"sqlstate": state}
        return VerificationFailed(message, code="wrote_as_another", evidence=evidence, hint=_AS_ANOTHER)
    if gone := _GONE.search(message):
        first, node = message.splitlines()[0], gone["refused"] or gone["silent"]
        if _LOGIN.search(message):
            return NotAllowed(first, code="node_refused", evidence=_evidence(node, state), hint=_SPREAD)
        hint = "Check that this node of Citus runs, then retry. Tables that are local are not concerned."
        return Unavailable(first, code="node_unavailable", evidence=_evidence(node, state), hint=hint)
    refused = _REFUSED.search(context)
    if refused is None:
        return None
    kind, hint = (NotAllowed, _SPREAD) if state == _LACKS_RIGHTS else (ConsoleError, _INCAPABLE)
    return kind(f"node {refused[1]}: {message}", code="node_refused", evidence=_evidence(refused[1], state), hint=hint)


def _evidence(node: str, state: str) -> Evidence:
    return {"node": node, "sqlstate": state}
