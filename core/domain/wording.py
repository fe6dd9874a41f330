"""Evidence as people say it."""

from collections.abc import Mapping

_NUMBERS = frozenset(
    {"run", "permit", "version", "pid", "process", "began_with", "served_by", "line", "port", "seq", "event", "oid",
     "ledger_id", "epoch", "request", "timeline", "system_identifier"}
)  # fmt: skip


def in_words(value: object, *, inside: bool = False) -> str:
    """Evidence as a reader would say it: `rows 1,000, nulls none`; what stands inside another is in parentheses."""
    if isinstance(value, Mapping):
        named = ((str(name).replace("_", " "), value_in_words(name, each, inside=True)) for name, each in value.items())
        text = ", ".join(f"{name} {each}" for name, each in named)
        return f"({text})" if inside and text else text or "none"
    if isinstance(value, (list, tuple)):
        return "; ".join(in_words(each, inside=inside) for each in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def value_in_words(name: object, value: object, *, inside: bool = False) -> str:
    """The value of a name: a number that names something has no thousands."""
    return str(value) if name in _NUMBERS and isinstance(value, int) else in_words(value, inside=inside)
