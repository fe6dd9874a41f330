"""Superusers' sessions that are kept for what tests say next: a new one costs forty times what most statements do.

Each is as good as new: settings, roles, locks and temporary tables do not outlast a block.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

Session = psycopg.Connection[dict[str, Any]]
_FLUSHED_BY_HAND = 150_000  # since when counters of rows can be told at once, as at a session's end
_AS_NEW = "SET SESSION AUTHORIZATION DEFAULT; RESET ALL; DISCARD TEMP; SELECT pg_advisory_unlock_all()"
_TOLD = "; SELECT pg_stat_force_next_flush()"
_kept: dict[str, dict[str, Session]] = {}  # by server and database


@contextmanager
def to(dsn: str) -> Iterator[None]:
    """A block in which sessions of this server are kept."""
    _kept[dsn] = {}
    try:
        yield
    finally:
        for session in _kept.pop(dsn).values():
            session.close()


@contextmanager
def of(dsn: str, database: str) -> Iterator[Session]:
    """A session for a block: a kept one for the main thread, where sessions of this server are kept."""
    sessions = _kept.get(dsn) if threading.current_thread() is threading.main_thread() else None
    session = _alive(sessions.pop(database, None)) if sessions is not None else None
    session = session or _opened(dsn, database)
    try:
        yield session
    finally:
        if sessions is None or database in sessions or not _is_as_new(session):
            session.close()
        else:
            sessions[database] = session


def leave(dsn: str, database: str) -> None:
    """End what is kept of a database: nobody may be connected to one that is copied or dropped."""
    if session := _kept.get(dsn, {}).pop(database, None):
        session.close()


def _opened(dsn: str, database: str) -> Session:
    found = make_conninfo(dsn, dbname=database)
    return psycopg.connect(found, autocommit=True, row_factory=dict_row, prepare_threshold=None)


def _alive(session: Session | None) -> Session | None:
    """This session, unless a test has ended it."""
    if session is not None:
        try:
            session.execute(b"SELECT")
        except psycopg.Error:
            session.close()
            return None
    return session


def _is_as_new(session: Session) -> bool:
    """Whether it could be made so."""
    try:
        if session.info.transaction_status != TransactionStatus.IDLE:
            session.commit()
        told = _TOLD if session.info.server_version >= _FLUSHED_BY_HAND else ""
        session.execute((_AS_NEW + told).encode())
    except psycopg.Error:
        return False
    return True
