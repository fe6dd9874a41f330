"""How our values reach the named parameters of a register function of the company's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import ConsoleError, GateClosed, Json, UsageError

_SET = "it returns a set"
_WRAP = "Keep the function. Bind a wrapper function that calls it and returns void or a single value."

VALUES = ("collection", "code", "source_key", "born_at", "origin", "dry_run")
# What differs from row to row: arrays, for a function that takes many rows at once.
_OF_EACH_ROW = ("code", "source_key", "born_at")
# Without these a row is not registered under the right code and collection, or what was written is not found again.
_NEEDED = ("collection", "code", "origin")
# What parameters are called by those who name them as we would.
_USUAL = {
    "collection": ("collection_name", "collection"),
    "code": ("entity_code", "code", "entity_codes", "codes"),
    "source_key": ("source_key", "source_id", "source_keys", "source_ids"),
    "born_at": ("born_at", "births"),
    "origin": ("dot_origin", "origin"),
    "dry_run": ("dry_run",),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One that a caller gives. `is_pseudo`: of a type that no value can be cast to."""

    name: str
    type: str
    has_default: bool
    is_variadic: bool = False
    is_pseudo: bool = False
    is_array: bool = False

    @property
    def text(self) -> str:
        """For people."""
        return f"{self.name or '(no name)'} {self.type}{' DEFAULT' if self.has_default else ''}"


@dataclass(frozen=True, slots=True)
class Function:
    """A function as pg_proc holds it. `signature` is schema-qualified, with the types of its parameters."""

    signature: str
    parameters: tuple[Parameter, ...]
    kind: str
    returns_set: bool
    volatility: str

    def as_json(self) -> Json:
        """What the person who binds it needs to see."""
        return {"function": self.signature, "parameters": [each.text for each in self.parameters]}


@dataclass(frozen=True, slots=True)
class Given:
    """What a parameter gets: one of VALUES, or a constant text."""

    value: str
    constant: str | None = None

    @property
    def text(self) -> str:
        """As it is written: $code, or the constant itself."""
        return f"${self.value}" if self.constant is None else self.constant

    def as_json(self) -> dict[str, Json]:
        """As birth_gateway_bind takes it."""
        return {"value": self.value} if self.constant is None else {"constant": self.constant}


Binding = Mapping[str, Given]


def read(words: Sequence[str]) -> tuple[str, Binding]:
    """Read `FUNCTION parameter=$value …`. Raises UsageError."""
    function, *rest = words
    if "=" in function:
        raise _bad_binding_word(function, "The function comes first: --bind schema.function 'p_code=$code' …")
    found: dict[str, Given] = {}
    for word in rest:
        name, equals, value = word.partition("=")
        if not equals or not name or name in found:
            raise _bad_binding_word(word, "Write each parameter once: parameter=$value or parameter=constant.")
        if not value:
            raise _bad_binding_word(word, "Use single quotes: the shell expands $value.")
        if value.startswith("$") and value[1:] not in VALUES:
            raise _bad_binding_word(word, f"Values are {', '.join(f'${each}' for each in VALUES)}.")
        found[name] = Given(value[1:]) if value.startswith("$") else Given("constant", value)
    return function, found


def guess(function: Function) -> Binding | None:
    """The binding that the parameters' names suggest, or None where one is left over or one of ours has no place."""
    found: dict[str, Given] = {}
    for each in function.parameters:
        bare = each.name.removeprefix("p_").removeprefix("_")
        value = next((value for value, names in _USUAL.items() if bare in names), None)
        if value is not None:
            found[each.name] = Given(value)
    return None if complaints(function, found) else found


def is_set_based(function: Function, binding: Binding) -> bool:
    """Whether it takes all rows of a batch in arrays: the parameter that is given the code is one."""
    return any(each.is_array for each in function.parameters
               if each.name in binding and binding[each.name].value == "code")  # fmt: skip


def insist_fits(function: Function, binding: Binding) -> None:
    """Raise GateClosed with everything that is wrong with `binding`."""
    wrong = complaints(function, binding)
    if wrong:
        raise GateClosed(
            f"invalid binding of {function.signature}: {'; '.join(wrong)}",
            code="not_bindable",
            evidence={"wrong": wrong, "function": function.as_json()},
            hint=_WRAP
            if _SET in wrong
            else "Bind every parameter without a default: --bind FUNCTION 'p_collection=$collection' 'p_code=$code' …",
        )


def complaints(function: Function, binding: Binding) -> list[str]:
    """What is wrong with a binding, in words; empty where nothing is."""
    names = {each.name for each in function.parameters}
    values = [given.value for given in binding.values() if given.constant is None]
    wrong = [f"unknown parameter {name}" for name in binding if name not in names]
    wrong += [f"{each.name} has no default and is not bound" for each in function.parameters
              if each.name and not each.has_default and each.name not in binding]  # fmt: skip
    wrong += [f"{each.name} has type {each.type}: no value fits" for each in function.parameters
              if each.name in binding and (each.is_variadic or each.is_pseudo)]  # fmt: skip
    wrong += _unfit_arrays(function, binding)
    wrong += [f"${value} is not bound" for value in _NEEDED if value not in values]
    wrong += [f"${value} is bound to two parameters" for value in VALUES if values.count(value) > 1]
    return wrong + unsuitable(function)


def unsuitable(function: Function) -> list[str]:
    """What is wrong with a function, however it is bound."""
    wrong = []
    if function.kind != "f":
        wrong.append("it is not a plain function")
    if function.returns_set:
        wrong.append(_SET)
    if function.volatility != "v":
        wrong.append("it is not volatile, so it cannot write")
    if any(each.is_variadic for each in function.parameters):
        wrong.append("it is VARIADIC, which a call by names cannot be")
    if any(not each.name and not each.has_default for each in function.parameters):
        wrong.append("it has parameters without names")
    return wrong


def _unfit_arrays(function: Function, binding: Binding) -> list[str]:
    """Rows come in arrays, or one by one; what is the same for all of them is never an array."""
    wrong = []
    for each in function.parameters:
        given = binding.get(each.name)
        if given is None or given.constant is not None or each.is_variadic or each.is_pseudo:
            continue
        wanted = given.value in _OF_EACH_ROW and is_set_based(function, binding)
        if each.is_array != wanted:
            words = "must be an array, like $code" if wanted else f"has type {each.type}: {given.text} is one value"
            wrong.append(f"{each.name} {words}")
    return wrong


def _bad_binding_word(word: str, hint: str) -> ConsoleError:
    return UsageError(f"invalid binding {word}", code="bad_binding", evidence={"word": word}, hint=hint)
