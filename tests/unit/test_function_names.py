"""A SQL function tells by its name who calls it: `_birth_…` is called by functions of the schema alone."""

import re
from pathlib import Path

from core.db.connection.groups import not_in_group

_FUNCTIONS = Path("core/sql/functions")
_MADE = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION \{S\}\.(\w+)|^-- defines: (\w+)\(", re.MULTILINE)
_GRANTED = re.compile(r"GRANT EXECUTE ON FUNCTION ([^;]*) TO (?!birth_owner|birth_caller)", re.DOTALL)
# Granted to no group, and yet called from outside the schema.
_ADMINISTRATORS = {
    "birth_backfill_insist": "the last lock before an apply, known by this name outside",
    "birth_bind_gateway": "the script that `init` runs or prints",
    "birth_bind_register_column": "the script that `init` runs or prints",
    "birth_bind_table": "the script that `init` runs or prints",
    "birth_gateway_bind": "the script that `init` runs or prints",
    "birth_identity_import": "an administrator takes over identities that are decided elsewhere",
    "birth_ledger_append": "the scripts of `init` and `people` note what they do",
    "birth_schema_record": "`init` and `upgrade` record what they installed",
}


def _sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(_FUNCTIONS.rglob("*.sql")))


def test_a_function_begins_with_an_underscore_unless_a_group_or_an_administrator_calls_it() -> None:
    text = _sources()
    made = {name for names in _MADE.findall(text) for name in names if name}
    granted = {name for grant in _GRANTED.findall(text) for name in re.findall(r"\{S\}\.(\w+)\(", grant)}
    # Granted where it is made, by a statement that is composed.
    granted |= {name for name in made if name.endswith("_rows")}
    assert len(made) > 100
    assert granted <= made
    assert {name for name in made if not name.startswith("_")} == granted | _ADMINISTRATORS.keys()


def test_who_is_refused_a_function_is_told_the_group_that_may_call_it() -> None:
    grants = re.findall(r"GRANT EXECUTE ON FUNCTION ([^;]*) TO (birth_\w+);", _sources())
    found = {
        name: not_in_group(name, "").evidence["needs"] == group
        for functions, group in grants
        for name in re.findall(r"\{S\}\.(\w+)\(", functions)
        if group in ("birth_operator", "birth_gatekeeper", "birth_reviewer")
    }
    assert len(found) > 20
    assert [name for name, right in found.items() if not right] == []
