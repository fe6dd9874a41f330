"""The whole acceptance line through the services, for tests that start somewhere along it."""

import csv
from importlib import resources

from core.db.connection.session import Connection
from core.domain.backfill.permit import lifetime
from core.domain.classify.identity import Identity, column_identity, synthetic_identity
from core.services.backfill import permits, plan, reconcile
from core.services.classify import classify
from tests.databases import Database

EVERYTHING = 1_000_000


def intended() -> dict[str, Identity | None]:
    """What the census means each unclassified REQUIRED collection to be identified by; None for an exemption."""
    text = (resources.files("core.demo") / "census.csv").read_text(encoding="utf-8")
    found: dict[str, Identity | None] = {}
    for row in csv.DictReader(text.splitlines()):
        if row["identity_strategy"] != "unclassified" or row["requirement"] != "REQUIRED":
            continue
        name, wanted = row["collection"], row["intended_identity"]
        if wanted == "exempt":
            found[name] = None
        else:
            found[name] = synthetic_identity(name, wanted) if ":" in wanted else column_identity(name, wanted)
    return found


def resolve_blockers(database: Database) -> None:
    """Classify and exempt as the census intends."""
    with database.connect("operator1") as operator, database.connect("gatekeeper1") as gatekeeper:
        for name, wanted in intended().items():
            if wanted is None:
                classify.exempt(gatekeeper, name, "it has no table")
            else:
                classify.classify(operator, wanted)


def open_permit(database: Database, budget: int = EVERYTHING, collections: tuple[str, ...] = ()) -> int:
    """Open a permit as gatekeeper1."""
    with database.connect("gatekeeper1") as gatekeeper:
        return permits.open_permit(
            gatekeeper, budget=budget, lifetime=lifetime("1h"), reason="test", collections=collections
        ).permit


def make_plan(connection: Connection, *collections: str) -> int:
    """Plan `collections`, or all of them."""
    return plan.plan(connection, collections or None).run.run


def make_reconciled(connection: Connection, *collections: str) -> int:
    """Plan and reconcile."""
    number = make_plan(connection, *collections)
    reconcile.reconcile(connection, number, "compared by a test")
    return number
