"""A session: the database of the settings, as one login, from which services get their connections."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeVar

from core.db.connection.installed import insist_alone, insist_current
from core.db.connection.session import Connection
from core.db.rows.session import IDENTITY
from core.errors import ConsoleError, NoAnswer, Unavailable
from core.settings import Settings, data_home

if TYPE_CHECKING:
    from core.db.connection.apply_connection import ApplyConnection
    from core.db.embedded.server import EmbeddedServer

C = TypeVar("C", bound=Connection)
OnProgress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Server:
    """Who and where a session is: what the status bar shows. `confirm` is typed before what cannot be taken back."""

    login: str
    database: str
    schema: str
    version: str
    word: str
    read_only: bool
    groups: tuple[str, ...] = ()
    colour: str = ""
    confirm: str = ""
    is_demo: bool = False


class Session:
    """Opens connections for the settings. For the demo it also holds the embedded server in use.

    `has_connected`: whether the server took a connection; `may_write`: whether one that may write. Use as a context
    manager: leaving it lets the embedded server stop with its last user.
    """

    def __init__(self, settings: Settings, progress: OnProgress = lambda _: None) -> None:
        self.settings = settings
        self._progress = progress
        self._embedded: EmbeddedServer | None = None
        self._dsn = settings.dsn
        self.has_connected = False
        self.may_write = False

    def browse(self) -> Connection:
        """A new READ ONLY connection. Blocks; the first one of the demo may start and build it."""
        return self._open(Connection, read_only=True)

    def write(self) -> Connection:
        """A new connection that may write, unless the session is read-only: then the server refuses.

        Raises GateClosed where the schema is of another version (`schema_outdated`, `schema_newer`), or others may
        create in it (`schema_shared`).
        """
        return self._current(self._open(Connection, read_only=self.settings.read_only))

    def apply(self) -> "ApplyConnection":
        """A new connection for applying a run: guarded, and bounded in time. Raises as `write` does."""
        from core.db.connection.apply_connection import ApplyConnection  # noqa: PLC0415 - only an apply needs its guard

        return self._current(self._open(ApplyConnection, read_only=self.settings.read_only))

    def install(self) -> Connection:
        """A new connection for what installs, upgrades or removes: whatever version is there."""
        return self._open(Connection, read_only=self.settings.read_only)

    def answers(self, seconds: int) -> bool:
        """Whether the server takes one more connection within some seconds, or says why it does not."""
        try:
            Connection.open(self._target(), self.settings.schema, timeout=seconds).close()
        except Unavailable as error:
            return error.code not in (Unavailable.default_code, NoAnswer.default_code)
        except ConsoleError:
            return True
        return True

    def give_up(self) -> None:
        """The server was waited for in vain: where it is the embedded one, leaving does not wait once more."""
        if self._embedded is not None:
            self._embedded.give_up()

    def server(self, connection: Connection) -> Server:
        """Say where `connection` goes, as the server itself reports it."""
        found = connection.one(IDENTITY)
        return Server(
            login=found.login,
            database=found.database,
            schema=self.settings.schema,
            version=found.version,
            # No profile says what it is, but its name does.
            word=self.settings.word or ("PRODUCTION" if "prod" in found.database.lower() else ""),
            read_only=self.settings.read_only,
            groups=found.groups,
            colour=self.settings.colour,
            confirm=self.settings.confirm,
            is_demo=self.settings.is_demo,
        )

    def close(self) -> None:
        """Release the embedded server, if this session uses it."""
        if self._embedded is not None:
            self._embedded.release()
            self._embedded = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self, kind: type[C], *, read_only: bool) -> C:
        timeout = self.settings.connect_timeout
        opened = kind.open(self._target(), self.settings.schema, read_only=read_only, timeout=timeout)
        self.has_connected = True
        self.may_write = self.may_write or not read_only
        return opened

    def _current(self, opened: C) -> C:
        try:
            insist_current(opened.schema, opened.installed)
            insist_alone(opened.schema, opened.installed, opened.creator)
        except ConsoleError:
            opened.close()
            raise
        return opened

    def _target(self) -> str:
        if self._dsn is not None:
            return self._dsn
        from core.services.demo import open_demo  # noqa: PLC0415 - only the demo pays for its builder

        if self._embedded is None:
            # A read-only session does not write even the demo, which stays as an earlier version built it.
            settings = self.settings
            self._embedded = open_demo(data_home(), self._progress, patience=settings.connect_timeout,
                                       upgraded=not settings.read_only)  # fmt: skip
        return self._embedded.dsn(self.settings.login)
