"""An operator's own keys: an action's id and its keys. Entries that cannot work are reported; the others apply."""

from collections.abc import Iterator, Mapping, Sequence

from textual.keys import Keys

from tui.actions import ACTIONS, BY_ID, Action

_NAMES = {key.value for key in Keys}
_ANYWHERE = {"console", "list"}


def usable(wanted: Mapping[str, Sequence[str]]) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The overrides that can work, and what is wrong with the others."""
    problems = [*_unknown(wanted)]
    given = {name: tuple(keys) for name, keys in wanted.items() if not any(_unknown({name: keys}))}
    for name, problem in list(_conflicts(given)):
        problems.append(problem)
        given.pop(name, None)
    return given, problems


def _unknown(wanted: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for name, keys in wanted.items():
        if name not in BY_ID:
            yield f"keymap: unknown action {name}"
        for key in keys:
            plain = key.rsplit("+", 1)[-1]
            if len(plain) != 1 and plain not in _NAMES and key not in _NAMES and not plain.isidentifier():
                yield f"keymap: {name}: unknown key {key}"


def _conflicts(given: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    for name, keys in given.items():
        for other in ACTIONS:
            if other.id != name and _meet(BY_ID[name], other):
                for key in set(keys) & set(given.get(other.id, other.keys)):
                    yield name, f"keymap: {key} is the key of {other.id}: {name} keeps its default keys"


def _meet(one: Action, other: Action) -> bool:
    """Whether both can be pressed at the same moment."""
    return one.place == other.place or bool({one.place, other.place} & _ANYWHERE)
