"""What has birth_owner's rights, or sits on our tables, and was made by no installation."""

from psycopg.types.json import Jsonb

from core.db.connection.session import Connection
from core.db.install import installer
from core.db.rows.doctor import STRANGERS
from core.domain.trust.check import Check, check
from core.services.adopt.install import DASHBOARD

_SHOWN = 20
# Made by what is bound, where a column of the registry holds the key of each row.
_KEYED = ("fn_birth_register_keyed", ["text", "text", "text", "timestamptz", "text", "boolean"])


def examine(connection: Connection) -> Check:
    """Whether birth_owner owns anything that an installation does not make. Changes nothing."""
    # It passes every gate: a login that may call such a function does what only the console's own should.
    stand_ins = installer.stand_ins()
    parts = [*stand_ins, *installer.parts()]
    rows = connection.rows(
        STRANGERS,
        {
            "functions": Jsonb([_KEYED, *(made for part in parts for made in part.functions)]),
            "relations": [
                DASHBOARD,
                *(name for part in parts for kind, name in part.makes if kind != "function"),
            ],
            "stand_ins": [name for part in stand_ins for _, name in part.makes],
            "triggers": Jsonb([made for part in parts for made in part.triggers]),
        },
    )
    found = [{"object": row.object, "open_to": row.open_to} for row in rows]
    return check(
        "strangers",
        "birth_owner owns only installed objects",
        "failed" if found else "passed",
        {"objects": found[:_SHOWN], "found": len(found)},
        "Drop these objects or give them another owner: code that runs as birth_owner bypasses the gates.",
    )
