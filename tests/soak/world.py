# ruff: noqa: S311 - chance guards nothing here
"""The world of a soak: six collections in use, and what writes to them without asking anybody."""

import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread

import psycopg

TABLES = ("labels", "memos", "orders", "drafts", "pages", "links")  # beside those of the small database
OPERATORS = ("operator1", "operator2", "operator3", "operator4", "operator5", "operator6")
FILL = 3000  # rows of each table that the gateway never met
SLIP = "SET session_replication_role = replica; "

TABLE = """
CREATE TABLE public.{0} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL UNIQUE);
INSERT INTO birth.collection_registry (collection_name) VALUES ('{0}');
INSERT INTO birth.birth_policy (collection_name) VALUES ('{0}');
CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.{0}
    FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('{0}');
GRANT SELECT ON public.{0} TO birth_owner, birth_caller, birth_reader;
SET session_replication_role = replica;
INSERT INTO public.{0} (code) SELECT '{0}-old-' || n FROM generate_series(1, {1}) AS n;
"""


@dataclass
class Writers:
    """Sessions that insert, slip past the gateway, and delete, until they are told to stop."""

    dsn: str
    stop: Event = field(default_factory=Event)
    written: dict[str, int] = field(default_factory=lambda: {"gateway": 0, "slipped": 0, "deleted": 0, "refused": 0})

    def start(self) -> list[Thread]:
        """Begin: ten rows a second by the gateway, ten past it, and four deletes."""
        acts: tuple[tuple[str, Callable[[str, int], str], float], ...] = (
            ("gateway", lambda table, n: f"INSERT INTO public.{table} (code) VALUES ('{table}-new-{n}')", 10),
            ("slipped", lambda table, n: f"{SLIP}INSERT INTO public.{table} (code) VALUES ('{table}-past-{n}')", 10),
            ("deleted", lambda table, _: f"DELETE FROM public.{table} WHERE id = ({_some(table)})", 4),
        )
        threads = [Thread(target=self._write, args=act, daemon=True) for act in acts]
        for each in threads:
            each.start()
        return threads

    def _write(self, name: str, statement: Callable[[str, int], str], rate: float) -> None:
        number = 0
        link: psycopg.Connection | None = None
        while not self.stop.is_set():
            number += 1
            try:
                link = link or psycopg.connect(self.dsn, autocommit=True, connect_timeout=5)
                link.execute(statement(random.choice(TABLES), number).encode())
                self.written[name] += 1
            except psycopg.Error:
                # A failover, or a row whose code is there already. Whether it was written, the database says.
                self.written["refused"] += 1
                with suppress(psycopg.Error):
                    if link is not None:
                        link.close()
                link = None
            time.sleep(1 / rate)
        if link is not None:
            link.close()


def _some(table: str) -> str:
    return f"SELECT id FROM public.{table} OFFSET floor(random() * {FILL}) LIMIT 1"
