"""What identifies the rows of a collection, and when that is proven."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.classify.same_code import is_blank
from core.domain.gates import Gate, Verdict, when
from core.errors import GateClosed, Json

COLUMN = "column"
SYNTHETIC = "synthetic"
LONGEST_CODE = 200
LONGEST_IDENTIFIER = 63  # bytes: PostgreSQL's NAMEDATALEN - 1; longer names would be cut silently

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Identity:
    """The rule that gives each row of a collection its entity_code: `strategy` is column or synthetic."""

    collection: str
    strategy: str
    columns: tuple[str, ...]

    @property
    def text(self) -> str:
        """The column's name, or the template `collection:{col}/{col}`."""
        if self.strategy == COLUMN:
            return self.columns[0]
        return f"{self.collection}:" + "/".join(f"{{{name}}}" for name in self.columns)


def column_identity(collection: str, column: str) -> Identity:
    """One column, taken as text. Raises GateClosed for a name that cannot be a column's."""
    return Identity(collection, COLUMN, (_checked(column),))


def synthetic_identity(collection: str, template: str) -> Identity:
    """Read a template `collection:{col}/{col}…`: the collection's own name, then columns, and nothing else.

    Raises GateClosed where the template holds any other literal, an expression or no column.
    """
    prefix = f"{collection}:"
    names = _PLACEHOLDER.findall(template)
    canonical = prefix + "/".join(f"{{{name}}}" for name in names)
    if not names or template != canonical:
        raise GateClosed(
            f"the template of {collection} must read {prefix}{{column}}/{{column}}…, with nothing else in it",
            code="bad_template",
            evidence={"template": template, "columns": names},
            hint="Join columns only: literals, SQL and expressions are not allowed.",
        )
    if len(set(names)) != len(names):
        raise GateClosed(
            "invalid template: each column may appear once",
            code="bad_template",
            evidence={"template": template},
            hint="Remove the repeated column.",
        )
    return Identity(collection, SYNTHETIC, tuple(map(_checked, names)))


def fits_template(name: str) -> bool:
    """Whether a template can name a column: braces are its own."""
    return "{" not in name and "}" not in name


def _checked(name: str) -> str:
    if not name or "\0" in name or len(name.encode(errors="surrogatepass")) > LONGEST_IDENTIFIER:
        raise GateClosed(
            f"invalid column name: 1 to {LONGEST_IDENTIFIER} bytes, no NUL characters",
            code="bad_identifier",
            evidence={"name": name[: LONGEST_IDENTIFIER + 1]},
            hint="Name a column of the table.",
        )
    return name


def entity_code(identity: Identity, parts: Sequence[str]) -> str:
    """The code of a row from the text of its identity columns: what the database computes, in Python.

    Each part of a synthetic code is escaped, `%` first, so that two different tuples never give one code.
    Raises ValueError for an empty or blank part.
    """
    if any(map(is_blank, parts)) or len(parts) != len(identity.columns):
        raise ValueError("every part of a code has at least one visible character")
    if identity.strategy == COLUMN:
        return parts[0]
    escaped = (part.replace("%", "%25").replace("/", "%2F").replace(":", "%3A") for part in parts)
    return f"{identity.collection}:" + "/".join(escaped)


@dataclass(frozen=True, slots=True)
class Proof:
    """What one snapshot of the live data says of an identity. Counts are rows; examples are at most three."""

    rows: int
    nulls: int
    empties: int
    distinct: int
    twins: int
    longest: int
    lookalikes: int
    foreign: int
    pending: int
    alike: int = 0
    duplicate_examples: tuple[Json, ...] = ()
    twin_examples: tuple[Json, ...] = ()
    foreign_examples: tuple[Json, ...] = ()
    pending_examples: tuple[Json, ...] = ()
    null_examples: tuple[Json, ...] = ()
    empty_examples: tuple[Json, ...] = ()
    lookalike_examples: tuple[Json, ...] = ()
    alike_examples: tuple[Json, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What does not speak against the identity, and should be known before it is recorded."""
        if not self.alike:
            return ()
        pairs = ", ".join(" and ".join(map(str, pair)) for pair in self.alike_examples if isinstance(pair, Sequence))
        codes = f"{self.alike} codes differ" if self.alike > 1 else "1 code differs"
        return (f"{codes} from another only in case or in letters that look alike: {pairs}",)

    def as_evidence(self) -> dict[str, Json]:
        """The figures that stay in the history of the identity."""
        return {
            "rows": self.rows,
            "distinct": self.distinct,
            "nulls": self.nulls,
            "empties": self.empties,
            "exactness": "exact",
            **({"warnings": list(self.warnings)} if self.warnings else {}),
        }


def _found(count: int, examples: tuple[Json, ...]) -> Verdict:
    return when(count == 0, {"rows": count, "examples": list(examples)} if count else 0)


_COLLIDES = (
    "Use the synthetic form of the same column. If rows of this collection are registered, its identity is "
    "final: correct the row here, or the row of the owner named in the evidence."
)
_BY_ITS_NAME = (
    "Rows of this table are registered as {owner}, the table's name without its schema. Let the gateway register them"
    " as {collection}, or list the collection as {owner} where no other table has that name. Then correct the rows that"
    " are registered."
)


def foreign_hint(collection: str, found: Proof) -> str:
    """What to do where the gateway registers rows under the bare name of their table; "" where it does not."""
    _, dot, bare = collection.rpartition(".")
    owners = {each["owner"] for each in found.foreign_examples if isinstance(each, dict) and "owner" in each}
    return _BY_ITS_NAME.format(owner=bare, collection=collection) if dot and owners == {bare} else ""


CONTRACT: tuple[Gate[Proof], ...] = (
    Gate(
        "no_nulls",
        "no identity column is NULL or infinite",
        lambda proof: _found(proof.nulls, proof.null_examples),
        "Choose columns that are set and finite in every row (dates up to the year 294276).",
    ),
    Gate(
        "no_empties",
        "no identity column is empty or blank",
        lambda proof: _found(proof.empties, proof.empty_examples),
        "Choose columns with a text in every row.",
    ),
    Gate(
        "unique",
        "no two rows have the same code",
        lambda proof: _found(proof.rows - proof.nulls - proof.empties - proof.distinct, proof.duplicate_examples),
        "Add a column that distinguishes these rows, or use the primary key.",
    ),
    Gate(
        "no_twins",
        "no two codes differ only in blanks, invisible characters or compatible forms",
        lambda proof: _found(proof.twins, proof.twin_examples),
        "Clean the data, or identify the rows by another column.",
    ),
    Gate(
        "short_enough",
        f"no code is longer than {LONGEST_CODE} characters",
        lambda proof: when(proof.longest <= LONGEST_CODE, {"longest": proof.longest}),
        "Use a shorter column.",
    ),
    Gate(
        "no_lookalikes",
        "no code looks like a synthetic code of a collection",
        lambda proof: _found(proof.lookalikes, proof.lookalike_examples),
        "Use the synthetic form.",
    ),
    Gate(
        "no_foreign_codes",
        "no code is registered for another collection",
        lambda proof: _found(proof.foreign, proof.foreign_examples),
        _COLLIDES,
    ),
    Gate(
        "no_pending_collisions",
        "no other classified collection has the same code",
        lambda proof: _found(proof.pending, proof.pending_examples),
        _COLLIDES,
    ),
)
