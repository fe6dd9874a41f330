"""A real PgBouncer before the tests' server."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from pwd import getpwnam, getpwuid

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from core.settings import DEMO_LOGINS
from tests.databases import Database
from tests.homes import eventually

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
_INI = """
[databases]
* = {target}
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = 6432
auth_type = trust
auth_file = {folder}/users.txt
pool_mode = {mode}
default_pool_size = {size}
"""


@contextmanager
def pooled(database: Database, mode: str, *, size: int = 20) -> Iterator[Database]:
    """The database by way of a pooler in that mode, with `size` processes for each login."""
    assert PGBOUNCER is not None
    target = conninfo_to_dict(database.server.dsn)
    where = {name: str(target[name]) for name in ("host", "port") if target.get(name)}
    with tempfile.TemporaryDirectory(prefix="birth-pooler-") as name:
        folder = Path(name)
        passwords = {str(target["user"]): target.get("password", "")} | dict.fromkeys(
            DEMO_LOGINS, database.server.password
        )
        (folder / "users.txt").write_text("".join(f'"{user}" "{word}"\n' for user, word in passwords.items()))
        (folder / "bouncer.ini").write_text(
            _INI.format(target=make_conninfo("", **where), folder=folder, mode=mode, size=size)
        )
        account, group = _account(Path(where.get("host", "/")))
        for path in (folder, *folder.iterdir()):
            os.chown(path, account, group)
        process = subprocess.Popen(
            ["setpriv", f"--reuid={account}", f"--regid={group}", "--clear-groups"] * (os.getuid() == 0)
            + [PGBOUNCER, "--quiet", str(folder / "bouncer.ini")]
        )
        try:
            assert eventually(lambda: _listens(folder / ".s.PGSQL.6432"))
            yield replace(
                database, server=replace(database.server, dsn=f"host={folder} port=6432 user={target['user']}")
            )
        finally:
            process.terminate()
            process.wait(10)


def _account(sockets: Path) -> tuple[int, int]:
    """Not root, as which it will not run; the owner of the server's sockets, where nobody else gets at them."""
    if os.getuid() != 0:
        return os.getuid(), os.getgid()
    owner = sockets.stat().st_uid if sockets.is_dir() else 0
    found = getpwuid(owner) if owner else getpwnam("postgres")
    return found.pw_uid, found.pw_gid


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0
