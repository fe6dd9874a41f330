"""The words that a schema of an output is made of."""

from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
ANY: Schema = {}
MAP: Schema = {"type": "object"}


def listed(of: Schema) -> Schema:
    """An array of such."""
    return {"type": "array", "items": of}


def maybe(of: Schema) -> Schema:
    """Such, or null."""
    return {"anyOf": [of, {"type": "null"}]}


def fields(**of: Schema) -> Schema:
    """An object with these fields, and perhaps more."""
    return {"type": "object", "properties": of, "required": list(of)}


def either(*of: Schema) -> Schema:
    """One of these, by the options that were given."""
    return {"anyOf": list(of)}
