"""A Directus of a test's own: bootstrapped, started, and spoken to over HTTP."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.directus.install import NODE

_MAIL, _WORD = "admin@example.com", "of a server that nobody else can reach"
_DEADLINE = 90.0


@dataclass(slots=True)
class Directus:
    """A running one, and the token of its administrator."""

    url: str
    token: str = ""

    def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Ask its API; the answer's data."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)  # noqa: S310 - http
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - http
            text = answer.read()
        return json.loads(text)["data"] if text else None

    def make_collection(self, name: str, code: str) -> None:
        """A collection with a number as its key, and a code of its own."""
        fields = [
            {"field": "id", "type": "integer", "schema": {"is_primary_key": True, "has_auto_increment": True}},
            {"field": code, "type": "string", "schema": {"is_unique": True, "is_nullable": False}},
            {"field": "label", "type": "string", "schema": {}},
        ]
        self.call("POST", "/collections", {"collection": name, "schema": {}, "meta": {}, "fields": fields})

    def collections(self) -> set[str]:
        """What its data model shows besides its own tables."""
        found = {each["collection"] for each in self.call("GET", "/collections")}
        return {name for name in found if not name.startswith("directus_")}


@contextmanager
def running(folder: Path, database: Mapping[str, str], logs: Path) -> Iterator[Directus]:
    """Bootstrap Directus in a database (host, port, dbname, user, password), and run it during the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = Directus(f"http://127.0.0.1:{port}")
    settings = {
        "PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}", "HOME": str(logs), "DB_CLIENT": "pg",
        "DB_HOST": database["host"], "DB_PORT": database["port"], "DB_DATABASE": database["dbname"],
        "DB_USER": database["user"], "DB_PASSWORD": database["password"], "SECRET": "s" * 32, "KEY": "k",
        "ADMIN_EMAIL": _MAIL, "ADMIN_PASSWORD": _WORD, "TELEMETRY": "false", "HOST": "127.0.0.1", "PORT": str(port),
        "PUBLIC_URL": found.url, "LOG_LEVEL": "warn", "CACHE_ENABLED": "false",
    }  # fmt: skip
    command = [str(NODE / "bin" / "node"), str(folder / "node_modules" / ".bin" / "directus")]
    with (logs / "directus.log").open("wb") as log:
        subprocess.run([*command, "bootstrap"], cwd=logs, env=settings, stdout=log, stderr=log, check=True)
        process = subprocess.Popen([*command, "start"], cwd=logs, env=settings, stdout=log, stderr=log)
        try:
            _wait(found, process)
            answer = found.call("POST", "/auth/login", {"email": _MAIL, "password": _WORD})
            found.token = answer["access_token"]
            yield found
        finally:
            process.terminate()
            process.wait(30)


def _wait(found: Directus, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _DEADLINE
    while True:
        try:
            urllib.request.urlopen(f"{found.url}/server/ping", timeout=5).close()  # noqa: S310 - http
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, "Directus ended"
            assert time.monotonic() < deadline, "Directus never answered"
            time.sleep(0.2)
        else:
            return
