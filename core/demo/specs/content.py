"""Observed: the website with its languages, pages, posts, forms, categories and navigation."""

from core.demo import links, values
from core.demo.blemishes import blank, distinct
from core.demo.columns import (
    column,
    created,
    flag,
    integer,
    key,
    ref,
    serial,
    sort,
    staff,
    status,
    text,
    updated,
    uuid_key,
)
from core.demo.shape import Collection, Column, Value, collection
from core.demo.texts import slug, slugs

_LANGUAGES = {
    "en-US": "English (United States)", "en-GB": "English (United Kingdom)", "vi-VN": "Tiếng Việt",
    "de-DE": "Deutsch", "de-AT": "Deutsch (Österreich)", "pl-PL": "Polski", "nb-NO": "Norsk bokmål",
    "sv-SE": "Svenska", "fi-FI": "Suomi", "da-DK": "Dansk", "nl-NL": "Nederlands", "fr-FR": "Français",
    "es-ES": "Español", "pt-PT": "Português", "pt-BR": "Português (Brasil)", "it-IT": "Italiano",
    "cs-CZ": "Čeština", "el-GR": "Ελληνικά", "tr-TR": "Türkçe", "bg-BG": "Български", "ja-JP": "日本語",
    "ar-LB": "العربية", "hi-IN": "हिन्दी", "ga-IE": "Gaeilge",
}  # fmt: skip
_FORMS = (
    "contact_form", "newsletter_signup", "demo_request", "support_request", "callback_request",
    "job_application", "partner_application", "event_signup", "brief_upload", "press_enquiry",
    "privacy_request", "unsubscribe_reason", "customer_survey", "exit_survey", "supplier_profile",
    "complaint", "referral",
)  # fmt: skip
_CATEGORIES = (
    "product-updates", "case-studies", "engineering", "design-notes", "company-news", "events", "careers",
    "press", "research", "tutorials", "interviews", "opinion", "field-reports", "accessibility",
    "automation", "data-quality", "localisation", "open-source", "partnerships", "sustainability",
    "operations", "security-notes", "pricing-changes", "release-notes", "behind-the-scenes", "reading-list",
    "webinars", "white-papers", "archive",
)  # fmt: skip
_MENUS = {
    "main": "Main menu", "footer": "Footer", "account": "Account menu", "mobile": "Mobile menu",
    "legal-links": "Legal links", "partner-portal": "Partner portal",
}  # fmt: skip


def _permalink(title: Value) -> str:
    return f"/{slug(str(title))}"


def _titled(name: Value) -> str:
    return str(name).replace("_", " ").replace("-", " ").capitalize()


def _title(template: str, *more: str) -> Column:
    return text("title", values.phrase(template, *more), "NOT NULL")


COLLECTIONS: tuple[Collection, ...] = (
    collection(
        "languages",
        Column("code", "text PRIMARY KEY", values.listed(*_LANGUAGES)),
        text("name", values.listed(*_LANGUAGES.values()), "NOT NULL"),
        text(
            "direction",
            values.derived(lambda code: "rtl" if code == "ar-LB" else "ltr", "code"),
            "NOT NULL DEFAULT 'ltr'",
        ),
        flag("is_offered", often=40),
        integer("sort", values.series()),
        fixed=True,
    ),
    collection(
        "pages",
        serial(),
        _title("{service} for {trade}", "{quality} {topic}", "{service} in {city}", "{process}"),
        key("permalink", distinct(values.derived(_permalink, "title"))),
        text("seo_description", blank(values.phrase("How we {doing} the {thing} with {trade}."), 0.2)),
        flag("in_sitemap", often=90),
        sort(),
        staff(),
        status("published", "draft", "archived"),
        created(),
        updated(),
    ),
    collection(
        "pages_translations",
        serial(),
        ref("pages_id", "pages.id", "integer NOT NULL", links.in_turn()),
        ref("languages_code", "languages.code", "text NOT NULL", links.partner("pages_id")),
        text("title", values.phrase("{service}", "{topic}", "{process}")),
        text("translated_by", values.pick("agent", "agency", "staff")),
        flag("is_reviewed", often=65),
        constraints=("UNIQUE (pages_id, languages_code)",),
    ),
    collection(
        "categories",
        serial(),
        key("slug", values.listed(*_CATEGORIES)),
        text("title", values.derived(_titled, "slug")),
        text("colour", values.pick("#0b7285", "#5c940d", "#e8590c", "#862e9c")),
        sort(),
        status("published", "draft"),
        fixed=True,
    ),
    collection(
        "posts",
        uuid_key(),
        _title(
            "{topic} in {trade}: {lesson}",
            "{quality} {topic}, {lesson}",
            "{lesson}: {topic} at {brand} {trade}",
        ),
        key("slug", slugs("title")),
        ref("category_id", "categories.id", "integer", links.some(0.9)),
        text("summary", values.phrase("{brand} {trade} wanted {quality} {topic}. Here is {lesson}.")),
        staff("author"),
        integer("minutes_to_read", values.whole(2, 14)),
        status("published", "draft", "archived"),
        created(),
    ),
    collection(
        "forms",
        serial(),
        key("key", values.listed(*_FORMS)),
        text("title", values.derived(_titled, "key")),
        text("submit_label", values.pick("Send", "Sign up", "Request", "Continue")),
        text("on_success", values.pick("message", "redirect")),
        integer("submissions", values.whole(0, 1800)),
        status("published", "draft"),
        created(),
        fixed=True,
    ),
    collection(
        "globals",
        Column("id", "text PRIMARY KEY", values.listed("site-globals")),
        text("title", values.constant("North Harbour"), "NOT NULL"),
        text("url", values.constant("https://northharbour.test")),
        text("tagline", values.constant("Operations that run themselves, and people who know why")),
        text("contact_email", values.constant("hello@northharbour.test")),
        column("maintenance", "boolean NOT NULL DEFAULT false", values.constant(value=False)),
        fixed=True,
    ),
    collection(
        "navigation",
        Column("id", "text PRIMARY KEY", values.listed(*_MENUS)),
        text("title", values.listed(*_MENUS.values())),
        text("note", values.pick(None, "edited by content", "generated")),
        status("published", "draft"),
        created(),
        fixed=True,
    ),
    collection(
        "navigation_items",
        Column("id", "text PRIMARY KEY DEFAULT gen_random_uuid()::text", values.uuids()),
        _title("{service}", "{area}", "{topic}"),
        text("kind", values.pick("page", "url", "group", weights=(6, 2, 1))),
        ref("page_id", "pages.id", "integer", links.some(0.7)),
        Column("parent", "text", links.earlier(0.4), references="navigation_items.id"),
        sort(),
        status("published", "draft"),
        fixed=True,
    ),
    collection(
        "navigation_navigation_items",
        serial(),
        ref("navigation_id", "navigation.id", "text NOT NULL"),
        ref("navigation_items_id", "navigation_items.id", "text NOT NULL", links.partner("navigation_id")),
        integer("sort", values.whole(1, 14)),
        flag("open_in_new_tab", often=10),
        fixed=True,
    ),
)
