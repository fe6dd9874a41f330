"""What it takes to bring an installed schema to this version: files not yet applied, what is no longer made, rights.

Everything is composed from the catalogs as they are and changes nothing by itself. What was changed by hand is put
right where a file makes it again, or rights do; else nothing is upgraded: the new record would pass it off as ours.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from psycopg import sql
from psycopg.types.json import Jsonb

from core.db.connection.session import Connection
from core.db.install import catalog, installer, released, rights, script
from core.db.install.catalog import Aspects, Difference, Key
from core.db.install.installer import Part
from core.db.install.relocation import Move
from core.db.install.script import Statement
from core.db.queries import named_query
from core.db.rows import upgrade as rows
from core.db.rows.doctor import SCHEMA_RECORD
from core.db.rows.init import TAKE_BACK
from core.errors import GateClosed
from core.version import FIRST_VERSION, SCHEMA_VERSION, version_of

_SHOWN = 20
UNKNOWN = "schema_unknown"  # the code of the refusal of a state that no release made
_MADE_AGAIN = ("function", "view", "trigger")
_RIGHTS = ("owner", "access")
_WITH_RIGHTS = ("table", "sequence", "schema")
_REGISTER, _REGISTER_SET = "fn_birth_register", "fn_birth_register_set"
_VIEW = re.compile(r"VIEW \{S\}\.(\w+)")


@dataclass(frozen=True, slots=True)
class Change:
    """What an upgrade does. `changed` names it for people; nothing is to be done where that is empty."""

    before: str
    statements: Sequence[Statement]

    @property
    def changed(self) -> list[str]:
        """What is applied, dropped or put right."""
        return [each.what for each in self.statements if not each.is_plumbing]


@dataclass(frozen=True, slots=True)
class _Found:
    """The schema as it is: files applied, objects that are expected and that are there."""

    before: str
    quoted: str
    files: Mapping[str, str]  # sha256 by name
    expected: Mapping[Key, Aspects]
    live: Mapping[Key, Aspects]
    drift: Sequence[Difference]

    def makes(self, part: Part) -> set[str]:
        """The names of what a file of functions makes, as the catalogs show them up to their arguments."""
        names = [*(name for _, name in part.makes), *_VIEW.findall(part.text)]
        return {f"{self.quoted}.{name}" for name in names} | {name for name, _ in part.triggers}


def bring_up(connection: Connection) -> Change:
    """Do all of it, as a superuser, in one transaction. Raises as `compose` does, and while a run is being applied."""
    with connection.transaction():
        script.begin(connection.driver)
        change = compose(connection)
        script.run(connection.driver, change.statements)
    return change


def compose(connection: Connection, move: Move | None = None) -> Change:
    """The steps, in their order; inside a transaction. `move` is one that was just made: it ends with these steps.

    Raises GateClosed for a schema that no release made (`schema_unknown`), and where what a file cannot make again was
    changed by hand (`schema_changed`).
    """
    found = _survey(connection)
    before, schema = found.before, connection.schema
    _insist_repairable(found)
    stand_ins = [*move.stand_ins(), *_stand_ins(connection, found, every=True)] if move else [
        *_stand_ins(connection, found)]  # fmt: skip
    parts = [*stand_ins, *_files(connection, found)]
    files = [each for part in parts for each in script.making(part, schema)]
    if any(part.functions and part.functions[0][0] in (_REGISTER, _REGISTER_SET) for part in stand_ins):
        # Made by what is bound: the stand-in's own text has just taken its place.
        files.append(_register_defined(schema))
    steps = [*_repairs(found), *files, *_drops(connection, found)]
    if not steps:
        return Change(before, [])
    restored = [each.text for each in found.drift]
    kind = "schema_recorded" if before == SCHEMA_VERSION else "schema_upgraded"
    return Change(before, [
        Statement("no run is being applied", named_query(rows.IDLE.name, schema), as_owner=True, is_plumbing=True),
        *([] if move else [
            Statement("what runs pin", named_query(rows.PINS.name, schema), as_owner=True, is_plumbing=True)]),
        *steps,
        *(move.bindings() if move else ()),
        Statement("birth_caller reads what birth_owner reads", named_query(rows.LET_CALLER_READ.name, schema),
                  is_plumbing=before == SCHEMA_VERSION),
        *_remembered(connection, found, stand_ins),
        Statement("revoke what default privileges granted", named_query(TAKE_BACK.name, schema), is_plumbing=True),
        Statement("record the installed objects", installer.recorded(kind, schema, before, restored), is_plumbing=True),
    ])  # fmt: skip


def _register_defined(schema: str) -> Statement:
    define = sql.SQL("SELECT {}._birth_register_define()").format(sql.Identifier(schema))
    return Statement("the register function as it is bound", define, is_plumbing=True)


def _survey(connection: Connection) -> _Found:
    place = connection.one(rows.PLACE)
    # Read again: another session may have upgraded since this one connected.
    quoted, before = place.quoted, version_of(place.comment or "")
    files = {file.name: file.sha256 for file in connection.rows(rows.FILES)}
    if before == SCHEMA_VERSION:
        _insist_this_state(connection.schema, files)
    live = catalog.live(connection)
    if before == FIRST_VERSION:
        first = released.first()
        _insist_released(connection.schema, files, first)
        files |= {part.name: part.sha256 for part in installer.schema_parts() if part.name in first.schema}
        expected = first.keys(quoted)
        return _Found(before, quoted, files, expected, live, _drift_since_first(expected, live))
    expected = catalog.recorded(connection)
    drift = catalog.differences(expected, live)
    if not connection.one(SCHEMA_RECORD).is_whole:
        # What differs from it says nothing then.
        drift = [*drift, Difference("record", "of the installed objects", "changed", ("digest",))]
    return _Found(before, quoted, files, expected, live, drift)


def _drift_since_first(expected: Mapping[Key, Aspects], live: Mapping[Key, Aspects]) -> list[Difference]:
    """What differs from what the first version installed. Of functions only owner and rights: all are made again."""
    comparable = {
        key: aspects if key[0] in released.LASTING else {name: aspects[name] for name in _RIGHTS if name in aspects}
        for key, aspects in live.items()
        if key in expected or not _is_made_again(key)
    }
    return catalog.differences(expected, comparable)


def _is_made_again(key: Key) -> bool:
    """Whether this version's files make it, or `init` does, whatever the first version's record would say."""
    kind, name = key
    return kind in ("schema", "default privileges", "event trigger") or (
        (kind == "view" and name.endswith(".v_birth_stage2_qt001_readiness_dashboard"))
        or (kind == "trigger" and name.startswith("birth_person_noted on "))
    )


def _insist_released(schema: str, files: Mapping[str, str], first: released.Release) -> None:
    _insist_same(schema, [name for name in files.keys() | first.files.keys()
                          if name.startswith("install/") and files.get(name) != first.files.get(name)])  # fmt: skip


def _insist_this_state(schema: str, files: Mapping[str, str]) -> None:
    """What a schema file made lasts: one that has another text now, or is gone, cannot be applied again."""
    ours = {part.name: part.sha256 for part in installer.parts()}
    _insist_same(schema, [name for name, sha256 in files.items()
                          if name.startswith("schema/") and ours.get(name) != sha256])  # fmt: skip


def _insist_same(schema: str, differing: Sequence[str]) -> None:
    if differing:
        raise GateClosed(
            f"schema {schema} was installed by a version that was never released",
            code=UNKNOWN,
            evidence={"schema": schema, "files": [*sorted(differing)[:_SHOWN]]},
            hint="To reinstall: keep a dump, `birth-console init --uninstall`, then `birth-console init`.",
        )


def _insist_repairable(found: _Found) -> None:
    lasting = [each.text for each in found.drift if not _is_repairable(each)]
    if lasting:
        raise GateClosed(
            f"{len(lasting)} objects are not what version {found.before} installed, and no file makes them again",
            code="schema_changed",
            evidence={"objects": [*lasting[:_SHOWN]], "found": len(lasting)},
            hint="Find out who changed them. Restore them, or drop the additional objects; then upgrade.",
        )


def _is_repairable(each: Difference) -> bool:
    if each.difference == "additional":
        return False
    if each.kind in _MADE_AGAIN:
        return True
    return each.kind in _WITH_RIGHTS and each.difference == "changed" and set(each.aspects) <= set(_RIGHTS)


def _repairs(found: _Found) -> Iterator[Statement]:
    for each in found.drift:
        key = (each.kind, each.name)
        yield from rights.repaired(each, found.expected[key], found.live.get(key, {}))


def _stand_ins(connection: Connection, found: _Found, *, every: bool = False) -> Iterator[Part]:
    """Functions that stand in for the company's and whose text differs, or `every` one, as long as they are ours.

    The one that takes arrays comes with the row-wise one, also to where that was before there was another.
    """
    known = {part.makes[0][1]: part for part in installer.stand_ins() if part.functions}
    ours = {each.name for each in connection.rows(rows.STAND_INS, {"names": [*known]})}
    for name, part in known.items():
        if name in ours:
            if every or found.files.get(part.name, part.sha256) != part.sha256:
                yield part.again
        elif name == _REGISTER_SET and _REGISTER in ours and part.name not in found.files:
            yield part


def _files(connection: Connection, found: _Found) -> Iterator[Part]:
    """Schema files that were never applied; functions whose text or whose objects differ."""
    broken = {each.name.partition("(")[0].partition(" on ")[0] for each in found.drift if each.kind in _MADE_AGAIN}
    broken |= {each.name.partition("(")[0] for each in catalog.foreign_bodies(connection.schema, found.live)}
    for part in installer.parts():
        is_function = part.name.startswith("functions/")
        if is_function and found.files.get(part.name) == part.sha256 and not broken & found.makes(part):
            continue
        if not is_function and part.name in found.files:
            continue
        yield part


def _drops(connection: Connection, found: _Found) -> Iterator[Statement]:
    """Functions that an earlier version made and this one does not."""
    functions = [made for part in [*installer.stand_ins(), *installer.parts()] for made in part.functions]
    made = {each.name for each in connection.rows(rows.FUNCTIONS, {"functions": Jsonb(functions)})}
    for kind, name in sorted(found.expected.keys() & found.live.keys()):
        if kind == "function" and name not in made:
            # The name is as the server quoted it.
            drop = sql.Composed([sql.SQL("DROP FUNCTION IF EXISTS "), sql.SQL(name)])  # a file may have dropped it
            yield Statement(f"drop function {name}", drop)


def _remembered(connection: Connection, found: _Found, stand_ins: Sequence[Part]) -> Iterator[Statement]:
    """The rows of what is applied, in the place of those that were there."""
    table = sql.Identifier(connection.schema, "birth_migration")
    is_first = found.before == FIRST_VERSION
    new = [part for part in installer.parts() if found.files.get(part.name) != part.sha256 or is_first]
    names = sql.Literal([part.name for part in installer.parts()])
    gone = sql.SQL("DELETE FROM {} WHERE name <> ALL ({}) AND name ~ '^(install|functions)/'").format(table, names)
    yield Statement("forget files that are gone", gone, as_owner=True, is_plumbing=True)
    for part in [*stand_ins, *new]:
        again = sql.SQL("DELETE FROM {} WHERE name = {}").format(table, sql.Literal(part.name))
        yield Statement(f"forget {part.name}", again, as_owner=True, is_plumbing=True)
        yield Statement(f"remember {part.name}", part.record(connection.schema), as_owner=True, is_plumbing=True)
