"""Governed: documents and their reviews, agents and what they produce, requests and feedback."""

from core.demo import links, values
from core.demo.blemishes import blank, blank_in, distinct, only_where, twins
from core.demo.columns import (
    column,
    created,
    day,
    flag,
    integer,
    key,
    moment,
    ref,
    serial,
    staff,
    status,
    text,
    updated,
    uuid_key,
)
from core.demo.shape import Collection, Draw, Value, Values, collection
from core.demo.texts import person, slug
from core.demo.words import WORDS

_BLOCKS = (
    "block_accordion", "block_banner", "block_button_group", "block_cards", "block_carousel",
    "block_columns", "block_contact", "block_countdown", "block_cta", "block_divider", "block_download",
    "block_faqs", "block_features", "block_footer_links", "block_form", "block_gallery", "block_hero",
    "block_hero_split", "block_html", "block_logo_cloud", "block_map", "block_metrics", "block_newsletter",
    "block_post_list", "block_pricing", "block_quote", "block_richtext", "block_steps", "block_table",
    "block_tabs", "block_team", "block_testimonials", "block_video",
)  # fmt: skip


def _path(area: Value, title: Value) -> str:
    return f"docs/{slug(str(area))}/{slug(str(title))}.md"


def _numbered_path(path: str, number: int) -> str:
    return f"{path.removesuffix('.md')}-{number}.md"


def _view_link(title: Value) -> str:
    return f"/agents/views/{slug(str(title))}"


def _document_numbers(draw: Draw) -> Values:
    count = max(1, draw.rows * 3 // 5)
    numbers = [f"ND-{2023 + 4 * number // count}-{number + 1:03d}" for number in range(count)]
    return links.in_turn()(draw, numbers)


COLLECTIONS: tuple[Collection, ...] = (
    collection(
        "knowledge_documents",
        serial(),
        text("area", values.phrase("{area}"), "NOT NULL"),
        text(
            "title",
            values.phrase("{artifact} on {topic} for {department}", "{quality} {topic} in {department}"),
            "NOT NULL",
        ),
        key("path", distinct(values.derived(_path, "area", "title"), _numbered_path)),
        text("language", values.pick("en", "vi", "pl", weights=(7, 4, 1))),
        integer("words", values.whole(120, 6400)),
        text("checksum", blank(values.hexes(128), 0.1)),
        text("author", person()),
        status("published", "draft", "archived"),
        created(),
        updated(),
    ),
    collection(
        "doc_reviews",
        serial(),
        ref("document_id", "knowledge_documents.id", "integer NOT NULL"),
        text("reviewer", person()),
        integer("round", values.pick(1, 2, 3, weights=(6, 3, 1))),
        text("comment", blank(values.remarks(), 0.2)),
        status("approved", "changes_requested", "open"),
        created(),
    ),
    collection(
        "normative_documents",
        text("doc_no", _document_numbers, "NOT NULL"),
        column("revision", "integer NOT NULL", links.running("doc_no")),
        text("title", values.phrase("{artifact} on {topic}"), "NOT NULL"),
        day("issued_on", values.days()),
        text("issued_by", values.phrase("{department}")),
        integer("pages", values.whole(2, 48)),
        status("in_force", "superseded", "draft"),
        created(),
        constraints=("PRIMARY KEY (doc_no, revision)",),
    ),
    collection(
        "block_library",
        uuid_key(),
        text("block_key", values.listed(*_BLOCKS), "UNIQUE"),
        text("label", values.derived(lambda name: str(name)[6:].replace("_", " ").capitalize(), "block_key")),
        text("purpose", values.phrase("Shows the {thing}", "Leads to the {part}")),
        integer("version", values.whole(1, 6)),
        flag("is_responsive", often=95),
        status("published", "draft"),
        created(),
        fixed=True,
    ),
    collection(
        "agents",
        serial(),
        key("code", values.codes("AGT-{:02d}", gaps=0)),
        text("name", values.listed(*WORDS["agent"]), "NOT NULL"),
        text("purpose", values.phrase("Helps {department} to {doing} the {thing}")),
        text("autonomy", values.pick("proposes", "acts", "reports")),
        integer("daily_limit", values.pick(20, 50, 100, 250)),
        status("active", "paused"),
        created(),
        fixed=True,
    ),
    collection(
        "agent_views",
        serial(),
        ref("agent_id", "agents.id", "integer NOT NULL"),
        text(
            "title",
            values.phrase("{thing} of {department}, {city}", "{topic} by {department}, {city}"),
            "NOT NULL",
        ),
        key("permalink", distinct(values.derived(_view_link, "title"))),
        text("source_id", twins(values.codes("SRC-{:06d}", gaps=0.3), 3), "NOT NULL"),
        integer("opened", values.whole(0, 900)),
        text("renderer", values.pick("table", "chart", "text")),
        created(),
    ),
    collection(
        "content_requests",
        serial(),
        text(
            "title",
            distinct(values.phrase("A {artifact} on {topic} for {city}", "{lesson}: {topic} in {trade}")),
            "NOT NULL",
        ),
        text("format", values.pick("article", "video", "page", "newsletter")),
        text("requested_by", person()),
        integer("priority", values.whole(1, 5)),
        ref("agent_id", "agents.id", "integer", links.some(0.5)),
        status("open", "in_progress", "delivered", "declined"),
        created(),
    ),
    collection(
        "ai_discussions",
        serial(),
        text("topic_code", twins(values.codes("TOPIC-{:04d}"), 2, lambda code: f"{code} "), "NOT NULL UNIQUE"),
        text("subject", values.phrase("How should we {doing} the {thing}?", "Who decides on {topic}?")),
        text("opened_by", values.phrase("{agent}")),
        integer("turns", values.whole(2, 60)),
        text("outcome", blank(values.phrase("{department} will {doing} the {thing}"), 0.4)),
        status("concluded", "open"),
        created(),
    ),
    collection(
        "ai_tasks",
        serial(),
        text("task_ref", blank_in(values.codes("REF-{:05d}", gaps=0.2), 5)),
        ref("agent_id", "agents.id", "integer NOT NULL"),
        text(
            "prompt",
            values.phrase("{doing} the {thing} of {department} and list what is missing", "{doing} the {thing}"),
        ),
        integer("tokens", values.whole(300, 42000)),
        text("model_tier", values.pick("small", "large")),
        status("done", "queued", "failed"),
        created(),
        moment("finished_at", only_where("status", "done", fill=values.later("date_created", days=0.2))),
    ),
    collection(
        "feedbacks",
        serial(),
        key("fingerprint_id", values.hexes(256)),
        text("source", values.pick("web", "email", "agent", "survey")),
        integer("score", values.pick(1, 2, 3, 4, 5, None)),
        text("message", values.remarks()),
        text("page", values.pick("/", "/pricing", "/services", "/contact", "/help")),
        staff("handled_by"),
        status("new", "handled", "ignored"),
        created(),
        updated(),
    ),
)
