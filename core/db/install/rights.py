"""Owners and rights of our objects, put back to what was installed."""

from collections.abc import Iterator, Sequence

from psycopg import sql

from core.db.install.catalog import Aspects, Difference
from core.db.install.script import Statement

_OWNER = "birth_owner"
_OPTION = " WITH GRANT OPTION"


def repaired(each: Difference, expected: Aspects, found: Aspects) -> Iterator[Statement]:
    """What gives an object its owner and its rights again; nothing where it is gone, or they are as they were."""
    # Kind and name are as the server told them, quoted where they must be.
    thing = sql.SQL(f"{each.kind.upper()} {each.name}")
    whose = expected.get("owner", _OWNER)
    if found and found.get("owner", _OWNER) != whose:
        owner = sql.SQL("ALTER {} OWNER TO {}").format(thing, sql.Identifier(whose))
        yield Statement(f"owner of {each.kind} {each.name}", owner, needs="a superuser")
    if "access" not in each.aspects:
        return
    target = sql.SQL(f"{'TABLE' if each.kind == 'view' else each.kind.upper()} {each.name}")
    wanted, there = _entries(expected, each.kind), _entries(found, each.kind)
    given = [sql.SQL("REVOKE {} ON {} FROM {}").format(sql.SQL(right), target, _role(role))
             for role, right, _ in there if (role, right) not in {entry[:2] for entry in wanted}]  # fmt: skip
    given += [sql.SQL("REVOKE GRANT OPTION FOR {} ON {} FROM {}").format(sql.SQL(right), target, _role(role))
              for role, right, option in there if option and (role, right, False) in wanted]  # fmt: skip
    given += [sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(right), target, _role(role))
              for role, right, _ in wanted if (role, right) not in {entry[:2] for entry in there}]  # fmt: skip
    if given:
        yield Statement(f"rights on {each.kind} {each.name}", sql.SQL("; ").join(given))


def _entries(aspects: Aspects, kind: str) -> list[tuple[str, str, bool]]:
    """Role, right and whether it may be passed on, of each entry of a list of rights."""
    listed: Sequence[str] = aspects.get("access") or (["birth_owner EXECUTE"] if kind == "function" else [])
    found = []
    for entry in listed:
        bare = entry.removesuffix(_OPTION)
        role, _, right = bare.rpartition(" ")
        found.append((role, right, bare != entry))
    return found


def _role(name: str) -> sql.Composable:
    return sql.SQL("PUBLIC") if name == "PUBLIC" else sql.Identifier(name)
