"""Named queries: one file per noun in core/sql/queries, each query under a line `-- name: its_name`.

In a file, `{S}` stands for the schema as a quoted identifier and `{s}` for it as a literal; braces of SQL's own
are doubled. Parameters are psycopg's `%(name)s`.
"""

import re
from functools import cache
from importlib import resources

from psycopg import sql

_HEADING = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def named_query(name: str, schema: str) -> sql.Composed:
    """The query `noun.name` for `schema`. Raises KeyError for a name that no file holds."""
    noun, _, title = name.partition(".")
    return within(_queries(noun)[title], schema)


def within(text: str, schema: str) -> sql.Composed:
    """Put the schema into a template of core/sql."""
    # The text is a file of this package: nothing a user typed ever gets here.
    template = sql.SQL(text)
    return template.format(S=sql.Identifier(schema), s=sql.Literal(schema))


def sections(text: str) -> dict[str, str]:
    """The statements of a file by the name in the line above each."""
    parts = _HEADING.split(text)[1:]
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}


@cache
def _queries(noun: str) -> dict[str, str]:
    text = (resources.files("core.sql.queries") / f"{noun}.sql").read_text(encoding="utf-8")
    return {name: body.rstrip(";") for name, body in sections(text).items()}
