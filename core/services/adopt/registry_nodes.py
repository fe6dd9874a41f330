"""A registry that Citus keeps on its nodes: the steps that let it be read and written there."""

from core.db.connection.session import Connection
from core.db.install import registry_nodes
from core.db.rows import init
from core.services.adopt import nodes
from core.services.adopt.script_draft import SUPERUSER, Draft


def keep_ours(connection: Connection, made: Draft) -> bool:
    """Whether nodes keep the registry, and it is the console's own."""
    return (
        "registry" not in made.tables
        and connection.one(init.CITUS).here
        and connection.one(registry_nodes.kept(made.schema, made.in_schema("birth_registry"))).by_nodes
    )


def draft(connection: Connection, made: Draft, *, withdraws: bool) -> None:
    """The steps by which the functions read the registry as it is kept, and by which nodes let it be used.

    None where it is not on nodes, or where they do already. After it was said that runs may be withdrawn
    (`withdraws`), and before what Citus repeats on them in this transaction.
    """
    bound = made.tables.get("registry")
    table = bound.identifier if bound else made.in_schema("birth_registry")
    schema = bound.schema if bound else made.schema
    if not connection.one(init.CITUS).here:
        return
    found = connection.one(registry_nodes.kept(made.schema, table))
    if found.outdated and not (bound and bound.is_new):
        made.add(
            f"what reads the registry is made for one that {'nodes keep' if found.by_nodes else 'is kept here'}",
            registry_nodes.redefining(made.schema),
        )
    if found.by_nodes and nodes.lack(connection, registry_nodes.lacking(table, withdraws=withdraws)):
        made.add(
            "the nodes of Citus let birth_caller register, and people read the registry",
            registry_nodes.letting_in(schema, table),
            needs="" if made.survey.is_superuser else SUPERUSER,
            elsewhere=True,
        )
