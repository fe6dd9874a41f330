"""What a column's name says about its part in an identity. Weak evidence: names decide between equals."""

import re
from collections.abc import Collection
from functools import cache

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
_IDS = _set("id ids uuid guid oid pk rowid uid sid")
# What a person reads, and somebody corrects tomorrow.
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
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")


@cache
def words(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case: snake_case, camelCase and digits apart."""
    return tuple(word.lower() for word in _WORD.findall(name))


def is_audit(name: str) -> bool:
    """Whether a column only says who touched a row and when, or where it is shown."""
    return bool(_AUDIT.match(name))


def is_birth(name: str) -> bool:
    """Whether a column says when a row came to be: the only moment of it that never changes."""
    return bool(_BIRTH.match(name))


def is_measure(name: str) -> bool:
    """Whether a column's name is that of something measured, dated or described."""
    return not is_audit(name) and any(word in _CHANGING for word in words(name))


def is_ordinal(name: str) -> bool:
    """Whether a column's name is that of a number that runs within a parent."""
    own = words(name)
    return any(word in _ORDINALS for word in own) and not any(word in _DRAGGED for word in own)


def is_of(stem: Collection[str], table: str) -> bool:
    """Whether the words before an id or code are the table's own: `film` of films, `step` of workflow_steps."""
    own = {_singular(word) for word in words(table)}
    joined = "".join(_singular(word) for word in words(table))
    wanted = [_singular(word) for word in stem]
    return bool(wanted) and (all(word in own for word in wanted) or "".join(wanted) in (joined, joined + "s"))


def kind(name: str, table: str, tables: Collection[str]) -> str:
    """The kind of a column's name within its table: one of the constants of this module."""
    own = words(name) or (name.lower(),)
    last, stem = _glued(own) or (own[-1], own[:-1])
    if last in _IDS or last in _CODES:
        return _key_kind(last, stem, table, tables)
    changing = any(word in _CHANGING for word in own)
    if not changing and any(word in _CODES for word in own):
        return OWN_CODE
    if changing:
        return CHANGING
    if own[-1] in _LABELS:
        return LABEL
    return REFERENCE if _names_another(own, table, tables) else NEUTRAL


def _key_kind(last: str, stem: tuple[str, ...], table: str, tables: Collection[str]) -> str:
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


def _owner(stem: tuple[str, ...], table: str, tables: Collection[str]) -> str | None:
    """The table whose key the words before an id or a code announce: the closest name wins; None for no table's."""
    if not stem or _joined_words(stem) == _joined(table):
        return table
    # `film_id` of film_actor is a film's, though the word is in the table's own name.
    exact = next((other for other in tables if _joined_words(stem) == _joined(other)), None)
    if exact is not None:
        return exact
    if is_of(stem, table):
        return table
    return "" if _names_another(stem, table, tables) else None


def _glued(own: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """Read `customerid` and `c_custkey` as the words they were glued from."""
    tail = own[-1]
    if tail in _CHANGING or tail in _LABELS:
        return None
    for ending in ("uuid", "guid", "code", "key", "nbr", "num", "id", "no"):
        stem = tail.removesuffix(ending)
        if stem != tail and len(stem) > 2:  # noqa: PLR2004 - shorter stems belong to other words: paid, void
            return ("number" if ending in ("nbr", "num") else ending), (stem,)
    return None


def _names_another(stem: Collection[str], table: str, tables: Collection[str]) -> bool:
    """Whether the words name another table than this one."""
    wanted = _joined_words(stem)
    for other in tables:
        if other == table:
            continue
        found = _joined(other)
        if wanted == found or (len(wanted) > 3 and found.endswith(wanted)):  # noqa: PLR2004 - prefixes of modules
            return True
    return False


@cache
def _joined(table: str) -> str:
    return _joined_words(words(table))


def _joined_words(own: Collection[str]) -> str:
    return "".join(_singular(word) for word in own)


@cache
def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:  # noqa: PLR2004 - ties, pies
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 2 else word  # noqa: PLR2004 - is, as
