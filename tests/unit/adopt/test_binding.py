"""Bindings of somebody else's register function."""

import pytest

from core.domain.adopt.binding import Function, Given, Parameter, complaints, guess, is_set_based, read
from core.errors import UsageError

OURS = ("p_collection_name", "p_entity_code", "p_born_at", "p_dot_origin", "p_dry_run")


def function(*names: str, kind: str = "f", optional: tuple[str, ...] = ()) -> Function:
    parameters = tuple(Parameter(name, "text", name in optional) for name in names)
    return Function("ops.f(text)", parameters, kind, returns_set=False, volatility="v")


def test_the_usual_names_say_what_they_take() -> None:
    assert {name: given.text for name, given in (guess(function(*OURS)) or {}).items()} == {
        "p_collection_name": "$collection", "p_entity_code": "$code", "p_born_at": "$born_at",
        "p_dot_origin": "$origin", "p_dry_run": "$dry_run"}  # fmt: skip
    assert guess(function(*OURS, "p_tenant")) is None
    assert guess(function(*OURS, "p_tenant", optional=("p_tenant",))) is not None
    assert guess(function("p_collection", "p_code")) is None


def test_a_function_takes_rows_one_by_one_or_all_of_them_in_arrays() -> None:
    def taking(*arrays: str) -> Function:
        names = ("p_collection", "p_codes", "p_source_keys", "p_dot_origin")
        types = tuple(Parameter(name, "text", has_default=False, is_array=name in arrays) for name in names)
        return Function("ops.f(text)", types, "f", returns_set=False, volatility="v")

    binding = guess(taking("p_codes", "p_source_keys"))
    assert binding is not None
    assert is_set_based(taking("p_codes", "p_source_keys"), binding)
    assert not is_set_based(taking(), binding)
    assert complaints(taking("p_codes"), binding) == ["p_source_keys must be an array, like $code"]
    assert complaints(taking("p_source_keys"), binding) == ["p_source_keys has type text: $source_key is one value"]
    assert complaints(taking("p_codes", "p_source_keys", "p_dot_origin"), binding) == [
        "p_dot_origin has type text: $origin is one value"]  # fmt: skip


def test_a_binding_is_read_as_it_is_written() -> None:
    assert read(["ops.f", "a=$code", "b=x=y"]) == ("ops.f", {"a": Given("code"), "b": Given("constant", "x=y")})
    for words in (["a=$code"], ["f", "a"], ["f", "=$code"], ["f", "a="], ["f", "a=$cod"], ["f", "a=1", "a=2"]):
        with pytest.raises(UsageError):
            read(words)


def test_a_binding_gives_every_value_a_place_and_every_parameter_a_value() -> None:
    fine = {"a": Given("collection"), "b": Given("code"), "c": Given("origin")}
    assert complaints(function("a", "b", "c"), fine) == []
    assert complaints(function("a", "b", "c", "d"), fine) == ["d has no default and is not bound"]
    assert complaints(function("a", "b"), fine) == ["unknown parameter c"]
    assert complaints(function("a", "b", "c", kind="p"), fine) == ["it is not a plain function"]
    assert complaints(function("a", "b", "c"), {**fine, "c": Given("code")}) == [
        "$origin is not bound", "$code is bound to two parameters"]  # fmt: skip
