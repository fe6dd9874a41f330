"""Observed: help pages, conversations with customers, and the shared inbox."""

from core.demo import links, values
from core.demo.blemishes import blank, blank_in, only_where
from core.demo.columns import (
    column,
    created,
    flag,
    integer,
    key,
    moment,
    ref,
    sort,
    staff,
    status,
    text,
    updated,
    uuid_key,
)
from core.demo.shape import Collection, collection
from core.demo.texts import address, person, slugs

_HELP = (
    "getting-started", "your-account", "billing-and-invoices", "working-with-agents", "importing-data",
    "exporting-data", "users-and-permissions", "workflows-explained", "troubleshooting", "integrations",
    "data-protection",
)  # fmt: skip

COLLECTIONS: tuple[Collection, ...] = (
    collection(
        "help_collections",
        uuid_key(),
        key("slug", values.listed(*_HELP)),
        text("title", values.derived(lambda name: str(name).replace("-", " ").capitalize(), "slug"), "NOT NULL"),
        text("description", values.phrase("Everything about {topic} and the {part}")),
        text("icon", values.pick("book", "key", "card", "bolt", "cloud")),
        integer("sort", values.series()),
        fixed=True,
    ),
    collection(
        "help_articles",
        uuid_key(),
        text(
            "title",
            values.phrase("How to {doing} the {thing}", "{problem} in the {part}: what to do"),
            "NOT NULL",
        ),
        text("slug", blank_in(slugs("title"), 6), "UNIQUE"),
        ref("help_collection", "help_collections.id", "uuid", links.some(0.95)),
        text(
            "content",
            values.phrase("Open the {part}, then {doing} the {thing}. If you see a {problem}, write to us."),
        ),
        staff("owner"),
        sort(),
        status("published", "draft"),
        created(),
        updated(),
    ),
    collection(
        "help_feedback",
        uuid_key(),
        ref("article_id", "help_articles.id", "uuid NOT NULL"),
        integer("rating", values.pick(1, 2, 3, 4, weights=(1, 1, 3, 5))),
        text("comment", blank(values.remarks(), 0.6)),
        text("visitor", blank(values.hexes(64), 0.3)),
        text("url", values.pick("/help/search", "/help/articles", "/help")),
        created(),
    ),
    collection(
        "conversations",
        uuid_key(),
        text("subject", values.phrase("{thing}", "{problem} in the {part}", "{service}, {city}")),
        ref("contact_id", "contacts.id", "uuid", links.some(0.95)),
        text("channel", values.phrase("{channel}")),
        staff("assigned_to"),
        integer("unread", values.pick(0, 1, 2, 5, weights=(8, 2, 1, 1))),
        status("closed", "open", "waiting"),
        created(),
        moment("closed_at", only_where("status", "closed", fill=values.later("date_created", days=14))),
    ),
    collection(
        "messages",
        uuid_key(),
        ref("conversation_id", "conversations.id", "uuid NOT NULL", links.in_turn()),
        text("body", values.remarks(), "NOT NULL"),
        text("sender_kind", values.pick("contact", "staff", "agent", weights=(5, 4, 1))),
        staff("sent_by"),
        flag("is_internal", often=12),
        created(),
    ),
    collection(
        "inbox",
        uuid_key(),
        text("first_name", values.phrase("{first}")),
        text("last_name", values.phrase("{last}")),
        text("from_address", address("first_name", "last_name")),
        text("subject", values.phrase("About the {thing}", "{service}: a question", "{problem}")),
        text("body", values.remarks()),
        column("size_bytes", "bigint", values.whole(800, 4_000_000)),
        text("handled_by", blank(person(), 0.5)),
        status("archived", "new", "answered"),
        created(),
    ),
)
