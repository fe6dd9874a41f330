"""What a column's name says about its part in an identity. Weak evidence: names decide between equals."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

OWN_ID = "own id"
OWN_CODE = "own code"
REFERENCE = "reference"
NEUTRAL = "neutral"
LABEL = "label"
CHANGING = "descriptive or changing"


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What a company gives its things so that people can name them.
_CODES = _set(
    """
    code codes key no nr num number slug sku permalink handle path symbol abbreviation abbr acronym fingerprint hash
    checksum digest identifier ident ref ean isbn issn iban vin gtin upc barcode serial iso iso2 iso3 alpha2 alpha3
    ticker token username login mnemonic codigo clave numero nummer kennung
    """
)
_IDS = _set("id ids uuid guid oid pk sk rowid uid sid")
# What a person reads, and another corrects tomorrow.
_LABELS = _set("name label title caption displayname fullname subject heading")
_CHANGING = _set(
    """
    price amount total subtotal cost value sum tax rate percent percentage quantity qty weight height width length
    size score rating balance budget count discount date time timestamp datetime at on day created updated modified
    changed deleted published started finished closed expires due since until sort position rank order ordering
    weighting status state active enabled flag email mail phone fax mobile address street city zip postcode url
    website link description desc text body content comment note notes remark remarks message summary color colour
    icon image picture photo avatar file password secret lat lon latitude longitude population area duration minutes
    hours seconds words bytes year month priority salary freight first last middle
    """
)
_ORDINALS = _set(
    """
    number no num nr line lineno linenumber linenum seq sequence index idx item revision version step pos nth
    ordinal round
    """
)
# Editors drag rows around: such a number says where a row stands today.
_DRAGGED = _set("sort position order ordering rank weight priority")
_AUDIT = re.compile(
    r"^((date|user|time|ts)_?(created|updated|modified)|(created|updated|modified|changed|inserted|deleted)"
    r"(_?(at|on|by|date|time|ts|user|by_id))?|(create|write|last_?update|last_?modified|modified|rowversion)"
    r"(_?(date|uid|time|at|by))?|owner|status|sort|active|rowguid)$",
    re.IGNORECASE,
)
_BIRTH = re.compile(
    r"^((date|time|ts)_?(created|inserted)|(created|inserted|create|creation|insert)(_?(at|on|date|time|ts))?)$",
    re.IGNORECASE,
)
_SHORT = 3  # letters up to which the end of a table's name names nothing
_SOME_TABLES, _MOST_TABLES = 5, 0.6
_SOME_COLUMNS = 3
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")


@cache
def words(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case: snake_case, camelCase and digits apart."""
    return tuple(word.lower() for word in _WORD.findall(name))


@cache
def is_audit(name: str) -> bool:
    """Whether a column only says who touched a row and when, or where it is shown."""
    return bool(_AUDIT.match(name))


@cache
def is_birth(name: str) -> bool:
    """Whether a column says when a row came to be: the only moment of it that never changes."""
    return bool(_BIRTH.match(name))


@cache
def is_measure(name: str) -> bool:
    """Whether a column's name is that of something measured, dated or described."""
    return not is_audit(name) and any(word in _CHANGING for word in words(name))


@cache
def is_ordinal(name: str) -> bool:
    """Whether a column's name is that of a number that runs within a parent."""
    own = words(name)
    return any(word in _ORDINALS for word in own) and not any(word in _DRAGGED for word in own)


@dataclass(frozen=True, slots=True)
class TableNames:
    """The names of all tables as column names are compared with them: singular, without a prefix that most share."""

    prefix: str
    by_joined: dict[str, tuple[str, ...]]
    by_ending: dict[str, list[str]]  # names in one word, by each ending of some letters
    endings: frozenset[str]

    @staticmethod
    def of(tables: Collection[str]) -> "TableNames":
        """The names of these tables; of the same tables once only."""
        return _table_names(frozenset(tables))

    def joined(self, table: str) -> str:
        """The words of a table's name in one, singular, without the prefix."""
        own = words(table)
        return joined_words(own[1:] if self.prefix and len(own) > 1 and own[0] == self.prefix else own)

    def ends(self, table: str) -> tuple[str, ...]:
        """The table's name, and what is left of it without its first words: modules have prefixes."""
        own = words(table)
        start = self.prefix and len(own) > 1 and own[0] == self.prefix
        return tuple(joined_words(own[at:]) for at in range(int(bool(start)), max(len(own), 1)))

    def called(self, joined: str) -> tuple[str, ...]:
        """The tables of exactly this name."""
        return self.by_joined.get(joined, ())

    def ending(self, joined: str) -> tuple[str, ...]:
        """The tables whose name is this, or ends with it."""
        if joined not in self.endings:
            return self.called(joined)
        return tuple(table for other in self.by_ending[joined] for table in self.by_joined[other])

    def is_another(self, joined: str, table: str) -> bool:
        """Whether this is the name of another table than `table`, or the end of one: modules have prefixes, too."""
        if any(other != table for other in self.called(joined)):
            return True
        own = self.joined(table)
        return joined in self.endings and not (own.endswith(joined) and self._ends_only(joined, own))

    def _ends_only(self, joined: str, own: str) -> bool:
        return all(other == own for other in self.by_ending[joined])


