"""Tables that Citus keeps on its nodes: what those need, so that the console reads them; and who is no coordinator."""

from collections.abc import Collection, Mapping

from core.db.connection.session import Connection
from core.db.install import nodes
from core.db.install.nodes import Node
from core.db.rows import init
from core.db.rows.enrolment import Relation
from core.db.rows.query import Reading
from core.domain.adopt.enrolment import Table
from core.errors import ConsoleError, GateClosed
from core.services.adopt.script_draft import SUPERUSER, Draft, identifier


def insist_on_coordinator(connection: Connection) -> None:
    """Raise GateClosed on a node of Citus that is not its coordinator: the others would not have what is made there."""
    if not connection.one(init.CITUS).here:
        return
    found = connection.row(nodes.COORDINATOR)
    if found is None or found.here:
        return
    where = found.address or "the coordinator"
    raise GateClosed(
        "this database is a node of Citus, not its coordinator",
        code="citus_node",
        evidence={"coordinator": found.address},
        hint=f"Run init on the coordinator, {where}, and let people log in there.",
    )


def draft(connection: Connection, made: Draft, tables: Collection[Table], facts: Mapping[Table, Relation]) -> None:
    """The steps by which birth_caller may read those of these tables that are kept on nodes. None where it can."""
    if not tables or not connection.one(init.CITUS).here:
        return
    found = {row.relid for row in connection.rows(nodes.sharded([facts[each].relid for each in tables]))}
    kept = [each for each in tables if facts[each].relid in found]
    if not kept or not lack(connection, nodes.closed([identifier(each) for each in kept])):
        return
    made.add(
        "birth_caller may log in on the nodes of Citus",
        nodes.login(),
        needs="" if made.survey.is_superuser else SUPERUSER,
        elsewhere=True,
    )
    owned = made.survey.is_superuser or all(facts[each].owned and facts[each].owns_schema for each in kept)
    made.add(
        f"birth_caller may read the shards of {len(kept)} tables",
        nodes.reading(sorted({each.schema for each in kept}), [identifier(each) for each in kept]),
        needs="" if owned else "the tables' owners",
        elsewhere=True,
    )


def lack(connection: Connection, asked: Reading[Node]) -> bool:
    """Whether a node lacks what it is asked for; where this login may not ask, it may."""
    try:
        with connection.reading():
            return bool(connection.rows(asked))
    except ConsoleError:
        if connection.is_closed:
            raise
        return True
