"""Observed: organizations, contacts, the team, and what people did with each other."""

from datetime import UTC, datetime
from typing import Final

from core.demo import links, values
from core.demo.blemishes import blank, blank_in, distinct, only_where, planted, twins
from core.demo.columns import (
    column,
    created,
    day,
    day_after,
    flag,
    integer,
    moment,
    ref,
    serial,
    sort,
    staff,
    status,
    text,
    updated,
    uuid_key,
)
from core.demo.hostile import NAMES
from core.demo.shape import Collection, Value, collection
from core.demo.texts import own_address, slug

_TEAM: Final = (
    "Linh Nguyễn", "Marek Novák", "Ingrid Solberg", "Amara Okafor", "Tom Whitfield",
    "Sofia Almeida (she/her)", "Hạnh Trần", "Jonas Lindqvist", "Priya Raman", "Mateo Herrera",
    "Aoife Byrne", "Yusuf Demir", "Clara Weiss", "Minh Phạm", "Elena Petrova", "Noah Clarke",
    "Zainab Bello", "Linh Nguyễn", "Piotr Kowalski", "Camille Moreau", "Duc Lê", "Hanna Virtanen",
    "Tom Whitfield",
)  # fmt: skip
_FIRST_DAYS: Final = tuple(
    datetime(year, month, 1, 9, 0, tzinfo=UTC)
    for year, month in (
        (2023, 2),
        (2023, 5),
        (2023, 9),
        (2024, 1),
        (2024, 4),
        (2024, 10),
        (2025, 3),
        (2025, 9),
        (2026, 2),
    )
)
_JOBS = (
    "Operations lead",
    "Account manager",
    "Designer",
    "Engineer",
    "Data steward",
    "Support agent",
    "Content editor",
)


def _website(name: Value) -> str:
    return f"https://www.{slug(str(name))}.test"


def _kind(name: Value) -> str:
    return {"Call": "call", "Visit": "meeting", "Demo": "meeting"}.get(str(name).split(" ", 1)[0], "email")


def _capitals(address: str) -> str:
    return address.title()


COLLECTIONS: tuple[Collection, ...] = (
    collection(
        "organizations",
        uuid_key(),
        text(
            "name",
            twins(distinct(values.phrase("{brand} {trade} {legal}"), lambda name, n: f"{name} ({n})"), 4),
            "NOT NULL",
        ),
        text("website", values.derived(_website, "name")),
        text("phone", values.digits("+47 5## ## ###")),
        text("industry", values.phrase("{trade}")),
        integer("employees", blank(values.whole(2, 2400), 0.2)),
        staff("owner"),
        status("customer", "prospect", "former"),
        created(),
        updated(),
    ),
    collection(
        "organization_addresses",
        uuid_key(),
        ref("organization_id", "organizations.id", "uuid NOT NULL", links.in_turn()),
        text("kind", values.pick("billing", "delivery", "visitors", weights=(3, 2, 1))),
        text("street", values.phrase("{street}")),
        integer("house_number", values.whole(1, 240)),
        text("postcode", values.digits("#####")),
        text("locality", values.phrase("{place}")),
        text("country", values.derived(lambda place: str(place)[-2:], "locality")),
    ),
    collection(
        "contacts",
        uuid_key(),
        text("first_name", values.phrase("{first}"), "NOT NULL"),
        text("last_name", values.phrase("{last}"), "NOT NULL"),
        text("email", twins(blank_in(own_address("first_name", "last_name"), 41), 5, _capitals)),
        text("job_title", values.pick(*_JOBS, None)),
        text("language", values.pick("en-US", "vi-VN", "de-DE", "pl-PL")),
        flag("newsletter", often=30),
        status("active", "inactive", "bounced"),
        created(),
        updated(),
    ),
    collection(
        "organizations_contacts",
        serial(),
        ref("organizations_id", "organizations.id", "uuid NOT NULL", links.in_turn()),
        ref("contacts_id", "contacts.id", "uuid NOT NULL", links.partner("organizations_id")),
        text("role", values.pick("employee", "owner", "advisor", weights=(8, 1, 1))),
        flag("is_main_contact", often=20),
        integer("sort", blank(values.whole(1, 20), 0.4)),
        constraints=("UNIQUE (organizations_id, contacts_id)",),
    ),
    collection(
        "team",
        text("name", values.listed(*_TEAM), "NOT NULL"),
        text("job_title", values.pick(*_JOBS)),
        text("department", values.phrase("{department}")),
        text("bio", blank(values.phrase("Likes {topic} and {quality} tools. Lives in {city}."), 0.5)),
        column("date_created", "timestamptz NOT NULL", links.among(_FIRST_DAYS, links.partner("name"))),
        sort(),
        status("active", "on_leave"),
        fixed=True,
    ),
    collection(
        "os_activities",
        uuid_key(),
        text(
            "name",
            values.phrase("Call about {topic}", "Visit in {city}", "Send the {thing}", "Demo of the {part}"),
        ),
        text("kind", values.derived(_kind, "name")),
        ref("organization_id", "organizations.id", "uuid", links.some(0.85)),
        text("notes", blank(values.remarks(), 0.5)),
        staff("assigned_to"),
        status("done", "planned", "cancelled"),
        created(),
        moment("held_at", only_where("status", "done", fill=values.later("date_created", days=21))),
    ),
    collection(
        "os_activity_contacts",
        uuid_key(),
        ref("os_activities_id", "os_activities.id", "uuid NOT NULL", links.in_turn()),
        ref("contacts_id", "contacts.id", "uuid NOT NULL", links.partner("os_activities_id")),
        text("attendance", values.pick("came", "excused", None, weights=(6, 1, 3))),
        integer("sort", blank(values.whole(1, 6), 0.5)),
    ),
    collection(
        "os_tasks",
        uuid_key(),
        text(
            "name",
            planted(values.phrase("{doing} the {thing}", "{doing} {topic} with {brand} {trade}"), *NAMES),
            "NOT NULL",
        ),
        ref("project_id", "os_projects.id", "uuid", links.some(0.8)),
        text("description", blank(values.remarks(), 0.4)),
        integer("estimate_minutes", values.pick(15, 30, 60, 120, 240, 480, None)),
        flag("is_visible_to_client", often=35),
        staff("assigned_to"),
        status("done", "open", "in_review", "blocked"),
        created(),
        day("due_on", day_after("date_created", within=30)),
    ),
)
