"""Governed: species of entities, facets and labels, and what depends on what."""

from typing import Final

from core.demo import links, values
from core.demo.census import census
from core.demo.columns import (
    column,
    created,
    created_unknown_in,
    day,
    flag,
    integer,
    key,
    ref,
    serial,
    staff,
    status,
    text,
)
from core.demo.shape import Collection, Draw, Values, collection

SERVICE_PREFIX: Final = "SVC"
_FACETS = {
    "Service line": SERVICE_PREFIX, "Industry": "IND", "Region": "RGN", "Audience": "AUD", "Channel": "CHN",
    "Document kind": "DOC", "Skill": "SKL", "Risk": "RSK", "Season": "SSN",
}  # fmt: skip
_COLLECTIONS = tuple(census())
_LEVELS = ("atom", "molecule", "compound", "material", "product")


def _label_codes(draw: Draw) -> Values:
    prefixes = dict(zip(draw.known["taxonomy_facets.code"].values, _FACETS.values(), strict=True))
    numbers = links.running("facet_code")(draw)
    return [f"{prefixes[facet]}-{number:04d}" for facet, number in zip(draw.left["facet_code"], numbers, strict=True)]


COLLECTIONS: tuple[Collection, ...] = (
    collection(
        "entity_species",
        key("species_code", values.codes("SPC-{:03d}")),
        text("name", values.phrase("{area} {artifact}"), "NOT NULL"),
        text("composition_level", values.pick(*_LEVELS)),
        text("description", values.phrase("A {artifact} that {department} keeps about {topic}")),
        flag("is_countable"),
        status("active", "draft"),
        created(),
        fixed=True,
    ),
    collection(
        "taxonomy_facets",
        serial(),
        key("code", values.codes("FCT-{:02d}", gaps=0)),
        text("name", values.listed(*_FACETS), "NOT NULL"),
        text("label_prefix", values.listed(*_FACETS.values()), "NOT NULL"),
        flag("multi_select", often=50),
        integer("sort", values.series()),
        day("valid_from", values.days()),
        status("active", "draft"),
        fixed=True,
    ),
    collection(
        "taxonomy_labels",
        serial(),
        ref("facet_code", "taxonomy_facets.code", "text NOT NULL"),
        key("code", _label_codes),
        text(
            "name",
            values.phrase("{service}", "{trade}", "{city}", "{topic}", "{quality} {service}"),
            "NOT NULL",
        ),
        text("synonyms", values.pick(None, None, "see also: services", "old name kept", "imported")),
        integer("usage_count", values.whole(0, 400)),
        staff(),
        status("published", "draft", "archived"),
        created_unknown_in(11),
    ),
    collection(
        "species_collection_map",
        ref("species_code", "entity_species.species_code", "text NOT NULL"),
        text("collection_name", links.among(_COLLECTIONS, links.partner("species_code")), "NOT NULL"),
        text("role", values.pick("home", "guest", "shadow", weights=(6, 3, 1))),
        flag("is_primary", often=55),
        text("note", values.pick(None, None, "agreed in the quarterly review", "to be reviewed")),
        column("date_updated", "timestamptz", values.moments()),
        constraints=("PRIMARY KEY (species_code, collection_name)",),
        fixed=True,
    ),
    collection(
        "entity_dependencies",
        serial(),
        key("code", values.codes("DEP-{:05d}")),
        column(
            "source_code",
            "text NOT NULL",
            lambda d: links.anyone(d, d.known["tasks.code"].values),
            ("tasks.code",),
        ),
        column(
            "target_code",
            "text NOT NULL",
            lambda d: links.anyone(d, d.known["dot_tools.code"].values),
            ("dot_tools.code",),
        ),
        text("relation", values.pick("needs", "follows", "replaces", "documents", weights=(6, 3, 1, 2))),
        integer("strength", values.whole(1, 5)),
        flag("is_blocking", often=30),
        text("remark", values.pick(None, None, None, "found by a scan", "confirmed by hand")),
    ),
)
