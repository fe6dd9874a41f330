"""The contract of one collection, read live: its gates with evidence, and the SQL that a backfill of it runs."""

from collections.abc import Iterator

from core.db.connection.guard import formatted
from core.db.connection.session import Connection
from core.domain.overview.contract import Contract, ReadableSql, Terms, contract
from core.errors import ConsoleError, GateClosed, UsageError
from core.services.classify import sources
from core.services.classify.proof import prove
from core.services.classify.sources import Source
from core.services.overview import matrix

PROOF_SECONDS = 30  # somebody waits in front of a screen: what takes longer is unproven, and says so


def read(connection: Connection, collection: str, *, seconds: int = PROOF_SECONDS) -> Iterator[Contract]:
    """The contract by what the catalogs say, at once; then again with its rows looked at, where there is something.

    Raises UsageError for a name that no collection has. A proof that fails leaves its gates unknown, with the reason.
    """
    source = sources.find(connection, collection)
    facts = matrix.facts(connection, collection)
    if source is None or facts is None:
        raise UsageError(f"there is no collection {collection}", code="unknown_collection", hint="Look again.")
    gateway = connection.rows("contract.gateway")[0]
    terms = Terms(facts, gateway["register_function"], gateway["bound"], unproven="it has no identity")
    if not terms.is_provable or source.identity is None:
        yield contract(terms)
        return
    statements = tuple(_statements(connection, source))
    yield contract(Terms(facts, terms.register_function, terms.bound, unproven="looking at its rows…"), statements)
    try:
        proof, unproven = prove(connection, source, source.identity, seconds=seconds), ""
    except ConsoleError as error:
        if connection.is_closed:
            raise
        proof, unproven = None, error.message
    yield contract(Terms(facts, terms.register_function, terms.bound, proof, unproven), statements)


def _statements(connection: Connection, source: Source) -> Iterator[ReadableSql]:
    """Each of them is the one that really runs; a column whose type gives no stable text has none."""
    try:
        counting = sources.counts(connection, source)
    except GateClosed:
        return
    yield ReadableSql("counts its rows and those that are registered", formatted(counting.as_string(connection.driver)))
    found = connection.value("contract.statements", {"collection": source.collection})
    if found is not None:
        yield ReadableSql("plans it: stores what is missing", formatted(found["plan"]))
        yield ReadableSql("reads one batch of it", formatted(found["read"]))
        yield ReadableSql("registers that batch", formatted(found["register"]))
