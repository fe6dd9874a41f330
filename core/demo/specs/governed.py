"""Governed catalogues: what the company says about its own tables, laws, measurements and matrices."""

from core.demo import links, values
from core.demo.blemishes import blank
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
    updated,
    uuid_key,
)
from core.demo.shape import Collection, Draw, Values, collection
from core.demo.texts import person

_NAMES = tuple(census())
_ROLES = tuple(row.governance_role for row in census().values())
_MODULES = (
    "Accounts", "Agents", "Billing", "Calendar", "Checkpoints", "Contacts", "Content", "Deals", "Documents",
    "Helpdesk", "Inbox", "Laws", "Measurements", "Navigation", "Projects", "Species", "Taxonomy",
    "Workflows",
)  # fmt: skip


def _matrix_codes(draw: Draw) -> Values:
    matrices = [f"MTX-{number:03d}" for number in range(1, max(2, draw.rows // 6) + 1)]
    return links.in_turn(least=2)(draw, matrices)


COLLECTIONS: tuple[Collection, ...] = (
    collection(
        "collection_registry",
        text("collection_name", values.listed(*_NAMES)),
        text("code", values.codes("COL-{:03d}", gaps=0)),
        text("governance_role", values.listed(*_ROLES)),
        text("status", values.pick("published", "published", "draft")),
        created(),
        fixed=True,
        installed=True,
    ),
    collection(
        "meta_catalog",
        serial(),
        key("code", values.codes("CAT-{:03d}")),
        text("name", values.phrase("{area} {artifact}")),
        text("kind", values.pick("list", "tree", "matrix", "register")),
        text("description", values.phrase("Every {artifact} of {department}, kept by {area}")),
        text("keeper", person()),
        status("active", "draft", "retired"),
        created(),
        updated(),
        fixed=True,
    ),
    collection(
        "table_registry",
        key("table_id", values.codes("TBL-{:03d}")),
        text("table_name", lambda draw: _NAMES[: draw.rows], "NOT NULL"),
        text("layer", values.pick("core", "content", "sales", "support")),
        integer("row_estimate", values.derived(lambda name: census()[str(name)].source_rows, "table_name")),
        text(
            "description",
            values.phrase("Holds the {thing} of {department}", "The {artifact} that {area} works from"),
        ),
        flag("is_exposed"),
        status("active", "deprecated"),
        created(),
        fixed=True,
    ),
    collection(
        "modules",
        serial(),
        key("code", values.codes("MOD-{:02d}", gaps=0)),
        text("name", values.listed(*_MODULES), "NOT NULL"),
        text("version", values.pick("1.0.3", "1.4.0", "2.0.1", "2.2.0", "3.1.5")),
        text("keeper", person()),
        flag("is_core", often=40),
        status("active", "beta", "retired"),
        created(),
        fixed=True,
    ),
    collection(
        "dot_tools",
        serial(),
        key("code", values.codes("DOT-{:04d}")),
        text("title", values.phrase("{doing} the {thing}", "{doing} {topic} of {department}"), "NOT NULL"),
        text("runtime", values.pick("bash", "python", "sql", weights=(5, 3, 2))),
        ref("module_id", "modules.id", "integer NOT NULL"),
        text("cadence", values.pick("on demand", "daily", "weekly", None)),
        status("active", "draft", "deprecated"),
        created(),
        updated(),
    ),
    collection(
        "ui_pages",
        serial(),
        key("code", values.codes("UI-{:04d}")),
        text("title", values.phrase("{part} of {department}", "{thing}"), "NOT NULL"),
        ref("module_id", "modules.id", "integer NOT NULL"),
        text("layout", values.pick("list", "board", "detail", "split")),
        flag("needs_login", often=90),
        status("published", "draft"),
        created(),
    ),
    collection(
        "law_catalog",
        serial(),
        key("law_code", values.codes("LAW-{:03d}")),
        text("title", values.phrase("On {topic} in {area}", "On the {artifact} of {department}"), "NOT NULL"),
        integer("article", values.whole(1, 60)),
        text("summary", values.phrase("Whoever is to {doing} the {thing} asks {department} first.")),
        day("in_force_since", values.days()),
        status("in_force", "proposed", "repealed"),
        created(),
        fixed=True,
    ),
    collection(
        "measurement_registry",
        key("measurement_id", values.codes("MSR-{:04d}")),
        text("name", values.phrase("{topic} of {department}", "{problem} in the {part}"), "NOT NULL"),
        text("unit", values.pick("percent", "rows", "hours", "EUR", "score")),
        column("target", "numeric(10,2)", blank(values.amounts(1, 100), 0.2)),
        text("cadence", values.pick("hourly", "daily", "weekly", "monthly")),
        text("method", values.phrase("Count of {thing} per week, from the {part}")),
        staff("owner"),
        status("active", "paused"),
        created(),
    ),
    collection(
        "matrix_dimensions",
        uuid_key(),
        text("matrix_code", _matrix_codes, "NOT NULL"),
        column("dimension_no", "integer NOT NULL", links.running("matrix_code")),
        text("name", values.phrase("{quality} {topic}")),
        column("weight", "numeric(4,2)", values.amounts(0, 5)),
        text("scale", values.pick("1-5", "yes/no", "percent")),
        status("active", "draft"),
        created_unknown_in(6),
        constraints=("UNIQUE (matrix_code, dimension_no)",),
    ),
    collection(
        "table_proposals",
        serial(),
        text("table_name", values.phrase("{area}"), "NOT NULL"),
        text("reason", values.phrase("{doing} the {thing}")),
        text("proposed_by", person()),
        integer("expected_rows", values.whole(10, 5000)),
        status("proposed", "accepted", "rejected"),
        created(),
        fixed=True,
    ),
)
