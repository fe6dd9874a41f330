"""Which tables are a product's own."""

from core.domain.adopt.enrolment import REQUIRED, Enrolment, Table, out_of_scope
from core.domain.adopt.system_tables import system_tables
from core.services.adopt.system_tables import products


def found(*tables: str) -> dict[str, str]:
    listed = [Table(*each.split(".", 1)) for each in tables]
    return {table.text: why.split(":")[0] for table, why in system_tables(listed, products()).items()}


def test_tables_of_a_product_are_its_own_where_its_marker_stands_in_the_same_schema() -> None:
    directus = ("public.directus_collections", "public.directus_settings", "public.directus_sessions")
    assert found(*directus, "public.goods", "other.directus_notes") == dict.fromkeys(directus, "Directus")


def test_a_table_that_only_sounds_like_a_product_s_is_the_company_s() -> None:
    assert (
        found("public.directus_report", "public.sessions", "public.jobs", "public.auth_user", "public.template_a") == {}
    )
    assert found("auth.visitors") == {}  # a schema called auth alone is not Supabase


def test_every_product_that_keeps_a_single_table_is_known_by_its_name() -> None:
    singles = {
        "public.alembic_version": "Alembic",
        "public.flyway_schema_history": "Flyway",
        "app.databasechangelog": "Liquibase",
        "public._prisma_migrations": "Prisma",
        "public.knex_migrations_lock": "Knex",
        "hdb_catalog.hdb_metadata": "Hasura",
        "public.spatial_ref_sys": "PostGIS",
        "_timescaledb_catalog.chunk": "TimescaleDB",
    }
    assert found(*singles, "public.goods") == singles


def test_products_with_a_marker_claim_sessions_and_tokens() -> None:
    assert found("p.migrations", "p.failed_jobs", "p.personal_access_tokens")["p.personal_access_tokens"] == "Laravel"
    assert found("d.django_migrations", "d.django_content_type", "d.django_session")["d.django_session"] == "Django"
    assert (
        found("r.schema_migrations", "r.ar_internal_metadata", "r.active_storage_blobs")["r.active_storage_blobs"]
        == "Rails"
    )
    assert found("auth.sessions", "storage.objects", "public.sessions") == dict.fromkeys(
        ("auth.sessions", "storage.objects"), "Supabase")  # fmt: skip


def test_every_product_says_why() -> None:
    for product in products():
        assert product.reason
        assert product.tables or product.schemas


def test_roles_that_the_company_keeps_out_are_not_required_unless_it_decided_otherwise() -> None:
    def new(name: str) -> Enrolment:
        return Enrolment(Table("public", name), name, REQUIRED, is_new=False)

    chosen = [new(name) for name in ("open", "seen", "locked", "excluded", "decided", "unknown")]
    roles = {"open": "governed", "seen": "observed", "locked": "locked", "excluded": "excluded", "decided": "locked"}
    assert {each.collection: role for each, role in out_of_scope(chosen, roles, {"decided": "REQUIRED"}).items()} == {
        "locked": "locked", "excluded": "excluded"}  # fmt: skip
