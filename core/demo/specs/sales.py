"""Observed: deals, proposals, projects, items, invoices, payments and expenses."""

from datetime import date
from typing import Final

from core.demo import links, values
from core.demo.blemishes import blank, blank_in
from core.demo.columns import (
    column,
    created,
    day,
    day_after,
    flag,
    integer,
    key,
    money,
    ref,
    serial,
    sort,
    staff,
    status,
    text,
    updated,
    uuid_key,
)
from core.demo.shape import Collection, Draw, Value, Values, collection
from core.demo.specs.taxonomy import SERVICE_PREFIX

COLLISIONS: Final = 13
_STAGES = {
    "New": 10, "Qualified": 20, "Meeting held": 35, "Needs known": 45, "Proposal sent": 60,
    "Negotiation": 75, "Won": 100, "Lost": 0,
}  # fmt: skip
_TAXES = {
    "AT-Std20": "AT", "BG-Std20": "BG", "DE-Red7": "DE", "DE-Std19": "DE", "ES-Igic7": "ES",
    "GB-Std20": "GB", "GB-Zero0": "GB", "NO-Mva25": "NO", "PL-Vat23": "PL", "VN-Gtgt8": "VN",
    "VN-Gtgt10": "VN", "eu-reverse": None,
}  # fmt: skip
_RATES = (
    "20.00",
    "20.00",
    "7.00",
    "19.00",
    "7.00",
    "20.00",
    "0.00",
    "25.00",
    "23.00",
    "8.00",
    "10.00",
    "0.00",
)


def _skus(draw: Draw) -> Values:
    """Goods have codes of their own; services were given the codes of the labels that describe them."""
    labels = [str(code) for code in draw.known["taxonomy_labels.code"].registered]
    services = draw.rng.sample([code for code in labels if code.startswith(f"{SERVICE_PREFIX}-")], COLLISIONS)
    goods = [
        f"{draw.rng.choice(('LIC', 'KIT', 'DEV'))}-{number:04d}" for number in range(1, draw.rows - COLLISIONS + 1)
    ]
    return draw.rng.sample([*services, *goods], draw.rows)


def _deal_status(draw: Draw) -> Values:
    stages = dict(zip(draw.known["os_deal_stages.id"].values, draw.known["os_deal_stages.name"].values, strict=True))
    return [{"Won": "won", "Lost": "lost"}.get(str(stages[stage]), "open") for stage in draw.left["deal_stage"]]


def _expense(name: Value) -> str:
    return {"Train": "travel", "Hotel": "travel", "Lunch": "meals"}.get(str(name).split(" ", 1)[0], "services")


def _payment_ids(draw: Draw) -> Values:
    return [f"pi_3N{draw.rng.getrandbits(96):024x}" for _ in range(draw.rows)]


