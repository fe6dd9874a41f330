"""Where a registry column's value comes from, as it is written: a constant, a value of ours, or a look-up."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from core.errors import Json, UsageError

VALUES = ("collection", "code", "source_key")
_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:[^"]|"")+")|(?P<text>'(?:[^']|'')*')|\$(?P<value>\w+)|(?P<number>-?\d+(?:\.\d+)?(?![\w.]))"""
    r"""|(?P<name>[^\W\d]\w*)|(?P<sign>[.=]))"""
)
_BARE = re.compile(r"[\w-]+\Z")
_HINT = (
    "Write COLUMN='constant', COLUMN=$collection, $code or $source_key,"
    " COLUMN=schema.table.column BY column=$collection AND flag, COLUMN=NULL, or COLUMN=DEFAULT."
)


@dataclass(frozen=True, slots=True)
class RegisterColumn:
    """A registry column and its source as birth_bind_register_column takes it; None unbinds the column."""

    column: str
    source: dict[str, Json] | None

    @property
    def table(self) -> tuple[str, str] | None:
        """Schema and name of the table that is looked up."""
        found = self.source or {}
        return (str(found["schema"]), str(found["table"])) if "table" in found else None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read there."""
        found = self.source or {}
        by = found.get("by", ())
        names = [str(found["column"])] if "column" in found else []
        names += [str(each["column"]) for each in by if isinstance(each, dict)] if isinstance(by, list) else []
        return tuple(dict.fromkeys(names))

    @property
    def needs(self) -> tuple[str, ...]:
        """Other registry columns whose values it is looked up by."""
        by = (self.source or {}).get("by", ())
        if not isinstance(by, list):
            return ()
        return tuple(str(each["registered"]) for each in by if isinstance(each, dict) and "registered" in each)


def read_all(words: Sequence[str], named: Mapping[str, str] | None = None) -> list[RegisterColumn]:
    """Read `COLUMN=source …`, each column once; what is needed by another comes before it.

    `named` are a company's names of columns under ours: either may be written, the company's are returned.
    Raises UsageError for words that cannot be read, and for columns that need each other.
    """
    found: dict[str, RegisterColumn] = {}
    for word in words:
        each = _renamed(read(word), named or {})
        if each.column in found:
            _refuse(word, f"{each.column} is given twice")
        found[each.column] = each
    ordered: dict[str, RegisterColumn] = {}

    def place(each: RegisterColumn, path: tuple[str, ...]) -> None:
        if each.column in path:
            _refuse(each.column, f"{each.column} needs itself")
        for name in each.needs:
            if name in found:
                place(found[name], (*path, each.column))
        ordered.setdefault(each.column, each)

    for each in found.values():
        place(each, ())
    return list(ordered.values())


def _renamed(given: RegisterColumn, named: Mapping[str, str]) -> RegisterColumn:
    """The same by the company's names, also of the registry columns whose values it is looked up by."""
    source = given.source
    by = source.get("by") if source is not None else None
    if source is not None and isinstance(by, list):
        source = {
            **source,
            "by": [
                {**each, "registered": named.get(str(each["registered"]), str(each["registered"]))}
                if isinstance(each, dict) and "registered" in each
                else each
                for each in by
            ],
        }
    return RegisterColumn(named.get(given.column, given.column), source)


def read(word: str) -> RegisterColumn:
    """Read one `COLUMN=source`. Raises UsageError."""
    name, equals, text = word.partition("=")
    column = _Words(word, name).name()
    text = text.strip()
    if not equals or not text:
        _refuse(word, "it has no value")
    if text == "DEFAULT":
        return RegisterColumn(column, None)
    if text == "NULL":
        return RegisterColumn(column, {"nothing": True})
    if _BARE.match(text):
        return RegisterColumn(column, {"constant": text})
    words = _Words(word, text)
    kind, value = words.take("text", "value", "name", "quoted")
    if kind == "text":
        source: dict[str, Json] = {"constant": value}
    elif kind == "value":
        if value not in VALUES:
            _refuse(word, f"unknown value ${value}")
        source = {"value": value}
    else:
        source = _look_up(words, value)
    words.insist_on_end()
    return RegisterColumn(column, source)


def _look_up(words: "_Words", schema: str) -> dict[str, Json]:
    """`table.column BY column=operand AND flag …`, behind the schema's name."""
    words.sign(".")
    table = words.name()
    words.sign(".")
    column = words.name()
    words.keyword("by")
    by: list[Json] = [_condition(words)]
    while words.more:
        words.keyword("and")
        by.append(_condition(words))
    return {"schema": schema, "table": table, "column": column, "by": by}


def _condition(words: "_Words") -> dict[str, Json]:
    column = words.name()
    if not words.next_is("="):
        return {"column": column, "is": True}
    words.sign("=")
    kind, value = words.take("text", "value", "number", "name")
    if kind == "value":
        return {"column": column, ("value" if value in VALUES else "registered"): value}
    if kind == "name" and value not in ("true", "false"):
        words.refuse(f"{value} is neither a 'literal' nor a $value")
    return {"column": column, "constant": value}


class _Words:
    """The words of a source, one after the other."""

    def __init__(self, whole: str, text: str) -> None:
        self._whole = whole
        self._tokens = list(self._split(text.strip()))

    def _split(self, text: str) -> Iterator[tuple[str, str]]:
        place = 0
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None or found.lastgroup is None:
                _refuse(self._whole, f"not understood: {text[place:]}")
            kind, value = found.lastgroup, found[found.lastgroup]
            if kind in ("quoted", "text"):
                quote = value[0]
                value = value[1:-1].replace(quote * 2, quote)
            elif kind == "name":
                value = value.lower()  # as the server reads it
            yield kind, value
            place = found.end()

    @property
    def more(self) -> bool:
        """Whether anything is left."""
        return bool(self._tokens)

    def next_is(self, sign: str) -> bool:
        """Whether this sign comes next."""
        return self.more and self._tokens[0] == ("sign", sign)

    def take(self, *kinds: str) -> tuple[str, str]:
        """The next word, which is of one of these kinds."""
        if not self.more or self._tokens[0][0] not in kinds:
            self.refuse(f"not understood: {self._tokens[0][1]}" if self.more else "it ends too early")
        return self._tokens.pop(0)

    def name(self) -> str:
        """The next word as an identifier."""
        return self.take("name", "quoted")[1]

    def sign(self, wanted: str) -> None:
        """Pass a sign."""
        if self.take("sign")[1] != wanted:
            self.refuse(f"{wanted} is missing")

    def keyword(self, wanted: str) -> None:
        """Pass BY or AND, however it is written."""
        if self.take("name")[1] != wanted:
            self.refuse(f"{wanted.upper()} is missing")

    def insist_on_end(self) -> None:
        """Nothing is left over."""
        if self.more:
            self.refuse(f"not understood: {self._tokens[0][1]}")

    def refuse(self, why: str) -> NoReturn:
        """Raise UsageError."""
        _refuse(self._whole, why)


def _refuse(word: str, why: str) -> NoReturn:
    raise UsageError(
        f"invalid registry column {word}: {why}", code="bad_register_column", evidence={"word": word}, hint=_HINT
    )
