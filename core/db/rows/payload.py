"""What JSON holds, as typed values: built in one place, by the annotations of a dataclass."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from core.errors import Json

# What the annotation `Json` names; a module that writes it need not import them.
_NAMES = {"Json": Any, "Mapping": Mapping, "Sequence": Sequence}


@cache
def hints(kind: type) -> Mapping[str, Any]:
    """The annotations of a class, resolved."""
    return get_type_hints(kind, localns=_NAMES)


class _Anything:
    json: Json


_WHATEVER: Final = (Any, hints(_Anything)["json"])


def fitted(hint: Any, value: Any, path: str, faults: list[str]) -> Any:  # noqa: ANN401 - an annotation and JSON are anything
    """What `value`, as JSON was read, is under an annotation: dataclasses of objects, tuples of arrays.

    An object may have keys that its dataclass does not know. What does not fit is said in `faults`, in words that begin
    with its `path`; then the result is of no use.
    """
    if hint in _WHATEVER:
        return value
    if get_origin(hint) in (Union, UnionType):
        return _chosen(hint, value, path, faults)
    if is_dataclass(hint) and isinstance(hint, type):
        return _built(hint, value, path, faults)
    if isinstance(value, list | dict) and _is_of(hint, value):
        return _many(hint, value, path, faults)
    if type(value) is not hint and (hint, type(value)) != (float, int):
        faults.append(f"{path} is {_said(value)}, not {_named(hint)}")
    return value


def _is_of(hint: Any, value: list[Any] | dict[str, Any]) -> bool:  # noqa: ANN401 - an annotation is anything
    return get_origin(hint) in ((list, tuple, Sequence) if isinstance(value, list) else (dict, Mapping))


def _many(hint: Any, value: list[Any] | dict[str, Any], path: str, faults: list[str]) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, dict):
        each = get_args(hint)[1]
        return {name: fitted(each, item, _under(path, name), faults) for name, item in value.items()}
    each = get_args(hint)[0]
    found = [fitted(each, item, f"{path}[{place}]", faults) for place, item in enumerate(value)]
    return found if get_origin(hint) is list else tuple(found)


def _built(kind: type, value: Any, path: str, faults: list[str]) -> Any:  # noqa: ANN401 - of `kind`
    if not isinstance(value, dict):
        faults.append(f"{path} is {_said(value)}, not an object")
        return None
    known, missing = hints(kind), len(faults)
    names = [field.name for field in fields(kind)]
    faults += [f"{_under(path, name)} is missing" for name in names if name not in value]
    found = {name: fitted(known[name], value[name], _under(path, name), faults) for name in names if name in value}
    return kind(**found) if len(faults) == missing else None


def _chosen(hint: Any, value: Any, path: str, faults: list[str]) -> Any:  # noqa: ANN401 - an annotation and JSON are anything
    """The value under the first annotation of a union that it fits."""
    choices = [each for each in get_args(hint) if each is not NoneType]
    if value is None and len(choices) < len(get_args(hint)):
        return None
    if len(choices) == 1:
        return fitted(choices[0], value, path, faults)
    for each in choices:
        trial: list[str] = []
        found = fitted(each, value, path, trial)
        if not trial:
            return found
    faults.append(f"{path} is {_said(value)}, not {_named(hint)}")
    return None


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _said(value: object) -> str:
    return "null" if value is None else _named(type(value))


def _named(hint: Any) -> str:  # noqa: ANN401 - an annotation
    if (get_origin(hint) or hint) in (list, tuple, Sequence):
        return "an array"
    if (get_origin(hint) or hint) in (dict, Mapping):
        return "an object"
    return hint.__name__ if isinstance(hint, type) else str(hint)