COLLECTIONS: tuple[Collection, ...] = (
    collection(
        "os_deal_stages",
        uuid_key(),
        text("name", values.listed(*_STAGES), "NOT NULL"),
        integer("probability", values.listed(*_STAGES.values())),
        text("colour", values.pick("#495057", "#1971c2", "#2f9e44", "#e03131")),
        integer("sort", values.series()),
        status("published", "draft"),
        fixed=True,
    ),
    collection(
        "os_deals",
        uuid_key(),
        text("name", values.phrase("{service}", "{service}, phase 2"), "NOT NULL"),
        ref("organization_id", "organizations.id", "uuid NOT NULL"),
        ref("deal_stage", "os_deal_stages.id", "uuid NOT NULL"),
        money("deal_value", 500, 90000),
        staff("owner"),
        column("status", "text NOT NULL DEFAULT 'open'", _deal_status, ("os_deal_stages.id", "os_deal_stages.name")),
        created(),
        day("close_on", day_after("date_created", within=120)),
    ),
    collection(
        "os_deal_contacts",
        uuid_key(),
        ref("os_deals_id", "os_deals.id", "uuid NOT NULL", links.in_turn()),
        ref("contacts_id", "contacts.id", "uuid NOT NULL", links.partner("os_deals_id")),
        text("influence", values.pick("decides", "advises", "pays", None)),
        integer("sort", blank(values.whole(1, 6), 0.3)),
    ),
    collection(
        "os_proposals",
        uuid_key(),
        text("name", values.phrase("{service} for {brand} {trade}"), "NOT NULL"),
        ref("deal_id", "os_deals.id", "uuid", links.some(0.9)),
        money("total", 500, 90000),
        text(
            "introduction",
            blank(values.phrase("You asked for {quality} {topic}; here is how we would start."), 0.3),
        ),
        day("valid_until", values.days()),
        status("sent", "draft", "accepted", "declined"),
        created(),
    ),
    collection(
        "os_projects",
        uuid_key(),
        key("project_code", values.codes("PRJ-{:04d}")),
        text("name", values.phrase("{brand}: {service}"), "NOT NULL"),
        ref("organization_id", "organizations.id", "uuid NOT NULL"),
        text("billing", values.pick("fixed", "hourly", "retainer")),
        money("budget", 2000, 120000),
        status("active", "done", "on_hold"),
        created(),
        updated(),
    ),
    collection(
        "os_project_contacts",
        uuid_key(),
        ref("os_projects_id", "os_projects.id", "uuid NOT NULL", links.in_turn()),
        ref("contacts_id", "contacts.id", "uuid NOT NULL", links.partner("os_projects_id")),
        text("role", values.pick("sponsor", "reviewer", "user")),
        flag("gets_reports", often=50),
    ),
    collection(
        "os_email_templates",
        uuid_key(),
        text("name", values.phrase("{process}: first message", "{process}: reminder"), "NOT NULL"),
        text("subject", values.phrase("Your {thing}", "About {topic}")),
        text("body", values.remarks()),
        text("language", values.pick("en", "vi", "de")),
        status("published", "draft"),
        created(),
        fixed=True,
    ),
    collection(
        "os_tax_rates",
        serial(),
        key("code", values.listed(*_TAXES)),
        text("country", values.listed(*_TAXES.values())),
        column("rate", "numeric(5,2) NOT NULL", values.listed(*_RATES)),
        text("remark", values.pick(None, None, "checked with the accountant")),
        day("valid_from", values.days(date(2020, 1, 1))),
        status("active", "archived"),
        fixed=True,
    ),
    collection(
        "os_items",
        uuid_key(),
        column("sku", "text NOT NULL UNIQUE", _skus, ("taxonomy_labels.code",)),
        text("name", values.phrase("{service}", "{service} ({trade})", "{quality} {service}"), "NOT NULL"),
        money("unit_price", 20, 4000),
        text("unit", values.pick("piece", "hour", "day", "month")),
        ref("tax_rate", "os_tax_rates.id", "integer NOT NULL"),
        sort(),
        status("published", "draft", "archived"),
    ),
    collection(
        "os_invoices",
        uuid_key(),
        key("invoice_number", values.codes("INV-{:06d}", gaps=0.01)),
        ref("organization_id", "organizations.id", "uuid NOT NULL"),
        ref("project_id", "os_projects.id", "uuid", links.some(0.6)),
        money("subtotal", 100, 24000),
        text("currency", values.pick("EUR", "USD", "VND", "PLN", weights=(7, 2, 2, 1))),
        text("reference", values.phrase("{service}", "{process}")),
        status("paid", "sent", "draft", "overdue"),
        created(),
        day("due_on", day_after("date_created", within=30)),
    ),
    collection(
        "os_invoice_items",
        uuid_key(),
        ref("invoice", "os_invoices.id", "uuid NOT NULL", links.in_turn()),
        column("line_item_number", "integer NOT NULL", links.running("invoice")),
        ref("item", "os_items.id", "uuid", links.some(0.9)),
        text("description", values.phrase("{service}", "{service}, {trade}")),
        column("quantity", "numeric(8,2) NOT NULL", values.amounts(1, 40)),
        money("unit_price", 20, 4000),
    ),
    collection(
        "os_payments",
        uuid_key(),
        text("stripe_payment_id", blank_in(_payment_ids, 40), "UNIQUE"),
        ref("invoice", "os_invoices.id", "uuid NOT NULL"),
        money("amount", 50, 24000),
        text("method", values.pick("card", "bank transfer", "direct debit")),
        text("note", values.pick(None, None, None, "partial", "paid by hand")),
        status("settled", "pending", "refunded"),
        created(),
    ),
    collection(
        "os_expenses",
        uuid_key(),
        text(
            "name",
            values.phrase("Train to {city}", "{service}", "Lunch with {brand} {trade}", "Hotel in {city}"),
            "NOT NULL",
        ),
        money("cost", 4, 1800),
        text("category", values.derived(_expense, "name")),
        ref("project_id", "os_projects.id", "uuid", links.some(0.5)),
        flag("is_billable", often=40),
        day("spent_on", values.days()),
        staff("paid_by"),
    ),
)
