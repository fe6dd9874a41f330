"""The contract of one collection, read live: its gates with evidence, and the SQL that a backfill of it runs."""

from collections.abc import Iterator
from dataclasses import replace

from core.db.connection.guard import formatted
from core.db.connection.session import Connection
from core.db.rows.contract import GATEWAY, GATEWAY_CODE, STATEMENTS
from core.domain.overview.contract import Contract, ReadableSql, Terms, contract
from core.errors import ConsoleError, GateClosed, UsageError
from core.services.classify import sources
from core.services.classify.proof import prove
from core.services.classify.sources import Source
from core.services.overview import matrix

PROOF_SECONDS = 30  # an operator waits at a screen: what takes longer is unproven, and says so


def read(connection: Connection, collection: str, *, seconds: int = PROOF_SECONDS) -> Iterator[Contract]:
    """The contract by what the catalogs say, at once; then again with its rows looked at, where there is something.

    Raises UsageError for a name that no collection has. A proof that fails leaves its gates unknown, with the reason.
    """
    source = sources.find(connection, collection)
    facts = matrix.facts(connection, collection)
    if source is None or facts is None:
        raise UsageError(f"unknown collection {collection}", code="unknown_collection", hint="Refresh.")
    gateway, told = connection.one(GATEWAY), connection.one(GATEWAY_CODE, {"collection": collection})
    terms = Terms(
        facts,
        gateway.register_function,
        gateway.bound,
        gateway_code=told.told,
        gateway_agrees=told.agrees,
        unproven="it has no identity",
    )
    if not terms.is_provable or source.identity is None:
        yield contract(terms)
        return
    statements = tuple(_statements(connection, source))
    yield contract(replace(terms, unproven="checking its rows…"), statements)
    try:
        proof, unproven = prove(connection, source, source.identity, seconds=seconds), ""
    except ConsoleError as error:
        if connection.is_closed:
            raise
        proof, unproven = None, error.message
    yield contract(replace(terms, proof=proof, unproven=unproven), statements)


def _statements(connection: Connection, source: Source) -> Iterator[ReadableSql]:
    """Each of them is the one that really runs; a column whose type gives no stable text has none."""
    try:
        counting = sources.count_statement(connection, source, grouped=False)
    except GateClosed:
        return
    counting_text = formatted(counting.statement.as_string(connection.driver))
    yield ReadableSql("counts source and registered rows", counting_text)
    row = connection.row(STATEMENTS, {"collection": source.collection})
    if row is not None and (found := row.statements) is not None:
        for title, text in (
            ("plans: stores the missing rows", found.plan),
            ("reads one batch", found.read),
            ("registers the batch", found.register),
        ):
            if text is not None:
                yield ReadableSql(title, formatted(text))
