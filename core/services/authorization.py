"""Whether this login may act at all. Asked before any gate: who may not act is not told to wait for one."""

from core.db.connection.session import Connection
from core.db.rows.next_actions import LOGIN, STANDING
from core.errors import NotAllowed


def insist_on(connection: Connection, group: str, action: str) -> None:
    """Raise NotAllowed for a login outside `group`, or of no known person. The database asks again, by itself."""
    login = connection.one(LOGIN)
    if group not in login.groups:
        raise NotAllowed(
            f"this login may not {action}",
            evidence={"needs": group},
            hint=f"Ask an administrator for the group {group}.",
        )
    if login.person is None:
        raise NotAllowed(
            "this login is not mapped to a person",
            code="unknown_person",
            evidence={"needs": group},
            hint="Ask an administrator: `birth-console people add LOGIN --person NAME --group G`.",
        )


def insist_on_distance(connection: Connection, number: int) -> None:
    """Raise NotAllowed where the person behind this login had a hand in a run."""
    run = connection.row(STANDING, {"run": number})
    if run is not None and run.parts:
        person = connection.one(LOGIN).person
        raise NotAllowed(
            f"{person} took part in run {number} and cannot certify it",
            code="self_certification",
            evidence={"run": number, "person": person, "parts": run.parts},
            hint="Ask a reviewer who took no part in the run.",
        )
