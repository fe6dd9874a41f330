"""Verifying the hash chain, alone and against anchors that were kept elsewhere."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from core.db.connection.session import Connection
from core.db.rows.audit import EVENTS, GENESIS, HEAD, PLACE
from core.domain.trust.chain import Anchor, Audit, ChainEvent, verify
from core.errors import UsageError

_ANCHOR_VERSION = 1
_LARGEST = 64 * 1024  # bytes
_HASH = re.compile(r"[0-9a-f]{64}")


def audit(connection: Connection, anchor: Path | None = None) -> Audit:
    """Verify every event of the chain, in one snapshot; with `anchor`, also that the anchored event is still there.

    Raises UsageError for an anchor that cannot be read or belongs to another chain.
    """
    with connection.snapshot():
        anchors = [] if anchor is None else _read_anchor(connection, anchor)
        head = connection.row(HEAD)
        claimed = None if head is None else (head.seq, head.hash)
        return verify(_events(connection), claimed, anchors)


def write_anchor(connection: Connection, found: Audit, path: Path) -> None:
    """Keep the head of a verified chain in a file: somewhere the database's superuser does not reach.

    Raises UsageError where the file exists or cannot be written.
    """
    content = {
        "anchor": _ANCHOR_VERSION,
        **_place(connection),
        "genesis": _genesis(connection),
        "seq": found.head_seq,
        "hash": found.head,
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(json.dumps(content, indent=2) + "\n")
    except OSError as error:
        raise UsageError(
            f"the anchor cannot be written: {error.strerror}",
            code="anchor_not_written",
            evidence={"file": str(path)},
            hint="Name a new file; an anchor is never overwritten.",
        ) from error


def _events(connection: Connection) -> Iterator[ChainEvent]:
    return (ChainEvent(*values) for values in connection.stream(EVENTS))


def _read_anchor(connection: Connection, path: Path) -> list[Anchor]:
    """The two events that an anchor names: the chain's first one, and its head of then."""
    try:
        content = json.loads(_bounded(path))
        anchored = {name: str(content[name]) for name in ("system_identifier", "database", "schema")}
        anchors = [Anchor(0, content["genesis"]), Anchor(content["seq"], content["hash"])]
        is_sound = content["anchor"] == _ANCHOR_VERSION and all(_is_event(each.seq, each.hash) for each in anchors)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _bad_anchor(path, f"{type(error).__name__}: {error}") from error
    if not is_sound:
        raise _bad_anchor(path, "invalid version, event number or hash")
    live = _place(connection)
    # A backup carries its genesis wherever it is restored; another genesis in the same place is no other chain, but
    # a replaced one.
    if anchors[0].hash != _genesis(connection) and anchored != live:
        raise UsageError(
            "the anchor was written for another chain",
            code="foreign_anchor",
            evidence={"anchor": anchored, "live": live},
            hint="Connect to the database and schema that the anchor names.",
        )
    return anchors


def _bounded(path: Path) -> str:
    """The text of a file that is no larger than an anchor may be; a device would never end."""
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ValueError(f"it has more than {_LARGEST} bytes")
    return content.decode("utf-8")


def _is_event(seq: object, digest: object) -> bool:
    is_number = isinstance(seq, int) and not isinstance(seq, bool) and seq >= 0
    return is_number and isinstance(digest, str) and _HASH.fullmatch(digest) is not None


def _bad_anchor(path: Path, found: str) -> UsageError:
    return UsageError(
        f"invalid anchor file {path}",
        code="bad_anchor",
        evidence={"file": str(path), "found": found},
        hint="Name a file from `birth-console audit --write-anchor`.",
    )


def _place(connection: Connection) -> dict[str, str]:
    place = connection.one(PLACE)
    return {"database": place.database, "system_identifier": place.system_identifier, "schema": connection.schema}


def _genesis(connection: Connection) -> str | None:
    found = connection.row(GENESIS)
    return None if found is None else found.hash
