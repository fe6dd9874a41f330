"""The console's own start, read from argv without the command line's library: the first figures do not wait for it."""

from collections.abc import Iterable, Mapping, Sequence

_VALUES = {"--dsn": "dsn", "--schema": "schema", "--profile": "profile", "--as": "login"}
_FLAGS = {"--read-only": "read_only"}
_COMPLETING = "_COMPLETE"


def bare_start(arguments: Sequence[str], environment: Mapping[str, str]) -> dict[str, str | bool] | None:
    """What `arguments` say of where to connect, by the names of `resolve`; None where they are to be parsed in full.

    That is so for every command, for every other option, for what is written wrong, and where a shell completes.
    """
    if any(name.endswith(_COMPLETING) for name in environment):
        return None
    found: dict[str, str | bool] = {}
    rest = iter(arguments)
    for argument in rest:
        if argument in _FLAGS:
            found[_FLAGS[argument]] = True
            continue
        name, value = _said(argument, rest)
        if name not in _VALUES or value is None:
            return None
        found[_VALUES[name]] = value
    return found


def _said(argument: str, rest: Iterable[str]) -> tuple[str, str | None]:
    """An option's name and its value, which may be the next argument; one that looks like an option is none."""
    name, equals, value = argument.partition("=")
    if equals or name not in _VALUES:
        return name, value
    following = next(iter(rest), None)
    return name, None if following is None or following.startswith("-") else following