@lru_cache(maxsize=8)
def _table_names(tables: frozenset[str]) -> TableNames:
    first = Counter(own[0] for own in map(words, tables) if len(own) > 1)
    prefix, shared = max(first.items(), key=lambda each: (each[1], each[0]), default=("", 0))
    found = TableNames(
        prefix if len(tables) >= _SOME_TABLES and shared >= _MOST_TABLES * len(tables) else "", {}, {}, frozenset()
    )
    by_joined: dict[str, tuple[str, ...]] = {}
    for table in sorted(tables):
        joined = found.joined(table)
        by_joined[joined] = (*by_joined.get(joined, ()), table)
    by_ending: dict[str, list[str]] = {}
    for joined in by_joined:
        for at in range(len(joined) - _SHORT):
            by_ending.setdefault(joined[at:], []).append(joined)
    endings = frozenset(ending for ending, names in by_ending.items() if names != [ending])
    return TableNames(found.prefix, by_joined, by_ending, endings)


@lru_cache(maxsize=1 << 12)
def plain_names(table: str, columns: tuple[str, ...]) -> Mapping[str, str]:
    """The columns' names without a short prefix, or the table's own name, that all of them have: `l_` in line_items."""
    firsts = {words(name)[:1] for name in columns}
    first = "".join(firsts.pop()) if len(firsts) == 1 else ""
    shared = len(columns) >= _SOME_COLUMNS and all(len(words(name)) > 1 for name in columns)
    if not (shared and (0 < len(first) <= _SHORT or singular(first) == joined_words(words(table)))):
        return {name: name for name in columns}
    return {name: "_".join(words(name)[1:]) for name in columns}


@cache
def is_generic(name: str) -> bool:
    """Whether a name says what a column is, and not of what: id, code, name."""
    own = words(name)
    return len(own) <= 1 and all(word in _IDS or word in _CODES or word in _LABELS for word in own)


@cache
def id_stem(name: str) -> str:
    """The words before an id or a code, in one; empty where there are none."""
    own = words(name)
    last, stem = _glued(own) or (own[-1], own[:-1]) if own else ("", ())
    return joined_words(stem) if last in _IDS or last in _CODES else ""


def names_its_table(stem: Collection[str], table: str) -> bool:
    """Whether the words before an id or code are the table's own: `film` of films, `step` of workflow_steps."""
    own = {singular(word) for word in words(table)}
    joined = "".join(singular(word) for word in words(table))
    wanted = [singular(word) for word in stem]
    return bool(wanted) and (all(word in own for word in wanted) or "".join(wanted) in (joined, joined + "s"))


@lru_cache(maxsize=1 << 16)
def kind(name: str, table: str, tables: Collection[str]) -> str:
    """The kind of a column's name within its table: one of the constants of this module."""
    own = words(name) or (name.lower(),)
    last, stem = _glued(own) or (own[-1], own[:-1])
    if last in _IDS or last in _CODES:
        return _key_kind(last, stem, table, TableNames.of(tables))
    changing = any(word in _CHANGING for word in own)
    if not changing and any(word in _CODES for word in own):
        return OWN_CODE
    if changing:
        return CHANGING
    if own[-1] in _LABELS:
        return LABEL
    return REFERENCE if TableNames.of(tables).is_another(joined_words(own), table) else NEUTRAL


def _key_kind(last: str, stem: tuple[str, ...], table: str, tables: TableNames) -> str:
    """The kind of a name that ends in an id or a code: whose it is tells the word before."""
    family = OWN_ID if last in _IDS else OWN_CODE
    owner = _owner(stem, table, tables)
    if owner is not None:
        return family if owner == table else REFERENCE
    if any(word in _CODES for word in stem):
        return OWN_CODE
    if family == OWN_ID:
        return REFERENCE
    return CHANGING if any(word in _CHANGING for word in stem) else OWN_CODE


def _owner(stem: tuple[str, ...], table: str, tables: TableNames) -> str | None:
    """The table whose key the words before an id or a code announce: the closest name wins; None for no table's."""
    joined = joined_words(stem)
    if not stem or joined == tables.joined(table):
        return table
    # `film_id` of film_actor is a film's, though the word is in the table's own name.
    if exact := tables.called(joined):
        return exact[0]
    another = tables.is_another(joined, table)
    # The last word is the thing: `step_id` of workflow_steps is its own, `kingdom_id` of kingdom_names a kingdom's.
    if names_its_table(stem, table) and not (another and not tables.joined(table).endswith(joined)):
        return table
    return "" if another else None


def _glued(own: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """Read `customerid` and `c_custkey` as the words they were glued from."""
    tail = own[-1]
    if tail in _CHANGING or tail in _LABELS:
        return None
    for ending in ("uuid", "guid", "code", "number", "nummer", "key", "nbr", "num", "id", "nr", "no"):
        stem = tail.removesuffix(ending)
        if stem != tail and len(stem) > 2:  # noqa: PLR2004 - shorter stems belong to other words: paid, void
            return ("number" if ending.startswith("n") else ending), (stem,)
    return None


def joined_words(own: Collection[str]) -> str:
    """The words of a name in one, each in the singular."""
    return "".join(singular(word) for word in own)


@cache
def singular(word: str) -> str:
    """A word of a name without the ending of a plural."""
    if word.endswith("ies") and len(word) > 4:  # noqa: PLR2004 - ties, pies
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 2 else word  # noqa: PLR2004 - is, as
