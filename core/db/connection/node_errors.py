"""Errors of a coordinator of Citus that say what one of its nodes refused, or that a node is gone."""

import re

from core.errors import ConsoleError, Evidence, NotAllowed, Unavailable

_REFUSED = re.compile(r"^while executing command on (\S+)$", re.MULTILINE)
_GONE = re.compile(r"^connection to the remote node (?:\S+@)?(\S+) failed\b")
_LACKS_RIGHTS = "42501"
_SPREAD = (
    "The table is distributed. Logins read its shards by rights that were granted while "
    "citus.enable_ddl_propagation was on; see `birth-console docs adopt`, Citus."
)
_INCAPABLE = (
    "The table is distributed, and its nodes have none of the console's functions: exempt it, or keep it local. "
    "See `birth-console docs adopt`, Citus."
)


def of_node(message: str, context: str, state: str) -> ConsoleError | None:
    """What a node said, or that it is gone, in our words; None for what the server itself says."""
    if gone := _GONE.search(message):
        first = message.splitlines()[0]
        hint = "Check that this node of Citus runs, then retry. Tables that are local are not concerned."
        return Unavailable(first, code="node_unavailable", evidence=_evidence(gone[1], state), hint=hint)
    refused = _REFUSED.search(context)
    if refused is None:
        return None
    kind, hint = (NotAllowed, _SPREAD) if state == _LACKS_RIGHTS else (ConsoleError, _INCAPABLE)
    return kind(f"node {refused[1]}: {message}", code="node_refused", evidence=_evidence(refused[1], state), hint=hint)


def _evidence(node: str, state: str) -> Evidence:
    return {"node": node, "sqlstate": state}
