"""The cluster that is kept from one run to the next, with the templates in it. Each server starts on a copy.

It stands in BIRTH_TEST_CACHE (build/tests, unless set) under a name that says what it was built from, so that another
content is another cluster. Whoever builds one holds the lock, makes it under a name that nobody takes for a finished
one, and renames it. The kernel frees the lock of a process that is killed; the next builder removes what it left.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
from fasteners import InterProcessReaderWriterLock
from psycopg import sql
from psycopg.conninfo import make_conninfo

from core.db.embedded import server
from tests.makers import Maker, an_empty
from tests.templates import BUILDERS

ROOT = Path(__file__).parents[1]
# What the templates are built by and from. Another file that matters stands in one of these, or is added here.
SOURCES = ("core/sql", "core/db", "core/demo", "core/*.py", "tests/templates.py", "tests/makers.py", "tests/kept.py")
_ENDINGS = (".py", ".sql", ".csv", ".toml")
_SETTINGS = ("min_wal_size = '32MB'", "wal_recycle = off", "fsync = off")


def cache() -> Path:
    """The folder that clusters are kept in."""
    return Path(os.environ.get("BIRTH_TEST_CACHE") or ROOT / "build" / "tests").absolute()


def name(maker: Maker) -> str:
    """What a cluster of this maker is kept under: another one as soon as anything changes that it is built from."""
    content = hashlib.sha256(f"{sys.platform} {sys.version_info[:2]}".encode())
    for file in _sources():
        content.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return f"{maker.version}-{content.hexdigest()[:16]}"


def copy(maker: Maker, home: Path) -> None:
    """Make `home` with the data of the kept cluster, which is built first where there is none of today's content."""
    cache().mkdir(parents=True, exist_ok=True)
    wanted = cache() / name(maker)
    lock = InterProcessReaderWriterLock(cache() / "lock")
    while True:
        with lock.read_lock():
            if wanted.exists():
                # With owners: where root runs the tests, the data are another account's.
                subprocess.run(["/bin/cp", "-Rp", str(wanted / "data"), str(an_empty(home))], check=True)
                return
        make_ready(maker)


def make_ready(maker: Maker) -> None:
    """Build the kept cluster where there is none of today's content."""
    cache().mkdir(parents=True, exist_ok=True)
    wanted = cache() / name(maker)
    with InterProcessReaderWriterLock(cache() / "lock").write_lock():
        if not wanted.exists():
            _build(maker, wanted)


def _sources() -> Iterator[Path]:
    for pattern in SOURCES:
        for found in sorted(ROOT.glob(pattern)):
            files = sorted(found.rglob("*")) if found.is_dir() else [found]
            yield from (file for file in files if file.suffix in _ENDINGS)


def _build(maker: Maker, wanted: Path) -> None:
    home = cache() / "new"
    for old in (*cache().glob(f"{maker.version}-*"), home):
        server.stop(old)  # what a killed builder left may still run
        shutil.rmtree(old, ignore_errors=True)
    an_empty(home)
    try:
        with maker.serve(home) as dsn:
            for name, build in BUILDERS.items():
                with psycopg.connect(dsn, autocommit=True) as admin:
                    admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
                build(make_conninfo(dsn, dbname=name))
            with psycopg.connect(dsn, autocommit=True) as admin:
                # Copies are to be small, and none is to survive a power cut.
                for setting in _SETTINGS:
                    admin.execute(f"ALTER SYSTEM SET {setting}".encode())
                admin.execute("SELECT pg_reload_conf()")
                for _ in range(2):
                    admin.execute("SELECT pg_switch_wal()")
                    admin.execute("CHECKPOINT")
        home.rename(wanted)
    finally:
        shutil.rmtree(home, ignore_errors=True)
