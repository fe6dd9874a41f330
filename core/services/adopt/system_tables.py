"""The known products, as the data file beside this module lists them."""

import tomllib
from functools import cache
from importlib import resources

from core.domain.adopt.system_tables import Product


@cache
def products() -> tuple[Product, ...]:
    """Every product that is known, in the file's order."""
    text = (resources.files("core.services.adopt") / "system_tables.toml").read_text(encoding="utf-8")
    return tuple(
        Product(
            name=each["name"],
            reason=each["reason"],
            tables=tuple(each.get("tables", ())),
            schemas=tuple(each.get("schemas", ())),
            marker=tuple(each.get("marker", ())),
            marker_schemas=tuple(each.get("marker_schemas", ())),
        )
        for each in tomllib.loads(text)["product"]
    )
