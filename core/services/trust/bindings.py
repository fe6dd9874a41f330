"""What is bound, for `audit` and `doctor`: what it was when it was bound, and what has changed since."""

from core.db.connection.session import Connection
from core.db.rows.doctor import BINDINGS
from core.domain.trust.bound import Bound
from core.version import is_first


def bindings(connection: Connection) -> list[Bound]:
    """Every part that is bound; none in a schema of the first version, which kept no such thing."""
    if is_first(connection.installed):
        return []
    return [
        Bound(each.part, each.object, each.was, tuple(each.changed), each.bound_by, each.bound_at, each.is_ours)
        for each in connection.rows(BINDINGS)
    ]
